"""Photos as rows."""

from __future__ import annotations

from typing import Any, TypeAlias

from sqlalchemy import Row

from livetrip_core import (
    Announcement,
    Arrival,
    Coordinates,
    EntryId,
    Photo,
    PhotoId,
    Picture,
    TripId,
    instant,
    read_format,
)

Columns: TypeAlias = Row[*tuple[Any, ...]]


def values_of(photo: Photo) -> dict[str, Any]:
    """The columns of a photo."""
    announced = photo.announced
    return {
        "id": photo.id,
        "trip_id": photo.trip_id,
        "entry_id": photo.entry_id,
        "format": announced.format.value,
        "byte_size": announced.byte_size,
        "checksum": announced.checksum,
        "keep_place": announced.keep_place,
        "upload_key": photo.upload_key,
        "created_at": photo.created_at,
    } | arrival_values(photo.arrival)


def arrival_values(arrival: Arrival | None) -> dict[str, Any]:
    """The columns that are null until a photo has arrived."""
    if arrival is None:
        return dict.fromkeys(("arrived_at", "moment", "taken_at", "latitude", "longitude", "pictures"))
    place = arrival.coordinates
    return {
        "arrived_at": arrival.at,
        "moment": instant.microseconds(arrival.moment),
        "taken_at": arrival.taken_at,
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "pictures": [_picture_values(picture) for picture in (arrival.original, *arrival.thumbnails)],
    }


def photo_of(row: Columns) -> Photo:
    """The photo that a row holds."""
    return Photo(
        id=PhotoId(row.id),
        trip_id=TripId(row.trip_id),
        entry_id=EntryId(row.entry_id) if row.entry_id is not None else None,
        announced=Announcement(
            format=read_format(row.format),
            byte_size=row.byte_size,
            checksum=row.checksum,
            keep_place=row.keep_place,
        ),
        upload_key=row.upload_key,
        created_at=row.created_at,
        arrival=_arrival(row) if row.arrived_at is not None else None,
    )


def _arrival(row: Columns) -> Arrival:
    original, *thumbnails = (_picture(values) for values in row.pictures)
    here = Coordinates(latitude=row.latitude, longitude=row.longitude) if row.latitude is not None else None
    return Arrival(
        taken_at=row.taken_at,
        coordinates=here,
        original=original,
        thumbnails=tuple(thumbnails),
        at=row.arrived_at,
    )


def _picture_values(picture: Picture) -> dict[str, Any]:
    return {
        "key": picture.key,
        "format": picture.format.value,
        "byteSize": picture.byte_size,
        "width": picture.width,
        "height": picture.height,
    }


def _picture(values: dict[str, Any]) -> Picture:
    return Picture(
        key=values["key"],
        format=read_format(values["format"]),
        byte_size=values["byteSize"],
        width=values["width"],
        height=values["height"],
    )
