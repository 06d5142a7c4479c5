"""Mainstream issuers get in with their documented tokens, and what refuses a token is logged."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from support.shared_cases import shared_cases
from switchover.errors import ServiceUnavailable
from switchover.trust import Principal
from switchover.trust.oidc import AllowedService, FixedKeys, IssuerKeys, OidcIssuer, OidcVerifier
from unit.trust.oidc.families import EKS, FAMILIES, TENANT, UAA, published, signing
from unit.trust.oidc.test_issuer_keys import FakeIssuer
from unit.trust.oidc.tokens import AUDIENCE, ISSUER, NOW, WEB, Clock, claims, key, outcome, verifier

CASES = shared_cases("issuers.json")


@pytest.mark.parametrize("family", FAMILIES)
async def test_the_documented_token_of_an_issuer_comes_in(family: str) -> None:
    found = await outcome(FAMILIES[family].verifier(), FAMILIES[family].token())
    assert found == Principal("caller", may_act_for_users=False)


@pytest.mark.parametrize("family", FAMILIES)
async def test_a_token_of_an_issuer_is_for_one_service_and_one_caller(family: str) -> None:
    it = FAMILIES[family]
    stranger = {name: "somebody" for name in it.known_by}
    services = [AllowedService(name="stranger", may_act_for_users=False, **stranger)]
    keys = it.verifier()._keys
    options: dict[str, Any] = {"keys": keys, "clock": Clock()}
    other = OidcVerifier(it.issuer, audience=it.audience, services=services, **options)
    assert await outcome(other, it.token()) == "not_allowed"
    caller = [AllowedService(name="caller", may_act_for_users=False, **it.known_by)]
    elsewhere = OidcVerifier(it.issuer, audience="elsewhere", services=caller, **options)
    assert await outcome(elsewhere, it.token()) == "audience"


JOB_BY_SUB = AllowedService(name="job", may_act_for_users=False, sub="job")

SETTINGS: Mapping[str, OidcIssuer] = {
    f"https://sts.windows.net/{TENANT}/": OidcIssuer.entra(tenant=TENANT, version=1),
    "https://dex.acme": OidcIssuer("https://dex.acme", requires_typ=False),
    "https://x.zitadel.cloud": OidcIssuer("https://x.zitadel.cloud", max_lifetime_seconds=43_200),
    f"{UAA}/oauth/token": OidcIssuer(f"{UAA}/oauth/token", max_lifetime_seconds=43_200),
} | {family.issuer.identifier: family.issuer for family in FAMILIES.values()}


@pytest.mark.parametrize("case", CASES)
async def test_a_shared_case_is_accepted_with_its_documented_configuration(case: dict[str, Any]) -> None:
    judge = OidcVerifier(
        SETTINGS.get(case["issuer"], case["issuer"]),
        audience=case["audience"],
        services=[AllowedService(name="caller", may_act_for_users=False, **case["known_by"])],
        keys=FixedKeys({"keys": published(case["keys"])}),
        clock=Clock(),
    )
    said = {name: _meant(value) for name, value in case["claims"].items()}
    token = signing(case["header"]["alg"]).token(said, {"typ": None, **case["header"]})
    assert await outcome(judge, token) == Principal("caller", may_act_for_users=False)


def _meant(value: Any) -> Any:
    match value:
        case {"now": int(seconds)}:
            return NOW + seconds
        case {"uuids": int(count)}:
            return [f"00000000-0000-0000-0000-{number:012}" for number in range(count)]
    return value


# -- presets


@pytest.mark.parametrize(
    ("issuer", "identifier"),
    [
        (OidcIssuer.entra(tenant=TENANT.upper()), f"https://login.microsoftonline.com/{TENANT}/v2.0"),
        (OidcIssuer.entra(tenant=TENANT, version=1), f"https://sts.windows.net/{TENANT}/"),
        (OidcIssuer.auth0("acme.eu.auth0.com"), "https://acme.eu.auth0.com/"),
        (OidcIssuer.okta("acme.okta.com", server="aus1"), "https://acme.okta.com/oauth2/aus1"),
        (
            OidcIssuer.cognito(pool="us-gov-west-1_Ab1"),
            "https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_Ab1",
        ),
        (OidcIssuer.google(), "https://accounts.google.com"),
        (OidcIssuer.kubernetes(EKS), EKS),
        (OidcIssuer.keycloak("https://sso.acme/auth/", realm="my realm"), "https://sso.acme/auth/realms/my%20realm"),
        (OidcIssuer.github_actions(), "https://token.actions.githubusercontent.com"),
        (OidcIssuer.github_actions(enterprise="octo"), "https://token.actions.githubusercontent.com/octo"),
    ],
)
def test_a_preset_knows_what_the_issuer_calls_itself(issuer: OidcIssuer, identifier: str) -> None:
    assert issuer.identifier == identifier


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: OidcIssuer(""), "the `iss`"),
        (lambda: OidcIssuer.entra(tenant="common"), "tenant must be the directory"),
        (lambda: OidcIssuer.entra(tenant=TENANT, version=3), "version must be 1 or 2"),
        (lambda: OidcIssuer.auth0("https://acme.auth0.com/"), "domain must be a host name"),
        (lambda: OidcIssuer.okta("acme.okta.com", server="a/b"), "server must be one name"),
        (lambda: OidcIssuer.cognito(pool="EXAMPLE"), "user pool ID"),
        (lambda: OidcIssuer.github_actions(enterprise="a/b"), "enterprise must be one name"),
        (lambda: OidcIssuer(ISSUER, algorithms=("HS256",)), "algorithms must be some of"),
        (lambda: OidcIssuer(ISSUER, algorithms=()), "algorithms must be some of"),
        (lambda: OidcIssuer(ISSUER, max_lifetime_seconds=0), "must be positive"),
        (lambda: OidcIssuer(ISSUER, max_token_bytes=0), "must be positive"),
        (lambda: OidcIssuer(ISSUER, client_claims={"iss": "a"}), "client_claims stand for"),
        (lambda: OidcIssuer(ISSUER, discovery="http://elsewhere.example"), "discovery must be https"),
        (
            lambda: OidcVerifier(OidcIssuer.cognito(pool="us-east-1_E"), audience="api", services=[JOB_BY_SUB]),
            "every AllowedService must give its client_id",
        ),
    ],
)
def test_a_setting_that_cannot_be_says_what_would_be_right(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


async def test_a_verifiers_own_bounds_replace_those_of_the_issuer() -> None:
    day = OidcIssuer(ISSUER, max_lifetime_seconds=86_400, max_token_bytes=20_000)
    options: dict[str, Any] = {"audience": AUDIENCE, "services": [WEB], "clock": Clock()}
    options["keys"] = FixedKeys({"keys": [key().public_jwk]})
    token = key().token(claims(exp=NOW + 86_400))
    assert isinstance(await outcome(OidcVerifier(day, **options), token), Principal)
    assert await outcome(OidcVerifier(day, max_lifetime_seconds=3600, **options), token) == "lifetime"
    assert await outcome(OidcVerifier(day, max_token_bytes=100, **options), token) == "too_long"


async def test_keys_are_discovered_where_the_issuer_has_them_and_only_from_itself() -> None:
    origin = FakeIssuer(key())
    elsewhere = f"{ISSUER}/oauth/token"
    keys = IssuerKeys(elsewhere, fetch=origin, discovery=f"{ISSUER}/")
    with pytest.raises(ServiceUnavailable):
        await keys.key("rs256")  # what is found there names another issuer
    origin.discovery = {**origin.discovery, "issuer": elsewhere}
    found = IssuerKeys(elsewhere, fetch=origin, discovery=f"{ISSUER}/")
    assert (await found.key("rs256")).algorithms == {"RS256"}
    assert origin.fetched[0] == f"{ISSUER}/.well-known/openid-configuration"
    assert any(f"by discovery at {ISSUER}," in line for line in found.described())


# -- what is logged


@pytest.mark.parametrize(
    ("said", "header", "logged"),
    [
        ({}, {"typ": None}, "`typ` must be there; to change it: OidcIssuer(requires_typ=False)"),
        ({}, {"typ": "secret+jwt"}, "`typ` must be JWT or at+jwt; to change it: no setting"),
        ({"exp": NOW + 86_400}, {}, "(it lives 86400 s of 3600 s); to change it: OidcIssuer(max_lifetime_seconds=…)"),
        ({"aud": "secret"}, {}, "`aud` must name this service; to change it: OidcVerifier(audience=…)"),
        ({"iss": "secret"}, {}, "`iss` must be the issuer, to the last slash"),
        ({"padding": "secret" * 2000}, {}, "to change it: OidcIssuer(max_token_bytes=…)"),
        ({"sub": "secret"}, {}, "must be those of an allowed service; to change it: OidcVerifier(services="),
        ({"exp": "secret"}, {}, "must be whole seconds; the first two must be there (exp)"),
        ({"azp": ["secret"]}, {}, "must be text, if they are there (azp of type list)"),
        ({}, {"kid": "secret"}, "`kid` must name a key of the issuer's; to change it: OidcIssuer("),
        ({}, {"crit": ["secret"]}, "must not have `crit`"),
        ({}, {"alg": "PS256"}, "(PS256, by a key for RS256); to change it: OidcIssuer(algorithms=…)"),
    ],
)
async def test_a_refused_token_logs_the_rule_and_the_setting_and_nothing_of_itself(
    said: dict[str, Any], header: dict[str, Any], logged: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = key().token(claims(**said), header)
    with caplog.at_level(logging.WARNING, "switchover.trust"):
        assert isinstance(await outcome(verifier(), token), str)
    [record] = caplog.records
    assert logged in record.getMessage()
    assert record.getMessage().startswith(f"a token for {AUDIENCE} was refused: ")
    assert "secret" not in caplog.text
    assert not [part for part in token.split(".") if part in caplog.text]


async def test_a_rule_is_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    judge = verifier(clock=clock)
    with caplog.at_level(logging.WARNING, "switchover.trust"):
        for seconds, lines in ((0, 1), (1, 1), (59, 1), (60, 2)):
            clock.now = NOW + seconds
            assert await outcome(judge, "a.b.c") == "malformed"
            assert len(caplog.records) == lines
        assert await outcome(judge, key().token(claims(iss="x"))) == "issuer"
    assert len(caplog.records) == 3
