"""`switchover check --token -`: which rule refuses a token, said offline and without repeating the token."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.signing import SigningKey
from switchover.cli import main
from switchover.trust.oidc.known_issuers import suggest_preset
from unit.trust.oidc.families import FAMILIES, TENANT

ISSUER = "https://issuer.example"
OKTA = "https://acme.okta.com/oauth2/default"
KEY = SigningKey.make("k", "RS256")
Check = Callable[..., tuple[int, str]]

VERIFIERS = f"""\
from switchover import AllowedService, AnyOf, FixedKeys, IpAllowlist, OidcIssuer, OidcVerifier, SharedKeyVerifier, Principal

KEYS = FixedKeys({{"keys": [{KEY.public_jwk!r}]}})
WEB = AllowedService(name="web", may_act_for_users=False, sub="web")

def one():
    return OidcVerifier("{ISSUER}", audience="api", services=[WEB], keys=KEYS)

def several():
    okta = OidcVerifier(OidcIssuer.okta("acme.okta.com"), audience="api", services=[WEB], keys=KEYS)
    return IpAllowlist(["10.0.0.0/8"]).around(AnyOf(okta, one()))

def discovering():
    return OidcVerifier("{ISSUER}", audience="api", services=[WEB])

def other():
    return 7

def broken():
    raise ValueError("hunter2")
"""


def token(header: dict[str, Any] | None = None, **changes: Any) -> str:
    now = int(time.time())
    said = {"iss": ISSUER, "aud": "api", "sub": "web", "iat": now, "exp": now + 600, **changes}
    return KEY.token({name: value for name, value in said.items() if value is not None}, header)


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Run the command in a folder with verifiers, with a token on standard input."""
    (tmp_path / "verifiers_of_a_team.py").write_text(VERIFIERS)
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [KEY.public_jwk]}))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "verifiers_of_a_team", raising=False)

    def run(given: str, *options: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        code = main(["check", "--token", "-", *options])
        said = capsys.readouterr()
        assert not [part for part in given.split(".") if len(part) > 20 and part in said.out + said.err]
        return code, said.out + said.err

    return run


def test_a_token_by_the_strict_rules_is_refused_by_nothing(check: Check) -> None:
    for given in (token(), f"Bearer {token()}\n", token({"jku": "https://evil.example"})):
        code, said = check(given)
        assert code == 0
        assert "ok       the strict rules: no rule that could be checked refuses it" in said
        assert "not checked: the signature" in said
        assert "not checked: who may call" in said


@pytest.mark.parametrize(
    ("header", "changes", "rule"),
    [
        ({"typ": None}, {}, "`typ` must be there; to change it: OidcIssuer(requires_typ=False)"),
        ({"typ": "dpop+jwt"}, {}, "`typ` must be JWT or at+jwt; to change it: no setting changes this"),
        ({"crit": ["exp"]}, {}, "its header must not have `crit`"),
        ({"kid": None}, {}, "its header must name its key (`kid`)"),
        ({}, {"exp": int(time.time()) + 90_000}, "s of 3600 s); to change it: OidcIssuer(max_lifetime_seconds=…)"),
        ({}, {"exp": int(time.time()) - 900}, "it must not have ended"),
        ({}, {"padding": "x" * 9000}, "bytes of 8192); to change it: OidcIssuer(max_token_bytes=…)"),
        ({}, {"aud": None}, "`aud` must be there"),
        ({}, {"iat": None}, "the first two must be there (iat)"),
        ({}, {"iss": None}, "`iss` must be the issuer"),
    ],
)
def test_the_rule_that_refuses_a_token_is_named(
    check: Check, header: dict[str, Any], changes: dict[str, Any], rule: str
) -> None:
    code, said = check(token(header, **changes))
    assert code == 1
    assert "FAILED   the strict rules: 1 rule refuses it" in said
    assert rule in said


def test_every_rule_that_refuses_a_token_is_named(check: Check) -> None:
    code, said = check(token({"typ": None}, exp="soon", aud=7))
    assert (code, "3 rules refuse it" in said) == (1, True)


def test_the_preset_of_the_issuer_is_suggested_and_decides(check: Check) -> None:
    code, said = check(token({"typ": None}, iss=OKTA))
    assert code == 0
    assert "FAILED   the strict rules: 1 rule refuses it" in said
    assert "ok       OidcIssuer.okta('acme.okta.com', server='default'): no rule that could be" in said


def test_a_verifier_of_the_team_says_it_all(check: Check) -> None:
    of = ("--verifier", "verifiers_of_a_team:one")
    code, said = check(token(), *of)
    assert (code, "no rule refuses it" in said, "not checked" in said) == (0, True, False)
    code, said = check(token(aud="elsewhere", sub="somebody"), *of)
    assert code == 1
    assert "`aud` must name this service" in said
    assert "must be those of an allowed service; to change it: OidcVerifier(services=" in said
    assert "somebody" not in said
    stranger = SigningKey.make("k", "RS256").token({"iss": ISSUER})
    assert "its signature must be by the issuer's key" in check(stranger, *of)[1]


def test_of_several_verifiers_the_one_that_refuses_least_decides(check: Check) -> None:
    of = ("--verifier", "verifiers_of_a_team:several")
    assert check(token({"typ": None}, iss=OKTA), *of)[0] == 0
    assert check(token(), *of)[0] == 0
    code, said = check(token({"typ": None}), *of, "--json")
    assert code == 1
    found = json.loads(said)
    assert (found["ok"], len(found["checks"])) == (False, 2)


def test_nothing_is_fetched_and_keys_may_be_given(check: Check) -> None:
    of = ("--verifier", "verifiers_of_a_team:discovering")
    assert "not checked: the signature" in check(token(), *of)[1]
    code, said = check(token(), *of, "--keys", "jwks.json")
    assert (code, "not checked" in said) == (0, False)
    stranger = SigningKey.make("other", "RS256").token({"iss": ISSUER})
    assert "`kid` must name a key of the issuer's" in check(stranger, "--keys", "jwks.json")[1]


@pytest.mark.parametrize(
    "given", ["a.b.c", "x", ".", "..", "a" * 300_000, "\u00e9.\u00e9.\u00e9", "e30.e30.", "bnVsbA.bnVsbA.AA", "a b.c.d"]
)
def test_what_is_not_a_token_is_refused_by_a_rule(check: Check, given: str) -> None:
    code, said = check(given)
    assert (code, "FAILED" in said) == (1, True)


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ("", [], "no token came on standard input"),
        ("a" * 600_000, [], "must be one token"),
        ("a.b.c", ["--verifier", "nothing"], "must be MODULE:FUNCTION"),
        ("a.b.c", ["--verifier", "verifiers_of_a_team:absent"], "has no function absent"),
        ("a.b.c", ["--verifier", "verifiers_of_a_team:other"], "must give an OidcVerifier"),
        ("a.b.c", ["--verifier", "verifiers_of_a_team:broken"], "ended with ValueError"),
        ("a.b.c", ["--keys", "absent.json"], "absent.json: No such file"),
        ("a.b.c", ["--keys", "verifiers_of_a_team.py"], "must be a key set"),
    ],
)
def test_what_cannot_be_examined_says_why(check: Check, given: str, options: list[str], message: str) -> None:
    code, said = check(given, *options)
    assert (code, message in said, "hunter2" in said) == (2, True, False)


def test_a_token_among_the_arguments_is_refused_and_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--token", token()]) == 2
    said = capsys.readouterr().err
    assert "give the token on standard input" in said
    assert "eyJ" not in said


def test_options_of_a_token_belong_to_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--audience", "api"]) == 2
    assert "--audience belongs to --token" in capsys.readouterr().err


def test_it_is_a_command(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("switchover")), "check", "--token", "-"]
    done = subprocess.run(command, cwd=tmp_path, input=token(), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("token       ok       the strict rules")


@pytest.mark.parametrize("family", FAMILIES)
def test_the_preset_that_is_suggested_has_the_settings_of_the_family(family: str) -> None:
    issuer = FAMILIES[family].issuer
    found = suggest_preset(issuer.identifier)
    if family in ("GitLab", "SAP XSUAA", "Zitadel", "Dex"):
        assert found is None
    else:
        assert found is not None
        assert found[1] == issuer
        assert found[0].startswith("OidcIssuer.")


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        f"https://login.microsoftonline.com.evil.example/{TENANT}/v2.0",
        f"https://login.microsoftonline.com/{TENANT}/v2.0/",
        "https://evil.example/acme.auth0.com/",
        "https://acme.auth0.com",
        "https://acme.okta.com",
        "https://cognito-idp.eu-west-1.amazonaws.com/us-east-1_E",
        "http://accounts.google.com",
    ],
)
def test_no_preset_is_suggested_for_another_issuer(identifier: str) -> None:
    assert suggest_preset(identifier) is None
