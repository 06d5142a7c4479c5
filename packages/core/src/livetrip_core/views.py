"""What a reader gets to see: an entry knows its own moment, only its trip knows which days are the trip's."""

from __future__ import annotations

from dataclasses import dataclass

from livetrip_core.entry import Entry
from livetrip_core.page import Page
from livetrip_core.trip import Trip


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry, and whether it happened on a day that is not one of the trip's."""

    entry: Entry
    is_outside_trip: bool

    @classmethod
    def of(cls, trip: Trip, entry: Entry) -> EntryView:
        """An entry as its trip sees it."""
        return cls(entry, not trip.is_day_of(entry.happened_at))


@dataclass(frozen=True, slots=True)
class TripView:
    """A trip at its first entries."""

    trip: Trip
    entries: Page[EntryView]
