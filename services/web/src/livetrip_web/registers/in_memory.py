"""A register in the memory of this process, gone when it ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from livetrip_web.registers.register import SEEN_SECONDS, Entry, Limits
from switchover.errors import ServiceUnavailable


@dataclass(slots=True)
class _Kept:
    person: str
    ends: float
    seen: float


class InMemorySessionRegister:
    """See `SessionRegister`. For pages of one process, as in tests.

    Args:
        limits: see there.
        clock: of the register, in seconds since 1970.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.time) -> None:
        self._limits = limits
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    async def now(self) -> float:
        """See `SessionRegister`."""
        return self._clock()

    async def begin(self, entry: Entry) -> None:
        """See `SessionRegister`."""
        self._kept = {mark: kept for mark, kept in self._kept.items() if self._is_on(kept)}
        theirs = sorted(self._of(entry.person), key=lambda mark: (-self._kept[mark].seen, mark))
        for mark in theirs[self._limits.per_person - 1 :]:
            del self._kept[mark]
        if len(self._kept) >= self._limits.capacity:
            raise ServiceUnavailable("Too many people are signed in.")
        now = self._clock()
        self._kept[entry.mark] = _Kept(entry.person, now + entry.seconds, now)

    async def is_on(self, mark: str) -> bool:
        """See `SessionRegister`."""
        kept = self._kept.get(mark)
        if kept is None or not self._is_on(kept):
            return False
        now = self._clock()
        if now - kept.seen >= SEEN_SECONDS:
            kept.seen = now
        return True

    async def end(self, mark: str) -> None:
        """See `SessionRegister`."""
        self._kept.pop(mark, None)

    async def end_all(self, person: str) -> None:
        """See `SessionRegister`."""
        for mark in self._of(person):
            del self._kept[mark]

    async def count(self, person: str) -> int:
        """See `SessionRegister`."""
        return sum(self._is_on(self._kept[mark]) for mark in self._of(person))

    def _of(self, person: str) -> list[str]:
        return [mark for mark, kept in self._kept.items() if kept.person == person]

    def _is_on(self, kept: _Kept) -> bool:
        now = self._clock()
        return now < kept.ends and now - kept.seen < self._limits.idle_seconds
