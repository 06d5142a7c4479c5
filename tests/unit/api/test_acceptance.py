"""Whom the service lets in, by its environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from livetrip_adapters import SettingsError
from livetrip_adapters.trust import Kind, read_credentials
from livetrip_adapters.trust.variables import VARIABLES
from livetrip_api import load_api_settings
from livetrip_api.trust import Acceptance, read_acceptance
from support.processes import KEY, ROOT
from support.signing import SigningKey
from support.trust import key_set, private_pem, public_pem, written
from switchover.errors import Forbidden, Unauthenticated
from switchover.trust import Incoming, Principal, key_hash

SECRET = "a-secret-that-must-not-show-anywhere"
CALLERS = "LIVETRIP_TRUST_CALLERS_FILE"
WEB = "[web]\nmay_act_for_users = true\n"
OIDC = {
    "LIVETRIP_TRUST": "oidc",
    "LIVETRIP_TRUST_OIDC_ISSUER": "https://login.example",
    "LIVETRIP_TRUST_OIDC_AUDIENCE": "https://diary.example/api",
}
JWT = {
    "LIVETRIP_TRUST": "private-key-jwt",
    "LIVETRIP_TRUST_JWT_ISSUER": "livetrip",
    "LIVETRIP_TRUST_JWT_AUDIENCE": "diary",
}


def callers(folder: Path, text: str) -> dict[str, str]:
    return {CALLERS: str(written(folder / "callers.toml", text))}


def problems(environment: Mapping[str, str], *, is_socket: bool = False) -> str:
    found = read_acceptance(environment, is_socket=is_socket)
    assert found.verifier is None
    text = "\n".join(found.problems)
    assert SECRET not in text
    return text


def accepted(environment: Mapping[str, str], *, is_socket: bool = False) -> Acceptance:
    found = read_acceptance(environment, is_socket=is_socket)
    assert found.problems == []
    return found


def request(headers: Mapping[str, str], peer: str = "10.0.0.7") -> Incoming:
    async def body() -> bytes:
        return b""

    return Incoming("GET", "/api/trips", {k.encode(): v.encode() for k, v in headers.items()}, peer, body)


async def principal(acceptance: Acceptance, headers: Mapping[str, str], peer: str = "10.0.0.7") -> Principal:
    assert acceptance.verifier is not None
    return await acceptance.verifier.verify(request(headers, peer))


async def sent(environment: Mapping[str, str]) -> dict[str, str]:
    """What the calling side attaches to a GET of the trips."""
    _, source, found = read_credentials(environment)
    assert source is not None, found
    outgoing = type("Out", (), {"method": "GET", "target": "/api/trips", "headers": [], "body": None})()
    return dict(source.headers(outgoing))


# -- each kind, with the calling side's half


async def test_a_shared_key_is_the_webs() -> None:
    found = accepted({"LIVETRIP_SERVICE_KEY": KEY})
    assert found.kinds == (Kind.SHARED_KEY,)
    assert await principal(found, {"authorization": f"Bearer {KEY}"}) == Principal("livetrip-web", True)
    found.close()  # nothing was opened


async def test_api_keys_are_known_by_hash_several_at_a_time(tmp_path: Path) -> None:
    first, second = "a" * 40, "b" * 40
    text = f'{WEB}api-key = ["{key_hash(first)}", "{key_hash(second)}"]\n'
    text += f'[job]\nmay_act_for_users = false\napi-key = "{key_hash(KEY)}"\n'
    found = accepted({"LIVETRIP_TRUST": "api-key", **callers(tmp_path, text)})
    for key in (first, second):
        assert await principal(found, {"x-api-key": key}) == Principal("web", True)
    assert await principal(found, {"x-api-key": KEY}) == Principal("job", False)
    with pytest.raises(Unauthenticated):
        await principal(found, {"x-api-key": "c" * 40})
    shared = {"LIVETRIP_TRUST": "api-key", "LIVETRIP_TRUST_API_KEY_HEADER": "x-diary-key"}
    other = accepted({**shared, **callers(tmp_path, text)})
    headers = await sent({**shared, "LIVETRIP_TRUST_API_KEY": KEY})
    assert await principal(other, headers) == Principal("job", False)


async def test_a_private_key_jwt_is_known_by_its_key_set(tmp_path: Path) -> None:
    key = SigningKey.make("web-1", "ES256")
    keys = {"LIVETRIP_TRUST_JWT_KEY_SET_FILE": str(key_set(tmp_path / "jwks.json", key))}
    text = f'{WEB}private-key-jwt = {{ sub = "web" }}\n'
    found = accepted({**JWT, **keys, **callers(tmp_path, text)})
    pem = str(private_pem(key, tmp_path / "key.pem"))
    calling = {**JWT, "LIVETRIP_TRUST_JWT_KEY_FILE": pem, "LIVETRIP_TRUST_JWT_KEY_ID": "web-1"}
    assert await principal(found, await sent({**calling, "LIVETRIP_TRUST_JWT_SUBJECT": "web"})) == Principal(
        "web", True
    )
    with pytest.raises(Forbidden):
        await principal(found, await sent({**calling, "LIVETRIP_TRUST_JWT_SUBJECT": "job"}))


async def test_signed_messages_are_known_by_key_id(tmp_path: Path) -> None:
    key = SigningKey.make("web-1", "Ed25519")
    public_pem(key, tmp_path / "web.pem")
    written(tmp_path / "job.key", KEY + "\n")
    text = (
        f'{WEB}signed = {{ "web-1" = "web.pem" }}\n[job]\nmay_act_for_users = false\nsigned = {{ job-1 = "job.key" }}\n'
    )
    shared = {"LIVETRIP_TRUST": "signed", "LIVETRIP_TRUST_SIGNED_BASE_URL": "https://diary.internal"}
    found = accepted({**shared, **callers(tmp_path, text)})
    for key_id, path, expected in (
        ("web-1", private_pem(key, tmp_path / "web.private.pem"), Principal("web", True)),
        ("job-1", tmp_path / "job.key", Principal("job", False)),
    ):
        calling = {"LIVETRIP_TRUST_SIGNED_KEY_ID": key_id, "LIVETRIP_TRUST_SIGNED_KEY_FILE": str(path)}
        assert await principal(found, await sent({**shared, **calling})) == expected


def test_tokens_of_an_issuer_are_described_with_every_bound(tmp_path: Path) -> None:
    text = f'{WEB}oidc = {{ client_id = "web-id", sub = "web-id" }}\n'
    bounds = {"LIVETRIP_TRUST_LEEWAY_SECONDS": "5", "LIVETRIP_TRUST_MAX_LIFETIME_SECONDS": "600"}
    said = "\n".join(accepted({**OIDC, **bounds, **callers(tmp_path, text)}).described())
    for part in (
        "https://login.example for https://diary.example/api",
        "it lives 600 s at most; clocks may differ by 5 s",
        "web, by sub 'web-id' and client_id 'web-id', may act for users",
    ):
        assert part in said


def test_an_issuer_that_is_known_by_its_name_has_the_settings_of_its_preset(tmp_path: Path) -> None:
    own = callers(tmp_path, f'{WEB}oidc = {{ client_id = "web-id" }}\n')
    okta = {**OIDC, "LIVETRIP_TRUST_OIDC_ISSUER": "https://acme.okta.com/oauth2/default"}
    said = "\n".join(accepted({**okta, **own}).described())
    assert "a token without `typ` is accepted" in said
    auth0 = {**OIDC, "LIVETRIP_TRUST_OIDC_ISSUER": "https://acme.eu.auth0.com/"}
    assert "it lives 86400 s at most" in "\n".join(accepted({**auth0, **own}).described())
    shorter = {**auth0, "LIVETRIP_TRUST_MAX_LIFETIME_SECONDS": "600"}
    assert "it lives 600 s at most" in "\n".join(accepted({**shorter, **own}).described())
    assert "is accepted" not in "\n".join(accepted({**OIDC, **own}).described())


def test_an_issuer_without_a_preset_has_settings_of_its_own(tmp_path: Path) -> None:
    own = callers(tmp_path, f'{WEB}oidc = {{ client_id = "web-id" }}\n')
    dex = {**OIDC, "LIVETRIP_TRUST_OIDC_REQUIRES_TYP": "false"}
    assert "a token without `typ` is accepted" in "\n".join(accepted({**dex, **own}).described())
    okta = {**OIDC, "LIVETRIP_TRUST_OIDC_ISSUER": "https://acme.okta.com/oauth2/default"}
    strict = {**okta, "LIVETRIP_TRUST_OIDC_REQUIRES_TYP": "true"}
    assert "is accepted" not in "\n".join(accepted({**strict, **own}).described())
    accepted({**OIDC, "LIVETRIP_TRUST_OIDC_DISCOVERY": "https://sub.authentication.example", **own})
    for name, value, said in (
        ("REQUIRES_TYP", "no", "LIVETRIP_TRUST_OIDC_REQUIRES_TYP: must be true or false"),
        ("DISCOVERY", "http://login.example", "LIVETRIP_TRUST_OIDC_DISCOVERY: discovery must be https://"),
    ):
        assert said in problems({**OIDC, f"LIVETRIP_TRUST_OIDC_{name}": value, **own})


def test_tokens_of_google_are_those_of_its_issuer(tmp_path: Path) -> None:
    text = f'{WEB}gcp = {{ sub = "1234567890" }}\n'
    found = accepted({"LIVETRIP_TRUST": "gcp", "LIVETRIP_TRUST_GCP_AUDIENCE": "https://x", **callers(tmp_path, text)})
    assert "https://accounts.google.com for https://x" in found.described()[0]


async def test_several_kinds_are_accepted_side_by_side(tmp_path: Path) -> None:
    text = f'{WEB}oidc = {{ sub = "web" }}\napi-key = ["{key_hash(SECRET)}"]\n'
    environment = {**OIDC, "LIVETRIP_TRUST": "shared-key, oidc, api-key", "LIVETRIP_SERVICE_KEY": KEY}
    found = accepted({**environment, **callers(tmp_path, text)})
    assert (await principal(found, {"x-api-key": SECRET})).name == "web"
    assert (await principal(found, {"authorization": f"Bearer {KEY}"})).name == "livetrip-web"
    with pytest.raises(Unauthenticated) as refused:
        await principal(found, {"authorization": "Bearer a.b.c"})
    assert refused.value.reason == "malformed"  # judged as a token, and not tried as a key
    assert SECRET not in f"{found!r} {found.described()}"


# -- from where


async def test_addresses_hold_for_every_kind() -> None:
    environment = {"LIVETRIP_SERVICE_KEY": KEY, "LIVETRIP_TRUST_ALLOW": "10.0.0.0/8, 2001:db8::/32"}
    proof = {"authorization": f"Bearer {KEY}"}
    found = accepted(environment)
    for peer in ("10.1.2.3", "2001:db8::1"):
        assert (await principal(found, proof, peer)).name == "livetrip-web"
    with pytest.raises(Forbidden):
        await principal(found, proof, "192.0.2.1")
    counted = accepted({**environment, "LIVETRIP_TRUST_PROXIES": "1"}, is_socket=True)
    assert await principal(counted, {**proof, "x-forwarded-for": "10.1.2.3"}, "192.0.2.1")
    named = {"LIVETRIP_TRUST_PROXIES": "192.0.2.0/24", "LIVETRIP_TRUST_PROXY_HEADER": "forwarded"}
    assert await principal(accepted({**environment, **named}), {**proof, "forwarded": "for=10.1.2.3"}, "192.0.2.1")


@pytest.mark.parametrize(
    ("given", "is_socket", "said"),
    [
        ({"ALLOW": "everywhere"}, False, "LIVETRIP_TRUST_ALLOW: "),
        ({"ALLOW": ""}, False, "LIVETRIP_TRUST_ALLOW: is set to nothing"),
        ({"ALLOW": "10.0.0.0/8"}, True, "LIVETRIP_TRUST_ALLOW: nobody could call: over a Unix socket"),
        ({"ALLOW": "10.0.0.0/8", "PROXIES": "0"}, True, "nobody could call"),
        ({"ALLOW": "10.0.0.0/8", "PROXIES": "1000"}, False, "LIVETRIP_TRUST_ALLOW: trusted_proxies is how many"),
        ({"PROXIES": "1"}, False, "LIVETRIP_TRUST_PROXIES: is set, and LIVETRIP_TRUST_ALLOW is not"),
        ({"ALLOW": "10.0.0.0/8", "PROXY_HEADER": "forwarded"}, False, "the header counts for nothing"),
        ({"ALLOW": "10.0.0.0/8", "PROXIES": "1", "PROXY_HEADER": "x"}, False, "the header that proxies write is one of"),
    ],
)  # fmt: skip
def test_addresses_that_cannot_be_are_told(given: dict[str, str], is_socket: bool, said: str) -> None:
    environment = {f"LIVETRIP_TRUST_{name}": value for name, value in given.items()}
    assert said in problems({"LIVETRIP_SERVICE_KEY": KEY, **environment}, is_socket=is_socket)


# -- what cannot be used


def test_nothing_named_is_closed() -> None:
    assert "LIVETRIP_SERVICE_KEY is missing, so anyone could call as anyone" in problems({})


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"LIVETRIP_TRUST": "open,api-key"}, "LIVETRIP_TRUST: names open and something else"),
        ({"LIVETRIP_TRUST": "oidc,gcp"}, "names oidc and gcp: bearer tokens are those of one issuer"),
        ({"LIVETRIP_TRUST": "open", "LIVETRIP_TRUST_ALLOW": "10.0.0.0/8"}, "LIVETRIP_TRUST_ALLOW: is set, and"),
        ({"LIVETRIP_TRUST": "open", "LIVETRIP_SERVICE_KEY": KEY}, "LIVETRIP_SERVICE_KEY: is set, and LIVETRIP_TRUST"),
        ({"LIVETRIP_TRUST": "shared-key", CALLERS: "x"}, f"{CALLERS}: is set, and LIVETRIP_TRUST does not name oidc"),
        ({"LIVETRIP_TRUST": "api-key"}, f"{CALLERS}: is missing"),
        ({"LIVETRIP_TRUST": "oidc"}, "LIVETRIP_TRUST_OIDC_ISSUER: is missing"),
        ({**OIDC, "LIVETRIP_TRUST_MAX_LIFETIME_SECONDS": "1h"}, "MAX_LIFETIME_SECONDS: has to be a number of seconds"),
        (JWT, "LIVETRIP_TRUST_JWT_KEY_SET_FILE: is missing"),
        ({"LIVETRIP_TRUST": "signed"}, "LIVETRIP_TRUST_SIGNED_BASE_URL: is missing"),
        ({"LIVETRIP_TRUST": "shared-key", "LIVETRIP_SERVICE_KEY": "short"}, "LIVETRIP_SERVICE_KEY: a service key must be"),
        ({"LIVETRIP_TRUST": "shared-key"}, "LIVETRIP_SERVICE_KEY: is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_precisely(environment: dict[str, str], said: str) -> None:
    assert said in problems(environment)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"[web\n{SECRET}", "is no TOML: at line 1, column 5"),
        ("# nobody\n", "names no service; each is a table, like [web]"),
        ("web = true\n", "web is no table; a service is one, like [web]"),
        ('[web]\noidc = { sub = "w" }\n', "[web] has to say may_act_for_users = true or false"),
        ('[web]\nmay_act_for_users = "yes"\noidc = { sub = "w" }\n', "[web] has to say may_act_for_users"),
        (WEB, "[web] cannot prove itself: it needs one of oidc, gcp"),
        (f'{WEB}oauth = "x"\n', "[web] oauth is not known; there are may_act_for_users, oidc, gcp"),
        (f'{WEB}api-key = ["x"]\n', "[web] api-key is set, and LIVETRIP_TRUST does not name api-key"),
        (f'{WEB}api-key = ["x"]\n', "LIVETRIP_TRUST names oidc, and no service in the file has it"),
        (f'{WEB}oidc = "{SECRET}"\n', '[web] oidc has to be a table of texts, like { sub = "…" }'),
        (f"{WEB}oidc = {{ sub = 3 }}\n", "[web] oidc has to be a table of texts"),
        (f'{WEB}oidc = {{ email = "a@b" }}\n', "[web] oidc: email is not known; there are sub, azp, client_id"),
        (f'{WEB}oidc = {{ sub = "" }}\n', "[web] oidc: an allowed service has a name, and one of sub"),
        (f"{WEB}oidc = {{}}\n", "[web] oidc: an allowed service has a name, and one of sub"),
        (f'{WEB}oidc = {{ sub = "w" }}\n{WEB.replace("web", "job")}oidc = {{ sub = "w" }}\n', "LIVETRIP_TRUST=oidc: two"),
    ],
)  # fmt: skip
def test_a_file_of_callers_is_refused_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    assert said in problems({**OIDC, **callers(tmp_path, text)})


@pytest.mark.parametrize(
    "given", [f'"{SECRET}"', f'["{SECRET}", "sha256:{"0" * 64}"]', "3", "[]", f'"sha256:{"0" * 63}"']
)
def test_an_api_key_in_the_file_has_to_be_hashed(tmp_path: Path, given: str) -> None:
    said = problems({"LIVETRIP_TRUST": "api-key", **callers(tmp_path, f"{WEB}api-key = {given}\n")})
    assert "[web] api-key has to be a list of hashes" in said


def test_an_api_key_belongs_to_one_service(tmp_path: Path) -> None:
    key = f'api-key = "{key_hash(KEY)}"\n'
    text = f"{WEB}{key}{WEB.replace('web', 'job')}{key}"
    assert "LIVETRIP_TRUST=api-key: a key of job is there twice" in problems(
        {"LIVETRIP_TRUST": "api-key", **callers(tmp_path, text)}
    )


@pytest.mark.parametrize(
    ("signed", "said"),
    [
        ('"web.pem"', "[web] signed has to be a table of files by key id"),
        ("{}", "[web] signed has to be a table of files by key id"),
        ('{ k = "nowhere.pem" }', "[web] signed: key id k: the file "),
        ('{ k = "private.pem" }', "LIVETRIP_TRUST=signed: key k: the public key is no PEM"),
        ('{ j = "job.key" }', "[job] signed: key id j is another service's"),
    ],
)
def test_keys_of_signed_messages_are_refused_with_the_place(tmp_path: Path, signed: str, said: str) -> None:
    private_pem(SigningKey.make("k", "ES256"), tmp_path / "private.pem")
    written(tmp_path / "job.key", KEY)
    text = f'{WEB}signed = {signed}\n[job]\nmay_act_for_users = false\nsigned = {{ j = "job.key" }}\n'
    environment = {"LIVETRIP_TRUST": "signed", "LIVETRIP_TRUST_SIGNED_BASE_URL": "https://diary.internal"}
    assert said in problems({**environment, **callers(tmp_path, text)})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SECRET, "KEY_SET_FILE: the file is no JSON"),
        ("[]", "KEY_SET_FILE: the file is no key set; `livetrip key public FILE` writes one"),
        ('{"keys": []}', "KEY_SET_FILE: the key set is empty"),
    ],
)
def test_a_key_set_that_is_none_is_told(tmp_path: Path, text: str, said: str) -> None:
    keys = {"LIVETRIP_TRUST_JWT_KEY_SET_FILE": str(written(tmp_path / "jwks.json", text))}
    assert said in problems({**JWT, **keys, **callers(tmp_path, f'{WEB}private-key-jwt = {{ sub = "w" }}\n')})


def test_a_private_key_in_a_key_set_is_refused_without_being_repeated(tmp_path: Path) -> None:
    key = SigningKey.make("web-1", "ES256")
    text = json.dumps({"keys": [key.private_jwk]})
    keys = {"LIVETRIP_TRUST_JWT_KEY_SET_FILE": str(written(tmp_path / "jwks.json", text))}
    said = problems({**JWT, **keys, **callers(tmp_path, f'{WEB}private-key-jwt = {{ sub = "w" }}\n')})
    assert "KEY_SET_FILE: keys that may not be used: web-1" in said
    assert key.private_jwk["d"] not in said


def test_problems_of_every_kind_are_told_together(tmp_path: Path) -> None:
    said = problems({"LIVETRIP_TRUST": "oidc,api-key,signed,shared-key", "LIVETRIP_TRUST_ALLOW": "x"})
    for name in ("OIDC_ISSUER", "OIDC_AUDIENCE", "SIGNED_BASE_URL", "CALLERS_FILE", "ALLOW"):
        assert f"LIVETRIP_TRUST_{name}: " in said
    assert "LIVETRIP_SERVICE_KEY: is missing" in said


def test_what_the_calling_side_reads_is_no_stranger() -> None:
    calling = {name: "x" for name, variable in VARIABLES.items() if "serving" not in variable.sides}
    assert len(calling) > 5
    assert accepted({"LIVETRIP_SERVICE_KEY": KEY, **calling}).verifier is not None


# -- as part of the settings


def test_a_service_that_could_not_start_says_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVETRIP_TRUST", "api-key")
    monkeypatch.setenv("LIVETRIP_API_PORT", "http")
    monkeypatch.setenv("LIVETRIP_API_ACCEPTANCE", "open")
    with pytest.raises(SettingsError) as caught:
        load_api_settings()
    assert f"  - {CALLERS}: is missing" in str(caught.value)
    assert "  - LIVETRIP_API_PORT: " in str(caught.value)
    monkeypatch.delenv("LIVETRIP_API_PORT")
    with pytest.raises(SettingsError, match="is missing"):
        load_api_settings()


def test_a_socket_has_no_addresses_whoever_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVETRIP_SERVICE_KEY", KEY)
    monkeypatch.setenv("LIVETRIP_TRUST_ALLOW", "10.0.0.0/8")
    assert load_api_settings().acceptance.verifier is not None
    with pytest.raises(SettingsError, match="nobody could call"):
        load_api_settings(socket="/run/livetrip")
    monkeypatch.setenv("LIVETRIP_API_SOCKET", "/run/livetrip")
    with pytest.raises(SettingsError, match="nobody could call"):
        load_api_settings()


def test_a_problem_is_told_once() -> None:
    assert problems({"LIVETRIP_TRUST": "api-key", CALLERS: " "}).count(f"{CALLERS}: is set to nothing") == 1


async def test_a_signed_message_is_let_in_once_by_all_that_share_a_file(tmp_path: Path) -> None:
    written(tmp_path / "web.key", KEY)
    shared = {"LIVETRIP_TRUST": "signed", "LIVETRIP_TRUST_SIGNED_BASE_URL": "https://diary.internal"}
    serving = {
        **shared,
        **callers(tmp_path, f'{WEB}signed = {{ web-1 = "web.key" }}\n'),
        "LIVETRIP_TRUST_SIGNED_NONCES_FILE": str(tmp_path / "nonces"),
    }
    key = {"LIVETRIP_TRUST_SIGNED_KEY_ID": "web-1", "LIVETRIP_TRUST_SIGNED_KEY_FILE": str(tmp_path / "web.key")}
    message = await sent({**shared, **key})
    first, second = accepted(serving), accepted(serving)
    assert await principal(first, message) == Principal("web", True)
    with pytest.raises(Unauthenticated) as refused:
        await principal(second, message)
    assert refused.value.reason == "replayed"
    first.close()
    second.close()


def test_every_variable_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "reference" / "livetrip.md").read_text("utf-8")
    kinds = ("OIDC", "GCP", "JWT", "SIGNED")
    tails = {name: name.removeprefix("LIVETRIP_TRUST_") for name in VARIABLES}
    short = {
        name: tail.removeprefix(next((f"{kind}_" for kind in kinds if tail.startswith(f"{kind}_")), ""))
        for name, tail in tails.items()
    }
    secrets = {"LIVETRIP_SERVICE_KEY_FILE", "LIVETRIP_TRUST_OIDC_CLIENT_SECRET_FILE", "LIVETRIP_TRUST_API_KEY_FILE"}
    assert [n for n in VARIABLES if n not in secrets and f"`{n}`" not in text and f"`…_{short[n]}`" not in text] == []
