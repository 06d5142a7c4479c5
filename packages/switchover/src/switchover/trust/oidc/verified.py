"""Tokens that were verified a moment ago."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from switchover.trust.oidc.key_set import KeySet
from switchover.trust.principal import Principal

TAIL: Final = slice(-32, None)
"""The end of a token, 192 bits of its signature: what tokens are found by. A token is compared whole only with one that ends the same,
so the time that takes says nothing to somebody who does not have it.
"""
REMEMBERED_SECONDS: Final = 20.0
"""Then a token is verified anew, which also looks after the keys."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A token that was right: whose, by which keys, and until when that is believed."""

    authorization: bytes = field(repr=False)
    principal: Principal
    keys: KeySet | None
    until: float


class VerifiedTokens:
    """The last of them, bounded; a token is forgotten with the keys that it was verified by, and never remembered beyond its end.

    Finding one by a SHA-256 of the whole token would take three times as long as all the rest of verifying it.

    Attributes:
        by_tail: by the `TAIL` of the header. Whoever finds one compares the whole header, the keys and the time.
    """

    __slots__ = ("_size", "by_tail")

    def __init__(self, size: int) -> None:
        """Raises ValueError for a size below 1."""
        if size < 1:
            raise ValueError("a cache has room for one token at least")
        self.by_tail: dict[bytes, Verified] = {}
        self._size = size

    def put(
        self, authorization: bytes, principal: Principal, keys: KeySet | None, *, expires: float, now: float
    ) -> None:
        """Remember a token for a moment; the oldest makes room."""
        self.by_tail.pop(authorization[TAIL], None)
        if len(self.by_tail) >= self._size:
            del self.by_tail[next(iter(self.by_tail))]
        until = min(expires, now + REMEMBERED_SECONDS)
        self.by_tail[authorization[TAIL]] = Verified(authorization, principal, keys, until)
