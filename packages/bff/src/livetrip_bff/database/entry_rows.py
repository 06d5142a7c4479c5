"""Entries as rows, and back."""

from __future__ import annotations

from typing import Any, TypeAlias

from sqlalchemy import Row

from livetrip_core import Coordinates, Entry, EntryId, Moment, Place, TripId, instant, read_mood

Columns: TypeAlias = Row[*tuple[Any, ...]]


def values_of(entry: Entry) -> dict[str, Any]:
    """The columns of an entry."""
    place = entry.place
    coordinates = place.coordinates if place else None
    return {
        "id": entry.id,
        "trip_id": entry.trip_id,
        "text": entry.text,
        "happened_at": instant.microseconds(entry.happened_at),
        "offset_minutes": instant.offset_minutes(entry.happened_at),
        "mood": entry.mood.value if entry.mood else None,
        "place_name": place.name if place else None,
        "latitude": coordinates.latitude if coordinates else None,
        "longitude": coordinates.longitude if coordinates else None,
        "tags": list(entry.tags),
        "version": entry.version,
        "created_at": entry.created_at,
        "updated_at": entry.updated_at,
    }


def entry_of(row: Columns) -> Entry:
    """The entry that a row holds."""
    return Entry(
        id=EntryId(row.id),
        trip_id=TripId(row.trip_id),
        text=row.text,
        happened_at=instant.at(row.happened_at, row.offset_minutes),
        mood=read_mood(row.mood) if row.mood is not None else None,
        place=_place(row),
        tags=tuple(row.tags),
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def moment_of(row: Columns) -> Moment:
    """The moment that a row holds."""
    return Moment(instant.at(row.happened_at, row.offset_minutes), row.place_name)


def _place(row: Columns) -> Place | None:
    if row.place_name is None:
        return None
    if row.latitude is None:
        return Place(name=row.place_name)
    return Place(name=row.place_name, coordinates=Coordinates(latitude=row.latitude, longitude=row.longitude))
