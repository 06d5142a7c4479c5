"""Two services that sign for each other: keys, a clock that stands, and requests on their way from one to the other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from switchover import MessageSigner, SignedMessageVerifier, SigningKey
from switchover.errors import Unauthenticated
from switchover.port.wire import WireRequest
from switchover.trust import Incoming

BASE_URL = "https://diary.internal"
NOW = 1_795_000_000
SECRET = b"a secret for tests alone, 32 bytes or more"

ED25519 = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_ED25519 = Ed25519PrivateKey.from_private_bytes(bytes(32))
P256 = ec.derive_private_key(7, ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)

PRIVATE: Mapping[str, Any] = {"ed": ED25519, "p256": P256, "rsa": RSA, "hmac": SECRET}
ALGORITHMS = {"ed": "ed25519", "p256": "ecdsa-p256-sha256", "rsa": "rsa-pss-sha512", "hmac": "hmac-sha256"}
KEYS: Mapping[str, SigningKey] = {
    key_id: SigningKey("web", True, key if isinstance(key, bytes) else key.public_key())
    for key_id, key in PRIVATE.items()
}

POST = WireRequest(
    "POST",
    "/api/trips/1/entries?b=2&a=%2F1",
    [
        ("accept", "application/json"),
        ("content-type", "application/json"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("x-switchover-caller", "eyJ1c2VyIjoiYWlrbyJ9"),
        ("idempotency-key", "key-1"),
        ("authorization", "Bearer something-else"),
        ("x-color", "red"),
    ],
    b'{"text":"Moss."}',
)
GET = WireRequest("GET", "/api/trips", [("accept", "application/json")])


@dataclass
class Clock:
    """Stands until it is set."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


def numbered() -> Callable[[], str]:
    """Nonces that are easy to read."""
    return map("nonce-{}".format, itertools.count()).__next__


def signer(key_id: str = "ed", /, **more: Any) -> MessageSigner:
    made: dict[str, Any] = {"key_id": key_id, "base_url": BASE_URL, "clock": Clock(), "nonce": numbered(), **more}
    return MessageSigner(made.pop("key", PRIVATE.get(key_id)), **made)


def verifier(**more: Any) -> SignedMessageVerifier:
    made: dict[str, Any] = {"base_url": BASE_URL, "clock": Clock(), **more}
    return SignedMessageVerifier(made.pop("keys", KEYS), **made)


@dataclass(frozen=True)
class Message:
    """A request on its way, as anyone in between could change it."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    reads: list[int] = field(default_factory=list)

    def changed(self, **parts: Any) -> Message:
        """With another method, target or body; and other headers, or without them (None): `x_color="blue"`."""
        own = {name: parts.pop(name) for name in ("method", "target", "body") if name in parts}
        headers = {**self.headers, **{name.replace("_", "-"): value for name, value in parts.items()}}
        return replace(
            self, **own, headers={name: value for name, value in headers.items() if value is not None}, reads=[]
        )

    def incoming(self) -> Incoming:
        """What a service gets."""
        headers = {name.encode("latin-1"): value.encode("latin-1") for name, value in self.headers.items()}
        return Incoming(self.method, self.target, headers, None, self._read)

    async def _read(self) -> bytes:
        self.reads.append(len(self.body))
        return self.body


def signed(request: WireRequest = POST, by: MessageSigner | None = None) -> Message:
    """A request with its signature."""
    headers = [*request.headers, *(by or signer()).headers(request)]
    return Message(request.method, request.target, dict(headers), request.body or b"")


async def reason(message: Message, by: SignedMessageVerifier | None = None) -> str:
    """Why a message is refused, after a look at what is answered."""
    with pytest.raises(Unauthenticated) as caught:
        await (by or verifier()).verify(message.incoming())
    assert str(caught.value) == "unauthenticated: Valid service credentials are required."
    assert caught.value.challenge == "Signature"
    return caught.value.reason
