"""A key that two services share: a bearer token (RFC 6750) compared in constant time and kept only as a digest."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

from switchover.errors import Unauthenticated
from switchover.trust.incoming import Incoming
from switchover.trust.outgoing import Outgoing
from switchover.trust.principal import Principal
from switchover.trust.refusal import REFUSAL

SHORTEST_KEY: Final = 32
"""Characters a key has at least; `secrets.token_urlsafe(32)` gives 43."""

REMEDY: Final = "make one with `switchover key new`, or with secrets.token_urlsafe(32)"


class SharedKey:
    """The calling side's half: sends the key as a bearer token."""

    __slots__ = ("_headers",)

    def __init__(self, key: str | bytes) -> None:
        """Take a key as text, or as the bytes of one.

        Raises:
            ValueError: the key is short, or not visible ASCII.
            TypeError: it is neither text nor bytes.
        """
        self._headers = (("authorization", f"Bearer {_checked(key)}"),)

    def is_ready(self) -> bool:
        """Always."""
        return True

    async def refresh(self) -> None:
        """There is nothing to fetch."""

    def refresh_blocking(self) -> None:
        """There is nothing to fetch."""

    def headers(self, outgoing: Outgoing) -> Sequence[tuple[str, str]]:
        """The key, as `Authorization`."""
        return self._headers

    def described(self) -> list[str]:
        """See `CredentialSource`."""
        return ["a shared key, as a bearer token"]

    def __repr__(self) -> str:
        return "SharedKey(…)"


class SharedKeyVerifier:
    """The serving side's half: knows the key's digest, not the key."""

    __slots__ = ("_digest", "_principal")

    def __init__(self, key: str | bytes, *, principal: str, may_act_for_users: bool) -> None:
        """Take a key as text, or as the bytes of one.

        Raises:
            ValueError: the key is short, or not visible ASCII.
            TypeError: it is neither text nor bytes.
        """
        self._digest = _digest(_checked(key))
        self._principal = Principal(principal, may_act_for_users)

    def is_addressed(self, incoming: Incoming) -> bool:
        """Is there an `Authorization`?"""
        return b"authorization" in incoming.headers

    async def verify(self, incoming: Incoming) -> Principal:
        """The service that holds the key; the same refusal for no key, another key and another scheme."""
        authorization = incoming.header("authorization")
        scheme, _, token = (authorization or "").partition(" ")
        if not hmac.compare_digest(_digest(token), self._digest) or scheme.lower() != "bearer":
            raise Unauthenticated(REFUSAL, reason="missing" if authorization is None else "unknown_key")
        return self._principal

    def described(self) -> list[str]:
        """See `Verifier`."""
        what = "may act for users" if self._principal.may_act_for_users else "may not act for users"
        return [f"a shared key, as a bearer token: {self._principal.name}, which {what}"]

    def __repr__(self) -> str:
        return f"SharedKeyVerifier({self._principal.name!r}, …)"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def new_key() -> str:
    """Return a new key: 256 random bits as 43 characters."""
    return secrets.token_urlsafe(SHORTEST_KEY)


def key_text(key: str | bytes) -> str:
    """Return a key as text.

    Raises:
        TypeError: it is neither text nor bytes; the message does not repeat it.
    """
    if not isinstance(key, str | bytes):
        raise TypeError(f"a key must be str or bytes, got {type(key).__name__}; {REMEDY}")
    return key if isinstance(key, str) else key.decode("latin-1")


def _checked(key: str | bytes) -> str:
    text = key_text(key)
    if len(text) < SHORTEST_KEY or not text.isascii() or not text.isprintable() or " " in text:
        wanted = f"at least {SHORTEST_KEY} visible ASCII characters, as str or bytes"
        raise ValueError(f"a service key must be {wanted}; {REMEDY}")
    return text
