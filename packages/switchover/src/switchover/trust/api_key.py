"""API keys in a header, a query parameter or a cookie: the calling side's key, and the serving side's table of who has which."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final

from switchover.errors import Unauthenticated
from switchover.trust.allowlist import IpAllowlist
from switchover.trust.incoming import Incoming
from switchover.trust.key_place import KeyPlace
from switchover.trust.known_digests import described, digests_of, names_of, principal_of
from switchover.trust.outgoing import Outgoing
from switchover.trust.principal import Principal
from switchover.trust.refusal import REFUSAL
from switchover.trust.shared_key import REMEDY, SHORTEST_KEY, key_text

_CHALLENGE: Final = "ApiKey"
_PREFIX: Final = "sha256:"
_HASH: Final = re.compile(r"sha256:[0-9a-f]{64}")
_SEPARATORS: Final = frozenset(' ,;"\\')
"""Characters that a cookie cannot carry (RFC 6265, section 4.1.1)."""


def key_hash(key: str | bytes) -> str:
    """`sha256:…` of a key: what the serving side may be given instead of it.

    A plain digest is enough, because a key is long and random: nobody tries all of them, as one does with passwords.

    Raises:
        ValueError: the key is short, or not visible ASCII.
    """
    return _PREFIX + hashlib.sha256(_required_key(key).encode()).hexdigest()


class ApiKey:
    """The calling side's half: sends the key in a header of its own, in a query parameter or in a cookie.

    A key in a query is part of the URL, which proxies write into their logs: send it there only to services that read it
    nowhere else. Keys for a query or a cookie come from such services, so they may be of any length.

    Raises:
        ValueError: the key is short, or not visible ASCII, the name means something else, or several places are given.
    """

    __slots__ = ("_place", "_written")

    def __init__(
        self, key: str | bytes, header: str | None = None, *, query: str | None = None, cookie: str | None = None
    ) -> None:
        self._place = KeyPlace.of(header, query, cookie)
        checked = _required_key(key) if self._place.kind == "header" else _issued_key(key)
        self._written = self._place.written(checked)

    def is_ready(self) -> bool:
        """Always."""
        return True

    async def refresh(self) -> None:
        """There is nothing to fetch."""

    def refresh_blocking(self) -> None:
        """There is nothing to fetch."""

    def headers(self, outgoing: Outgoing) -> Sequence[tuple[str, str]]:
        """The key, unless it travels in the query."""
        if self._place.kind == "query":
            return ()
        return ((self._place.name if self._place.kind == "header" else "cookie", self._written),)

    def query(self, outgoing: Outgoing) -> str:
        """The key, if it travels in the query."""
        return self._written if self._place.kind == "query" else ""

    def described(self) -> list[str]:
        """See `CredentialSource`."""
        return [f"an API key, in {self._place}"]

    def __repr__(self) -> str:
        return "ApiKey(…)"


class ApiKeyVerifier:
    """The serving side's half: knows the digests of the keys, and whose they are.

    Args:
        keys: by principal, one key or several, so that a new one can be handed out before the old one ends. A key is given as it is,
            or as `sha256:` and the hexadecimal digest of it (`key_hash`).
        allow: from where they may be used. It is looked at first.
        header: where the key is; `x-api-key`, unless one of the following is given.
        query: the query parameter where it is.
        cookie: the cookie where it is.

    Raises:
        ValueError: there are no keys, one is short, not visible ASCII or there twice, a hash is none, the name means something
            else, or several places are given.
    """

    __slots__ = ("_allow", "_keys", "_place")

    def __init__(
        self,
        keys: Mapping[Principal, str | Sequence[str]],
        *,
        allow: IpAllowlist | None = None,
        header: str | None = None,
        query: str | None = None,
        cookie: str | None = None,
    ) -> None:
        self._place = KeyPlace.of(header, query, cookie)
        self._allow = allow
        self._keys = digests_of(
            {principal: [given] if isinstance(given, str) else list(given) for principal, given in keys.items()},
            _digest,
        )

    def is_addressed(self, incoming: Incoming) -> bool:
        """Is there a key where this one looks for it?"""
        return self._place.presented(incoming) is not None

    async def verify(self, incoming: Incoming) -> Principal:
        """The service that holds the key; the same refusal for none, an unknown one and one that is no longer taken."""
        if self._allow is not None:
            self._allow.check(incoming)
        presented = self._place.presented(incoming)
        found = principal_of(self._keys, presented or b"")
        if found is None:
            reason = "missing" if presented is None else "unknown_key"
            raise Unauthenticated(REFUSAL, reason=reason, challenge=_CHALLENGE)
        return found

    def described(self) -> list[str]:
        """See `Verifier`."""
        place = self._place.name if self._place.kind == "header" else str(self._place)
        lines = described(self._keys, f"an API key in {place}")
        return [*lines, *(self._allow.described() if self._allow is not None else [])]

    def __repr__(self) -> str:
        return f"ApiKeyVerifier({names_of(self._keys)}: …)"


def _digest(key: str) -> bytes:
    if not key.startswith(_PREFIX):
        return hashlib.sha256(_required_key(key).encode()).digest()
    if not _HASH.fullmatch(key):
        raise ValueError(
            "a hashed key is `sha256:` and 64 digits of lower-case hexadecimal; make one with key_hash(key)"
        )
    return bytes.fromhex(key.removeprefix(_PREFIX))


def _required_key(key: str | bytes) -> str:
    text = key_text(key)
    if len(text) < SHORTEST_KEY or not text.isascii() or not text.isprintable() or " " in text or "," in text:
        wanted = f"at least {SHORTEST_KEY} visible ASCII characters without a comma, as str or bytes"
        raise ValueError(f"an API key must be {wanted}; {REMEDY}")
    return text


def _issued_key(key: str | bytes) -> str:
    text = key_text(key)
    if not text or not text.isascii() or not text.isprintable() or _SEPARATORS & set(text):
        raise ValueError('an API key must be visible ASCII characters without , ; " and \\, as str or bytes')
    return text
