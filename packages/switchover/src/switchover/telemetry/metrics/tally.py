"""Counts batches of events, on the thread that they come on."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Collection, Sequence
from typing import Any, Final

from switchover.telemetry.events import CallEvent
from switchover.telemetry.metrics import names
from switchover.telemetry.metrics.reasons import OTHER, REASONS, known
from switchover.telemetry.metrics.totals import WINDOW_SECONDS, Example, Series, Totals

_SERVING: Final = "serve"
_DECISIONS: Final = frozenset(reason for reasons in names.REASONS.values() for reason in reasons)

_Held = tuple[int, bool, float, int, int]
"""An example while it may still be replaced: minute, sampled, end, trace, nanoseconds. The greatest stays."""


class Tally:
    """What one process has counted. Its labels are a fixed set: the operations it was made for, the wirings, the known reasons."""

    def __init__(self, bounds: Sequence[float], operations: Collection[str]) -> None:
        self._bounds = tuple(round(bound * 1e9) for bound in bounds)
        self._operations = frozenset(operations)
        self._rows: dict[tuple[str, str], _Row] = {}
        self._refusals: dict[str, int] = {}
        self._lock = threading.Lock()

    def add(self, batch: Sequence[CallEvent]) -> None:
        """Count events."""
        with self._lock:
            rows, bounds = self._rows, self._bounds
            for event in batch:
                wiring, position, duration = event.wiring, event.position, event.duration
                row = rows.get((event.operation, wiring)) or self._row(event.operation, wiring)
                row.outcomes[event.outcome.value] += 1
                if event.reason != names.WIRED:
                    row.decided(event.reason)
                nanoseconds = round(duration * 1e9) if duration > 0 else 0
                row.nanoseconds += nanoseconds
                place = bisect_left(bounds, nanoseconds)
                row.buckets[place] += 1
                if position is not None:
                    end = event.at + duration
                    found = (int(end // WINDOW_SECONDS), position.is_sampled, end, position.trace, nanoseconds)
                    held = row.examples[place]
                    if held is None or found > held:
                        row.examples[place] = found
                if event.refusal and wiring == _SERVING:
                    self._refuse(event.refusal)

    def refuse(self, reason: str) -> None:
        """Count a caller that was not let in to something that is no operation."""
        with self._lock:
            self._refuse(reason)

    def totals(self, wirings: Collection[str], *, dropped: int, cpu: int, lines_dropped: int = 0) -> Totals:
        """What has been counted. Every operation has every one of these wirings, at 0 if need be, and so have the reasons of refusals."""
        with self._lock:
            series: dict[str, Any] = {}
            for operation in sorted(self._operations):
                for wiring in wirings:
                    self._row(operation, wiring)
            for (operation, wiring), row in self._rows.items():
                series.setdefault(operation, {})[wiring] = row.series()
            zeros = dict.fromkeys(REASONS if _SERVING in wirings else (), 0)
            return Totals(self._bounds, series, {**zeros, **self._refusals}, dropped, cpu, lines_dropped)

    def _refuse(self, reason: str) -> None:
        word = known(reason)
        self._refusals[word] = self._refusals.get(word, 0) + 1

    def _row(self, operation: str, wiring: str) -> _Row:
        key = operation if operation in self._operations else OTHER, wiring_label(wiring)
        return self._rows.setdefault(key, _Row(len(self._bounds) + 1))


class _Row:
    """A Series while it grows."""

    __slots__ = ("buckets", "examples", "nanoseconds", "outcomes", "reasons")

    def __init__(self, size: int) -> None:
        self.outcomes = dict.fromkeys(names.OUTCOMES, 0)
        self.buckets = [0] * size
        self.nanoseconds = 0
        self.examples: list[_Held | None] = [None] * size
        self.reasons: dict[str, int] = {}

    def decided(self, reason: str) -> None:
        word = reason if reason in _DECISIONS else OTHER
        self.reasons[word] = self.reasons.get(word, 0) + 1

    def series(self) -> Series:
        outcomes: Any = dict(self.outcomes)
        return Series(
            outcomes, tuple(self.buckets), self.nanoseconds, tuple(map(_example, self.examples)), dict(self.reasons)
        )


def _example(held: _Held | None) -> Example | None:
    if held is None:
        return None
    _, is_sampled, end, trace, nanoseconds = held
    return Example(end, f"{trace:032x}", is_sampled, nanoseconds)


def wiring_label(wiring: str) -> str:
    """The label of a wiring."""
    return wiring if wiring in names.WIRINGS else OTHER
