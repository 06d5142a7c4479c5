"""What has been counted, as values that can be added up in any order: whole numbers, so that a sum of sums is the same however it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from operator import add
from typing import Annotated, Literal, TypeVar

from pydantic import Field

V = TypeVar("V")

Natural = Annotated[int, Field(ge=0, lt=2**63)]
"""A number that only grows; in nanoseconds it lasts for 292 years."""

WINDOW_SECONDS = 60
"""How long the trace of a sampled call is preferred to those of others."""


@dataclass(frozen=True, slots=True)
class Example:
    """A call that a bucket counts (OpenMetrics 1.0, "Exemplars").

    Attributes:
        at: when it ended, in seconds since the epoch.
        trace_id: 32 hex digits.
        is_sampled: did the trace's first caller have it recorded?
        nanoseconds: how long it took.
    """

    at: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    trace_id: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    is_sampled: bool
    nanoseconds: Natural

    @property
    def rank(self) -> tuple[int, bool, float, str, int]:
        """The greatest is shown: of the newest minute, a call whose trace was sampled if there is one, and the newest of those."""
        return int(self.at // WINDOW_SECONDS), self.is_sampled, self.at, self.trace_id, self.nanoseconds


@dataclass(frozen=True, slots=True)
class Series:
    """The calls of one operation under one wiring.

    Attributes:
        outcomes: how many ended how.
        buckets: how many took no longer than each bound, and longer than the one before it; the last one has no bound.
        nanoseconds: how long they took together.
        examples: of each bucket, one call.
        reasons: how many went this way why, as far as that was decided.
    """

    outcomes: dict[Literal["ok", "refused", "failed", "cancelled"], Natural]
    buckets: tuple[Natural, ...]
    nanoseconds: Natural
    examples: tuple[Example | None, ...]
    reasons: dict[str, Natural] = field(default_factory=dict)

    def plus(self, other: Series) -> Series:
        """Both together; they have the same bounds."""
        return Series(
            merged(self.outcomes, other.outcomes, add),
            tuple(map(add, self.buckets, other.buckets)),
            self.nanoseconds + other.nanoseconds,
            tuple(map(_newer, self.examples, other.examples)),
            merged(self.reasons, other.reasons, add),
        )


Wirings = dict[Literal["direct", "http", "serve", "other"], Series]


@dataclass(frozen=True, slots=True)
class Totals:
    """What only grows.

    Attributes:
        bounds: of the buckets, in nanoseconds.
        series: by operation and wiring.
        refusals: by reason.
        dropped: events that nothing else here knows of.
        cpu: CPU time of the process, in nanoseconds.
        lines_dropped: lines of the log that were not written.
    """

    bounds: tuple[Natural, ...]
    series: dict[str, Wirings] = field(default_factory=dict)
    refusals: dict[str, Natural] = field(default_factory=dict)
    dropped: Natural = 0
    cpu: Natural = 0
    lines_dropped: Natural = 0

    def plus(self, other: Totals) -> Totals:
        """Both together.

        Raises:
            ValueError: they have different bounds.
        """
        if self.bounds != other.bounds:
            raise ValueError(f"buckets with {len(self.bounds)} bounds and other ones cannot be added up")
        return Totals(
            self.bounds,
            merged(self.series, other.series, lambda mine, theirs: merged(mine, theirs, Series.plus)),
            merged(self.refusals, other.refusals, add),
            self.dropped + other.dropped,
            self.cpu + other.cpu,
            self.lines_dropped + other.lines_dropped,
        )

    def within(self, bounds: tuple[int, ...]) -> Totals:
        """The same with other bounds: what is known of durations then counts no more."""
        if self.bounds == bounds:
            return self
        none = (0,) * (len(bounds) + 1)
        series = {
            operation: {
                wiring: Series(found.outcomes, none, 0, (None,) * len(none), found.reasons)
                for wiring, found in wirings.items()
            }
            for operation, wirings in self.series.items()
        }
        return replace(self, bounds=bounds, series=series)


@dataclass(frozen=True, slots=True)
class Gauges:
    """What is so now.

    Attributes:
        in_flight: calls under way, by wiring.
        memory: resident memory in bytes; None where the system does not tell.
    """

    in_flight: dict[str, Natural] = field(default_factory=dict)
    memory: Natural | None = None

    def plus(self, other: Gauges) -> Gauges:
        """Both together."""
        known = [memory for memory in (self.memory, other.memory) if memory is not None]
        return Gauges(merged(self.in_flight, other.in_flight, add), sum(known) if known else None)


K = TypeVar("K")


def merged(mine: Mapping[K, V], theirs: Mapping[K, V], together: Callable[[V, V], V]) -> dict[K, V]:
    """What either has, and together what both have."""
    found = dict(mine)
    for key, value in theirs.items():
        found[key] = together(found[key], value) if key in found else value
    return found


def _newer(mine: Example | None, theirs: Example | None) -> Example | None:
    found = [example for example in (mine, theirs) if example is not None]
    return max(found, key=lambda example: example.rank, default=None)
