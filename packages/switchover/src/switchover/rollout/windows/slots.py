"""The calls of one operation by one wiring: the last seconds one by one, those before in slots ten times as long."""

from __future__ import annotations

from array import array
from collections import Counter, deque
from itertools import zip_longest
from typing import Final

from switchover.rollout.windows.buckets import codes, packed, spread
from switchover.rollout.windows.latency import LatencySketch
from switchover.rollout.windows.snapshot import WindowSnapshot
from switchover.telemetry.events import Outcome

FINE: Final = 10
"""How many fine slots there are, and how many of them one coarse slot is as long as."""

_PORTION: Final = 2048
"""So many durations are put into buckets at once: many enough to be cheap, few enough to take no room."""

_OUTCOMES: Final = tuple(Outcome)


class _Slot:
    """Closed: counts by outcome, and by bucket up to the last that has any."""

    __slots__ = ("buckets", "outcomes", "tick")

    def __init__(self, tick: int, outcomes: list[int], buckets: array[int]) -> None:
        self.tick, self.outcomes = tick, outcomes
        while buckets and not buckets[-1]:
            buckets.pop()
        self.buckets = buckets

    def add(self, other: _Slot) -> None:
        self.outcomes = [sum(pair) for pair in zip(self.outcomes, other.outcomes, strict=True)]
        self.buckets = array("I", map(sum, zip_longest(self.buckets, other.buckets, fillvalue=0)))


class Slots:
    """Counts in slots of a clock's ticks; not for several threads at once. A slot with nothing in it takes no room.

    Attributes:
        tick: number of the fine slot that is open; ticks never go back.
    """

    __slots__ = ("_coarse", "_counted", "_fine", "_most_coarse", "_outcomes", "_pending", "tick")

    def __init__(self, tick: int, most_coarse: int) -> None:
        self.tick, self._most_coarse = tick, most_coarse
        self._fine: deque[_Slot] = deque()
        self._coarse: deque[_Slot] = deque()
        self._clear()

    def _clear(self) -> None:
        self._outcomes = [0] * len(_OUTCOMES)
        self._pending = bytearray()
        self._counted: Counter[int] = Counter()

    def add(self, tick: int, durations: list[float], others: list[Outcome]) -> None:
        """Count calls that ended in one tick: how long each took, and the outcomes of those that were not OK."""
        self.advance(tick)
        self._outcomes[0] += len(durations) - len(others)
        for outcome in others:
            self._outcomes[_OUTCOMES.index(outcome)] += 1
        for start in range(0, len(durations), _PORTION):
            self._pending += packed(durations[start : start + _PORTION])
            if len(self._pending) >= 4 * _PORTION:
                self._count()

    def advance(self, tick: int) -> None:
        """Close what is over, and forget what is too long ago."""
        if tick > self.tick:
            if any(self._outcomes):
                self._fine.append(self._open())
                self._clear()
            self.tick = tick
        while self._fine and self._fine[0].tick <= self.tick - FINE:
            self._coarsen(self._fine.popleft())
        while self._coarse and self._coarse[0].tick <= self.tick // FINE - self._most_coarse:
            self._coarse.popleft()

    @property
    def is_empty(self) -> bool:
        """Is there nothing to tell any more?"""
        return not (self._fine or self._coarse or any(self._outcomes))

    def snapshot(self, seconds: float, *, is_fine: bool) -> WindowSnapshot:
        """What the fine slots hold, or all of them."""
        slots = [*([] if is_fine else self._coarse), *self._fine, self._open()]
        outcomes = [sum(counts) for counts in zip(*(slot.outcomes for slot in slots), strict=True)]
        buckets = map(sum, zip_longest(*(slot.buckets for slot in slots), fillvalue=0))
        counts = {outcome.value: count for outcome, count in zip(_OUTCOMES, outcomes, strict=True)}
        return WindowSnapshot(seconds=seconds, latency=LatencySketch.of_buckets(buckets), **counts)

    def _count(self) -> None:
        self._counted.update(codes(self._pending))
        self._pending.clear()

    def _open(self) -> _Slot:
        self._count()
        return _Slot(self.tick, list(self._outcomes), spread(self._counted.items()))

    def _coarsen(self, slot: _Slot) -> None:
        slot.tick //= FINE
        if self._coarse and self._coarse[-1].tick == slot.tick:
            self._coarse[-1].add(slot)
        else:
            self._coarse.append(slot)
