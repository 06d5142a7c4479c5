"""Messages that were seen, so that none is taken twice."""

from __future__ import annotations

import heapq
import threading
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol, runtime_checkable

DEFAULT_CAPACITY: Final = 100_000
"""Nonces of one key that are kept: at 90 s each (a life of 30 s, and 30 s of leeway at either end), more than 1,000 requests a second."""


class Claim(Enum):
    """What became of a nonce. The value is the reason of the refusal."""

    TAKEN = "taken"
    REPLAYED = "replayed"
    EXPIRED = "expired"
    FULL = "nonces_full"


class Nonces(Protocol):
    """Where the nonces of messages that were let in are kept. Several processes that serve one address need one place for all: `SharedNonces`."""

    async def claim(self, key_id: str, nonce: str, *, until: float, now: float) -> Claim:
        """Take a nonce, which is asked for after the signature holds; of several at the same time, one gets TAKEN.

        Args:
            key_id: whose nonce it is.
            nonce: at most 128 characters.
            until: when the message stops being acceptable, in seconds since 1970; to be kept until then, or refused.
            now: the same, at this moment.

        Raises:
            ServiceUnavailable: it cannot be said whether the nonce was taken.
        """
        ...


@runtime_checkable
class NonceLookup(Protocol):
    """What `Nonces` may have besides: an answer before the body of a request is read.

    Without it, a replay is refused after its body was read.
    """

    async def is_taken(self, key_id: str, nonce: str, *, now: float) -> bool:
        """Whether a nonce was taken already; the arguments are those of `Nonces.claim`.

        Raises:
            ServiceUnavailable: it cannot be said.
        """
        ...


class NonceMemory:
    """Keeps nonces in the memory of this process.

    It never forgets a nonce whose message could still be let in: a key that uses up its place is refused until its oldest messages
    are over. Only holders of a key fill it, and each only its own part.

    That holds as long as the clock does not go back.
    """

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        """Raises ValueError for a capacity (in nonces for each key, about 200 bytes each) below 1."""
        if capacity < 1:
            raise ValueError("a memory of nonces holds at least 1")
        self._capacity = capacity
        self._seen: dict[str, _Seen] = {}
        self._claiming = threading.Lock()

    async def claim(self, key_id: str, nonce: str, *, until: float, now: float) -> Claim:
        """See `Nonces`."""
        with self._claiming:
            return self._seen.setdefault(key_id, _Seen()).claim(nonce, until, now, self._capacity)

    async def is_taken(self, key_id: str, nonce: str, *, now: float) -> bool:
        """See `NonceLookup`."""
        with self._claiming:
            seen = self._seen.get(key_id)
            return seen is not None and seen.has(nonce, now)

    def __repr__(self) -> str:
        return f"NonceMemory({self._capacity})"


@dataclass(slots=True)
class _Seen:
    """The nonces of one key, and when each is over, soonest first."""

    nonces: set[str] = field(default_factory=set)
    ends: list[tuple[float, str]] = field(default_factory=list)

    def has(self, nonce: str, now: float) -> bool:
        while self.ends and self.ends[0][0] < now:
            self.nonces.remove(heapq.heappop(self.ends)[1])
        return nonce in self.nonces

    def claim(self, nonce: str, until: float, now: float, capacity: int) -> Claim:
        if until < now:
            return Claim.EXPIRED
        if self.has(nonce, now):
            return Claim.REPLAYED
        if len(self.nonces) >= capacity:
            return Claim.FULL
        self.nonces.add(nonce)
        heapq.heappush(self.ends, (until, nonce))
        return Claim.TAKEN
