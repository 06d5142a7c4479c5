"""A trip summed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from livetrip_core.identifiers import TripId
from livetrip_core.moment import Moment
from livetrip_core.trip import Trip

MAX_PLACES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitedPlace:
    """How many entries were written at a place; places are told apart by their exact name."""

    name: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TripSummary:
    """Days, entries and places of a trip. `places`: most entries first, then by name, at most 100."""

    trip_id: TripId
    days: int
    days_with_entries: int
    entries: int
    entries_outside_trip: int
    places: tuple[VisitedPlace, ...]


def summarise(trip: Trip, moments: Iterable[Moment]) -> TripSummary:
    """Sum a trip up, given the moments of all its entries."""
    written = tuple(moments)
    inside = [moment.happened_at.date() for moment in written if trip.is_day_of(moment.happened_at)]
    return TripSummary(
        trip_id=trip.id,
        days=trip.days,
        days_with_entries=len(set(inside)),
        entries=len(written),
        entries_outside_trip=len(written) - len(inside),
        places=_places(moment.place for moment in written),
    )


def _places(names: Iterable[str | None]) -> tuple[VisitedPlace, ...]:
    counts = Counter(name for name in names if name is not None)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(VisitedPlace(name=name, entries=entries) for name, entries in ranked[:MAX_PLACES])
