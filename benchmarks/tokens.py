"""(5) Verifying a token: CPU time, PyJWT with the same demands as the baseline. Keys are at hand, nothing is fetched."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from itertools import cycle
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from benchmarks.measure import Row, compare
from switchover import AllowedService, FixedKeys, OidcVerifier
from switchover.trust import Incoming

_ISSUER: Final = "https://issuer.example"
_AUDIENCE: Final = "https://diary.example/api"
_UNCACHED: Final = 2000
_CACHED: Final = 100_000

Verify = Callable[[], Awaitable[object]]


async def run(rounds: int) -> list[Row]:
    """Measure both algorithms."""
    rows: list[Row] = []
    pairs: dict[str, Any] = {
        "RS256": rsa.generate_private_key(65537, 2048),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
    }
    for algorithm, private in pairs.items():
        header = {"kid": "key-1", "typ": "at+jwt"}
        token, other = (jwt.encode(_claims(name), private, algorithm, header) for name in ("a-token", "b-token"))
        measures = {
            "PyJWT": _measure(_by_pyjwt(token, algorithm, private.public_key()), _UNCACHED),
            "OidcVerifier": _measure(_by_turns(token, other, private, algorithm), _UNCACHED),
        }
        bars = {"OidcVerifier": "<= 0.5"} if algorithm == "RS256" else {}
        rows += await compare(f"a token, {algorithm} (us of CPU)", measures, unit="us", rounds=rounds, bars=bars)
        rows += await _seen_before(token, private, algorithm, rounds)
    return rows


async def _seen_before(token: str, private: Any, algorithm: str, rounds: int) -> list[Row]:
    """Beside a verifier that only hands out what it was given: what any of them costs."""
    everyone, incoming = _Everyone(), _incoming(token)
    measures = {
        "a verifier that lets everyone in": _measure(lambda: everyone.verify(incoming), _CACHED, per=1),
        "OidcVerifier": _measure(await _again(token, private, algorithm), _CACHED, per=1),
    }
    bars = {"OidcVerifier": "<= 350 ns: 1 % of a request's CPU"}
    group = f"a token seen before, {algorithm} (ns of CPU)"
    return await compare(group, measures, unit="ns", rounds=rounds, bars=bars)


class _Everyone:
    async def verify(self, incoming: Incoming) -> Incoming:
        return incoming


def _claims(identifier: str) -> dict[str, Any]:
    now = int(time.time())
    names = {"iss": _ISSUER, "aud": _AUDIENCE, "sub": "web", "client_id": "web", "scope": "diary", "jti": identifier}
    return {**names, "iat": now, "exp": now + 3600}


def _verifier(private: Any, algorithm: str, cache_size: int = 1024) -> OidcVerifier:
    by_name = jwt.algorithms.get_default_algorithms()
    public: Any = by_name[algorithm].to_jwk(private.public_key(), as_dict=True)
    keys = FixedKeys({"keys": [{**public, "kid": "key-1", "key_ops": ["verify"], "alg": algorithm}]})
    web = AllowedService(name="web", may_act_for_users=True, sub="web", client_id="web")
    return OidcVerifier(_ISSUER, audience=_AUDIENCE, services=[web], keys=keys, cache_size=cache_size)


async def _again(token: str, private: Any, algorithm: str) -> Verify:
    """What is measured is another request than the first: the same bytes at another place."""
    verifier, first, incoming = _verifier(private, algorithm), _incoming(token), _incoming(token)
    await verifier.verify(first)
    return lambda: verifier.verify(incoming)


def _by_turns(token: str, other: str, private: Any, algorithm: str) -> Verify:
    """Two tokens by turns, and a verifier that remembers one."""
    verifier = _verifier(private, algorithm, cache_size=1)
    sent = cycle([_incoming(token), _incoming(other)])
    return lambda: verifier.verify(next(sent))


def _by_pyjwt(token: str, algorithm: str, public: Any) -> Verify:
    options: Any = {"require": ["exp", "iat", "iss", "aud", "sub"]}
    keys = {"key-1": public}
    incoming = _incoming(token)

    async def verify() -> object:
        sent = (incoming.header("authorization") or "").removeprefix("Bearer ")
        key = keys[jwt.get_unverified_header(sent)["kid"]]
        return jwt.decode(
            sent, key, algorithms=[algorithm], audience=_AUDIENCE, issuer=_ISSUER, leeway=30, options=options
        )

    return verify


def _incoming(token: str) -> Incoming:
    async def body() -> bytes:
        return b""

    return Incoming("GET", "/api/trips", {b"authorization": f"Bearer {token}".encode()}, "127.0.0.1", body)


def _measure(verify: Verify, calls: int, per: int = 1000) -> Callable[[], Awaitable[float]]:
    """Nanoseconds of CPU for a call, divided by `per`."""

    async def measure() -> float:
        started = time.process_time_ns()
        for _ in range(calls):
            await verify()
        return (time.process_time_ns() - started) / calls / per

    return measure
