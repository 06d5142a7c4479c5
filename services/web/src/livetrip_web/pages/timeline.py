"""A trip's entries and photos, sorted into the days that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from livetrip_contract import Entry, Photo, TripDetail


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry, with its photos."""

    entry: Entry
    photos: tuple[Photo, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """One day, at the offsets that its entries were written with.

    Attributes:
        date: which.
        number: 1 for the trip's first day; None outside of the trip.
        moments: in the order they happened.
    """

    date: date
    number: int | None
    moments: tuple[Moment, ...]


def timeline(trip: TripDetail, entries: Sequence[Entry], photos: Iterable[Photo]) -> tuple[list[Day], list[Photo]]:
    """Days in order, and the photos that belong to no entry."""
    by_entry: dict[UUID | None, list[Photo]] = {}
    for photo in photos:
        by_entry.setdefault(photo.entry_id, []).append(photo)
    days = []
    for day, written in groupby(entries, key=lambda entry: entry.happened_at.date()):
        moments = tuple(Moment(entry, tuple(by_entry.get(entry.id, ()))) for entry in written)
        is_inside = trip.start_date <= day <= trip.end_date
        days.append(Day(day, (day - trip.start_date).days + 1 if is_inside else None, moments))
    return days, by_entry.get(None, [])
