"""The calling side of signed messages."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from switchover.errors import InvalidField, InvalidRequest
from switchover.trust.outgoing import Outgoing
from switchover.trust.signed.covering import (
    CONTENT_DIGEST,
    METHOD,
    NEVER_COVERED,
    TAG,
    TARGET_URI,
    Unsignable,
    identifier,
    signature_base,
    target_prefix,
)
from switchover.trust.signed.digest import content_digest
from switchover.trust.signed.fields import write_bytes, write_string
from switchover.trust.signed.keys import signing_key

if TYPE_CHECKING:
    from switchover.trust.signed.asymmetric import PrivateKey

_OWN: Final = frozenset({"content-digest", "signature", "signature-input"})


def fresh_nonce() -> str:
    """128 random bits, as text."""
    return secrets.token_urlsafe(16)


class MessageSigner:
    """Signs each request: method, target URI, body, and every header that is part of what is asked.

    Args:
        key: a private key, as PEM text or of `cryptography`'s (Ed25519, ECDSA on P-256, RSA from 2048 bits), or a shared secret of at
            least 32 bytes, as bytes. It decides the algorithm.
        key_id: what the serving side knows the key by.
        base_url: how the service is addressed, in the words of both sides: `https://diary.internal`. Behind a Unix socket or a
            gateway it is a name that both agree on; nothing connects to it.
        lifetime_seconds: how long a signature is good, at least 1.
        clock: seconds since 1970.
        nonce: makes text that is different for every request: 1 to 128 visible ASCII characters.

    Raises:
        ValueError: a key that is none or weak, a key id or a base URL that is none, a lifetime below 1.
    """

    __slots__ = ("_clock", "_key", "_key_id", "_lifetime", "_nonce", "_prefix", "_suffix")

    def __init__(
        self,
        key: PrivateKey | str | bytes,
        *,
        key_id: str,
        base_url: str,
        lifetime_seconds: int = 30,
        clock: Callable[[], float] = time.time,
        nonce: Callable[[], str] = fresh_nonce,
    ) -> None:
        if not key_id:
            raise ValueError("a key id is not empty")
        if lifetime_seconds < 1:
            raise ValueError("a signature is good for at least 1 second")
        self._key = signing_key(key)
        self._key_id = key_id
        self._prefix = target_prefix(base_url)
        self._lifetime = int(lifetime_seconds)
        self._clock = clock
        self._nonce = nonce
        self._suffix = f";keyid={write_string(key_id)};alg={write_string(self._key.algorithm)};tag={write_string(TAG)}"

    def is_ready(self) -> bool:
        """Always."""
        return True

    async def refresh(self) -> None:
        """There is nothing to fetch."""

    def refresh_blocking(self) -> None:
        """There is nothing to fetch."""

    def headers(self, outgoing: Outgoing) -> Sequence[tuple[str, str]]:
        """The digest of the body, what is signed, and the signature.

        Raises:
            InvalidRequest: a header cannot be signed, because it is not one line of ASCII or is one of these three.
        """
        digest = content_digest(outgoing.body or b"")
        components = {METHOD: outgoing.method, TARGET_URI: self._prefix + outgoing.target, CONTENT_DIGEST: digest}
        components |= _covered(outgoing.headers)
        parameters = self._parameters(components)
        try:
            base = signature_base(components.items(), parameters)
        except Unsignable as error:
            raise InvalidRequest(errors=[InvalidField("header", "has to be one line of ASCII to be signed")]) from error
        signature = write_bytes(self._key.sign(base))
        return [("content-digest", digest), ("signature-input", f"s={parameters}"), ("signature", f"s={signature}")]

    def _parameters(self, components: dict[str, str]) -> str:
        created = int(self._clock())
        nonce = write_string(self._nonce())
        expires = created + self._lifetime
        return f"({' '.join(components)});created={created};expires={expires};nonce={nonce}{self._suffix}"

    def described(self) -> list[str]:
        """See `CredentialSource`."""
        what = f"key {self._key_id}, {self._key.algorithm}, for {self._prefix}, each good for {self._lifetime} s"
        return [f"a signature of each request (RFC 9421): {what}"]

    def __repr__(self) -> str:
        return f"MessageSigner({self._key.algorithm}, key_id={self._key_id!r}, base_url={self._prefix!r}, …)"


def _covered(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Identifier and value of each header that is signed; one that is there twice is one (RFC 9421, section 2.1)."""
    found: dict[str, list[str]] = {}
    for given, value in headers:
        name = given.lower()
        if name in _OWN:
            raise InvalidRequest(errors=[InvalidField(f"header.{name}", "is written by what signs the request")])
        if name not in NEVER_COVERED:
            found.setdefault(identifier(name), []).append(value.strip(" \t"))
    return {name: ", ".join(values) for name, values in found.items()}
