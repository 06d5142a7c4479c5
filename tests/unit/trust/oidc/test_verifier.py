"""Which tokens are believed: what they say, when, and whose they are. The attacks are in test_attacks.py."""

from __future__ import annotations

import time
from typing import Any

import pytest

from support.signing import SigningKey
from switchover.errors import Forbidden, ServiceUnavailable, Unauthenticated
from switchover.trust import Principal
from switchover.trust.oidc import AllowedService, FixedKeys, OidcVerifier
from switchover.trust.oidc.key_set import KeySet
from switchover.trust.oidc.verification_key import VerificationKey
from unit.trust.oidc.tokens import (
    ABSENT,
    AUDIENCE,
    ISSUER,
    NOW,
    WEB,
    Clock,
    bearing,
    claims,
    incoming,
    key,
    outcome,
    verifier,
)

IS_WEB = Principal("web", may_act_for_users=True)
IS_JOB = Principal("job", may_act_for_users=False)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "Ed25519"])
async def test_a_token_of_an_allowed_service_is_believed(algorithm: str) -> None:
    assert await outcome(verifier(), key(algorithm).token(claims())) == IS_WEB


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": [AUDIENCE]},
        {"aud": ["https://other.example", AUDIENCE]},
        {"nbf": NOW},
        {"jti": ABSENT},
        {"scope": "diary", "roles": [{"name": "a"}], "iss_hint": 1.5, "name": "\u00e9\U0001f30d"},
        {"exp": NOW + 3600},
    ],
)
async def test_claims_that_are_right_are_believed(changes: dict[str, Any]) -> None:
    assert await outcome(verifier(), key().token(claims(**changes))) == IS_WEB


@pytest.mark.parametrize("kind", ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt"])
async def test_the_type_is_that_of_a_token(kind: str) -> None:
    assert await outcome(verifier(), key().token(claims(), {"typ": kind})) == IS_WEB


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_is_written_in_any_case(scheme: str) -> None:
    asked = incoming(f"{scheme} {key().token(claims())}")
    assert verifier().is_addressed(asked)
    assert await outcome(verifier(), asked) == IS_WEB


@pytest.mark.parametrize(
    ("changes", "now", "expected"),
    [
        ({"exp": NOW}, NOW + 29, IS_WEB),
        ({"exp": NOW}, NOW + 30, "expired"),
        ({"exp": NOW}, NOW + 31, "expired"),
        ({"iat": NOW, "exp": NOW + 600}, NOW - 29, IS_WEB),
        ({"iat": NOW, "exp": NOW + 600}, NOW - 30, IS_WEB),
        ({"iat": NOW, "exp": NOW + 600}, NOW - 31, "not_yet_valid"),
        ({"iat": NOW - 60, "nbf": NOW}, NOW - 29, IS_WEB),
        ({"iat": NOW - 60, "nbf": NOW}, NOW - 31, "not_yet_valid"),
        ({"iat": NOW, "exp": NOW + 3601}, NOW, "lifetime"),
        ({"iat": NOW, "exp": NOW}, NOW, "lifetime"),
        ({"iat": NOW + 10, "exp": NOW + 5}, NOW, "lifetime"),
        ({"iat": NOW, "nbf": NOW + 20, "exp": NOW + 20}, NOW, "lifetime"),
    ],
)
async def test_clocks_may_differ_by_the_leeway_and_lives_are_short(
    changes: dict[str, Any], now: float, expected: object
) -> None:
    token = claims(**{"iat": changes.get("exp", NOW) - 600, **changes})
    assert await outcome(verifier(clock=Clock(now)), key().token(token)) == expected


async def test_leeway_and_lifetime_are_what_was_configured() -> None:
    strict = verifier(leeway_seconds=0, max_lifetime_seconds=600, clock=Clock(NOW + 600))
    assert await outcome(strict, key().token(claims())) == "expired"
    assert await outcome(strict, key().token(claims(iat=NOW + 601, exp=NOW + 900))) == "not_yet_valid"
    assert await outcome(verifier(max_lifetime_seconds=599), key().token(claims())) == "lifetime"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, IS_WEB),
        ({"sub": "somebody"}, "not_allowed"),
        ({"client_id": "somebody"}, "not_allowed"),
        ({"sub": ABSENT}, "not_allowed"),
        ({"sub": "Web-service"}, "not_allowed"),
        ({"sub": "web-service "}, "not_allowed"),
        ({"sub": "job-service", "client_id": "job-service"}, "not_allowed"),
        ({"sub": "anybody", "azp": "job-service"}, IS_JOB),
        ({"azp": "job-service"}, IS_WEB),
    ],
)
async def test_a_service_is_known_by_all_the_claims_it_was_given(changes: dict[str, Any], expected: object) -> None:
    assert await outcome(verifier(), key().token(claims(**changes))) == expected


async def test_refusals_do_not_say_why() -> None:
    judge = verifier()
    with pytest.raises(Unauthenticated) as wrong:
        await judge.verify(bearing(key().token(claims(exp=NOW - 60, iat=NOW - 120))))
    with pytest.raises(Unauthenticated) as none:
        await judge.verify(incoming(None))
    with pytest.raises(Unauthenticated) as other:
        await judge.verify(incoming("Basic YTpi"))
    with pytest.raises(Forbidden) as unknown:
        await judge.verify(bearing(key().token(claims(sub="x"))))
    assert wrong.value.detail == none.value.detail == other.value.detail
    assert [(error.value.reason, error.value.challenge) for error in (wrong, none, other)] == [
        ("expired", 'Bearer error="invalid_token"'),
        ("missing", "Bearer"),
        ("scheme", "Bearer"),
    ]
    assert (unknown.value.detail, unknown.value.reason) == ("This service may not call.", "not_allowed")


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        ("Bearer a.b.c", True),
        ("bearer a.b.c.d.e", True),
        ("Bearer a-key-without-dots", False),
        ("Bearer a.b", False),
        ("Basic a.b.c", False),
        ("a.b.c", False),
        (None, False),
    ],
)
def test_it_judges_what_looks_like_a_token(authorization: str | None, expected: object) -> None:
    assert verifier().is_addressed(incoming(authorization)) is expected


# -- verified a moment ago


class CountingKeys:
    """Counts how often a key is asked for."""

    def __init__(self, *keys: SigningKey) -> None:
        self.asked = 0
        self.current: KeySet | None = None
        self.publish(*keys)

    def publish(self, *keys: SigningKey) -> None:
        self.current = KeySet({"keys": [one.public_jwk for one in keys]})

    async def key(self, kid: str) -> VerificationKey:
        self.asked += 1
        assert self.current is not None
        return self.current.find(kid)

    def described(self) -> list[str]:
        return []


async def test_a_token_is_remembered_for_a_moment() -> None:
    keys, clock = CountingKeys(key()), Clock()
    judge, token = verifier(keys=keys, clock=clock), key().token(claims())
    for _ in range(5):
        assert await outcome(judge, token) == IS_WEB
    assert keys.asked == 1
    clock.now += 20
    assert await outcome(judge, token) == IS_WEB
    assert keys.asked == 2


async def test_a_token_is_never_remembered_beyond_its_end() -> None:
    keys, clock = CountingKeys(key()), Clock(NOW + 595)
    judge, token = verifier(keys=keys, clock=clock, leeway_seconds=10), key().token(claims())
    assert await outcome(judge, token) == IS_WEB
    clock.now = NOW + 605
    assert await outcome(judge, token) == IS_WEB
    assert await outcome(judge, token) == IS_WEB
    assert keys.asked == 3
    clock.now = NOW + 610
    assert await outcome(judge, token) == "expired"


async def test_a_token_is_forgotten_with_its_key() -> None:
    keys = CountingKeys(key())
    judge, token = verifier(keys=keys), key().token(claims())
    assert await outcome(judge, token) == IS_WEB
    keys.publish(key("ES256"))
    assert await outcome(judge, token) == "key_unknown"


async def test_a_token_that_ends_like_a_remembered_one_is_another() -> None:
    judge, token = verifier(), key().token(claims())
    assert await outcome(judge, token) == IS_WEB
    header, payload, signature = token.split(".")
    assert await outcome(judge, f"{header}.{payload[:-4]}AAAA.{signature}") == "signature"
    assert await outcome(judge, signature[-32:]) == "malformed"
    assert await outcome(judge, incoming(f"Basic {token}")) == "scheme"


async def test_the_memory_is_bounded() -> None:
    keys = CountingKeys(key("ES256"))
    judge = verifier(keys=keys, cache_size=2)
    tokens = [key("ES256").token(claims(jti=f"{number}")) for number in range(3)]
    for token in [*tokens, tokens[1], tokens[2]]:
        assert await outcome(judge, token) == IS_WEB
    assert keys.asked == 3
    assert await outcome(judge, tokens[0]) == IS_WEB
    assert keys.asked == 4


async def test_what_is_refused_is_not_remembered() -> None:
    keys = CountingKeys(key())
    judge = verifier(keys=keys)
    for _ in range(2):
        assert await outcome(judge, key().token(claims(sub="somebody"))) == "not_allowed"
    assert keys.asked == 2


async def test_keys_that_cannot_be_had_are_no_refusal() -> None:
    class NoKeys(CountingKeys):
        async def key(self, kid: str) -> VerificationKey:
            raise ServiceUnavailable("later")

    with pytest.raises(ServiceUnavailable):
        await verifier(keys=NoKeys()).verify(bearing(key().token(claims())))


# -- what is configured


def test_what_is_demanded_is_said_in_plain_words() -> None:
    assert verifier().described() == [
        f"a bearer token (JWT) of {ISSUER} for {AUDIENCE}, signed with a key of the issuer's",
        "it lives 3600 s at most; clocks may differ by 30 s",
        "keys: as configured; a new one takes a new configuration",
        "allowed: web, by sub 'web-service' and client_id 'web-service', may act for users",
        "allowed: job, by azp 'job-service', may not act for users",
    ]
    assert repr(verifier()) == f"OidcVerifier('{ISSUER}', audience='{AUDIENCE}', …)"


def test_keys_are_discovered_unless_given() -> None:
    judge = OidcVerifier(ISSUER, audience=AUDIENCE, services=[WEB])
    assert any(line.startswith(f"keys: by discovery at {ISSUER}") for line in judge.described())


@pytest.mark.parametrize(
    "options",
    [
        {"audience": ""},
        {"services": []},
        {
            "services": [
                WEB,
                AllowedService(name="again", may_act_for_users=False, sub=WEB.sub, client_id=WEB.client_id),
            ]
        },
        {"leeway_seconds": -1},
        {"leeway_seconds": 3600},
        {"leeway_seconds": float("nan")},
        {"max_lifetime_seconds": 0},
        {"max_lifetime_seconds": float("inf")},
        {"max_token_bytes": 0},
        {"cache_size": 0},
    ],
)
def test_what_cannot_be_is_refused_at_the_start(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        verifier(**options)


@pytest.mark.parametrize("issuer", ["", "http://issuer.example", "issuer.example", "https://issuer.example?a=b"])
def test_an_issuer_is_an_address(issuer: str) -> None:
    with pytest.raises(ValueError, match="issuer"):
        OidcVerifier(issuer, audience=AUDIENCE, services=[WEB])


@pytest.mark.parametrize("given", [{}, {"sub": ""}, {"sub": "a", "azp": ""}, {"name": "", "sub": "a"}])
def test_a_service_has_a_name_and_a_claim(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="an allowed service has"):
        AllowedService(**{"name": "web", "may_act_for_users": False, **given})


async def test_the_clock_is_that_of_the_machine_unless_given() -> None:
    judge = OidcVerifier(ISSUER, audience=AUDIENCE, services=[WEB], keys=FixedKeys({"keys": [key().public_jwk]}))
    now = int(time.time())
    assert await outcome(judge, key().token(claims(iat=now, exp=now + 60))) == IS_WEB
