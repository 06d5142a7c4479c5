"""A register in the memory of this process, gone when it ends."""

from __future__ import annotations

from dataclasses import dataclass

from livetrip_web.registers.register import SEEN_SECONDS, Entry, Limits
from switchover.errors import ServiceUnavailable


@dataclass(slots=True)
class _Kept:
    entry: Entry
    seen: int


class InMemorySessionRegister:
    """See `SessionRegister`. For pages of one process, as in tests."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._kept: dict[str, _Kept] = {}

    async def begin(self, entry: Entry) -> None:
        """See `SessionRegister`."""
        self._kept = {mark: kept for mark, kept in self._kept.items() if self._is_on(kept, entry.since)}
        theirs = sorted(self._of(entry.person), key=lambda kept: (-kept.seen, kept.entry.mark))
        for kept in theirs[self._limits.per_person - 1 :]:
            del self._kept[kept.entry.mark]
        if len(self._kept) >= self._limits.capacity:
            raise ServiceUnavailable("Too many people are signed in.")
        self._kept[entry.mark] = _Kept(entry, entry.since)

    async def is_on(self, mark: str, now: float) -> bool:
        """See `SessionRegister`."""
        kept = self._kept.get(mark)
        if kept is None or not self._is_on(kept, now):
            return False
        if now - kept.seen >= SEEN_SECONDS:
            kept.seen = int(now)
        return True

    async def end(self, mark: str) -> None:
        """See `SessionRegister`."""
        self._kept.pop(mark, None)

    async def end_all(self, person: str) -> None:
        """See `SessionRegister`."""
        for kept in self._of(person):
            del self._kept[kept.entry.mark]

    async def count(self, person: str, now: float) -> int:
        """See `SessionRegister`."""
        return sum(self._is_on(kept, now) for kept in self._of(person))

    def _of(self, person: str) -> list[_Kept]:
        return [kept for kept in self._kept.values() if kept.entry.person == person]

    def _is_on(self, kept: _Kept, now: float) -> bool:
        return now < kept.entry.ends and now - kept.seen < self._limits.idle_seconds
