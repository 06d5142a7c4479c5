"""What a signed message costs either side (RFC 9421): CPU time per request, a POST of an entry on behalf of a user."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, MappingKeyResolver
from http_message_signatures.algorithms import ED25519

from benchmarks.apps.model import DRAFT_JSON
from benchmarks.in_process import CALLER
from benchmarks.measure import Measure, Row, compare
from switchover import MessageSigner, SignedMessageVerifier, SigningKey
from switchover.port.wire import WireRequest
from switchover.trust import CALLER_HEADER, Incoming

_CALLS = 500
_BASE_URL: Final = "https://diary.internal"
_KEY: Final = Ed25519PrivateKey.generate()
_SECRET: Final = bytes(range(64))
_REQUEST: Final = WireRequest(
    "POST",
    f"/api/trips/{uuid4()}/entries",
    [
        ("content-type", "application/json"),
        ("accept", "application/json, application/problem+json"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        (CALLER_HEADER, CALLER),
        ("idempotency-key", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"),
    ],
    DRAFT_JSON,
)
_COVERED: Final = ("@method", "@target-uri", "content-digest", "content-type", CALLER_HEADER, "idempotency-key")
_TEXT: Final = bytes(700)
_ED_SIGNER: Final = MessageSigner(_KEY, key_id="ed", base_url=_BASE_URL)
_HMAC_SIGNER: Final = MessageSigner(_SECRET, key_id="hmac", base_url=_BASE_URL)
_RESOLVER: Final = MappingKeyResolver(public_keys={"ed": _KEY.public_key()}, private_keys={"ed": _KEY})


@dataclass
class _Foreign:
    """A request as http-message-signatures has it."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


async def run(rounds: int) -> list[Row]:
    """Measure signing, then verifying."""
    signing: dict[str, Measure] = {
        "the Ed25519 signature alone": _timed(lambda: _KEY.sign(_TEXT)),
        "MessageSigner, ed25519": _timed(lambda: _ED_SIGNER.headers(_REQUEST)),
        "MessageSigner, hmac-sha256": _timed(lambda: _HMAC_SIGNER.headers(_REQUEST)),
        "http-message-signatures, ed25519": _timed(_signed_by_the_peer),
    }
    signature, public = _KEY.sign(_TEXT), _KEY.public_key()
    peer = _signed_by_the_peer()
    verifying: dict[str, Measure] = {
        "the Ed25519 verification alone": _timed(lambda: public.verify(signature, _TEXT)),
        "SignedMessageVerifier, ed25519": _verifying(_ED_SIGNER),
        "SignedMessageVerifier, hmac-sha256": _verifying(_HMAC_SIGNER),
        "http-message-signatures, ed25519": _timed(lambda: _verified_by_the_peer(peer)),
    }
    return [
        *await compare("sign a request (us of CPU)", signing, unit="us", rounds=rounds),
        *await compare("verify a signed request (us of CPU)", verifying, unit="us", rounds=rounds),
    ]


def _timed(do: Callable[[], Any]) -> Callable[[], Awaitable[float]]:
    async def measure() -> float:
        started = time.process_time_ns()
        for _ in range(_CALLS):
            do()
        return (time.process_time_ns() - started) / _CALLS / 1000

    return measure


def _verifying(signer: MessageSigner) -> Callable[[], Awaitable[float]]:
    keys = {"ed": SigningKey("web", True, _KEY.public_key()), "hmac": SigningKey("web", True, _SECRET)}
    verifier = SignedMessageVerifier(keys, base_url=_BASE_URL)

    async def measure() -> float:
        messages = [_incoming(signer.headers(_REQUEST)) for _ in range(_CALLS)]  # each is taken once
        started = time.process_time_ns()
        for message in messages:
            await verifier.verify(message)
        return (time.process_time_ns() - started) / _CALLS / 1000

    return measure


async def _body() -> bytes:
    return DRAFT_JSON


def _incoming(proof: Sequence[tuple[str, str]]) -> Incoming:
    headers = {name.encode(): value.encode() for name, value in [*_REQUEST.headers, *proof]}
    return Incoming(_REQUEST.method, _REQUEST.target, headers, None, _body)


def _signed_by_the_peer() -> _Foreign:
    message = _Foreign(_REQUEST.method, _BASE_URL + _REQUEST.target, dict(_REQUEST.headers))
    now = datetime.now(UTC)
    HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=_RESOLVER).sign(
        message,
        key_id="ed",
        created=now,
        expires=now + timedelta(seconds=600),
        nonce=uuid4().hex,
        tag="switchover",
        covered_component_ids=_COVERED,
        body=DRAFT_JSON,
    )
    return message


def _verified_by_the_peer(message: _Foreign) -> None:
    HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=_RESOLVER).verify(
        message, expect_tag="switchover", require_components=_COVERED, body=DRAFT_JSON
    )
