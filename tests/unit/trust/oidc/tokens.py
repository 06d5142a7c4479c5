"""An issuer's keys, claims that are right, and a verifier with a clock of its own."""

from __future__ import annotations

from functools import cache
from typing import Any

from support.signing import SigningKey
from switchover.errors import Forbidden, Unauthenticated
from switchover.trust import Incoming, Principal
from switchover.trust.oidc import AllowedService, FixedKeys, OidcVerifier

ISSUER = "https://issuer.example"
AUDIENCE = "https://diary.example/api"
NOW = 1_800_000_000
WEB = AllowedService(name="web", may_act_for_users=True, sub="web-service", client_id="web-service")
JOB = AllowedService(name="job", may_act_for_users=False, azp="job-service")
ABSENT = object()


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def key(algorithm: str = "RS256") -> SigningKey:
    """The issuer's key for an algorithm; its identifier is the algorithm's name in lower case."""
    return _made(algorithm)


@cache
def _made(algorithm: str) -> SigningKey:
    return SigningKey.make(algorithm.lower(), algorithm)


@cache
def fixed_keys() -> FixedKeys:
    return FixedKeys({"keys": [key(name).public_jwk for name in ("RS256", "ES256", "PS256", "Ed25519")]})


def claims(**changes: Any) -> dict[str, Any]:
    """Claims of `WEB`; ABSENT takes one away."""
    right = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "web-service",
        "client_id": "web-service",
        "jti": "a-token",
        "iat": NOW,
        "exp": NOW + 600,
    }
    return {name: value for name, value in {**right, **changes}.items() if value is not ABSENT}


def verifier(**options: Any) -> OidcVerifier:
    given = {"audience": AUDIENCE, "services": [WEB, JOB], "keys": fixed_keys(), "clock": Clock(), **options}
    return OidcVerifier(ISSUER, **given)


def incoming(authorization: str | bytes | None) -> Incoming:
    async def body() -> bytes:
        return b""

    value = authorization.encode("latin-1") if isinstance(authorization, str) else authorization
    headers = {} if value is None else {b"authorization": value}
    return Incoming("GET", "/api/notes", headers, "127.0.0.1", body)


def bearing(token: str) -> Incoming:
    return incoming(f"Bearer {token}")


async def outcome(judge: OidcVerifier, asked: Incoming | str) -> Principal | str:
    """The principal, or the reason of the refusal."""
    try:
        return await judge.verify(bearing(asked) if isinstance(asked, str) else asked)
    except (Unauthenticated, Forbidden) as refused:
        return refused.reason
