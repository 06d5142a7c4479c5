"""What the diary has, as the contract shows it. Every value is made anew for whoever asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

import livetrip_contract as contract
import livetrip_core as core
from switchover.errors import MalformedRequest


def session(caller: contract.Caller) -> contract.Session:
    """Who is calling.

    Raises:
        MalformedRequest: somebody that the contract cannot speak of.
    """
    try:
        return contract.Session(user_id=caller.user_id, groups=sorted(caller.groups))
    except ValidationError:
        # Not `from error`, which would quote who it is.
        raise MalformedRequest("The caller cannot be read.") from None


def trip(found: core.Trip) -> contract.Trip:
    """A trip."""
    return contract.Trip(**_trip_fields(found))


def trip_page(page: core.Page[core.Trip]) -> contract.TripPage:
    """One page of trips."""
    return contract.TripPage(items=[trip(item) for item in page.items], next_cursor=_cursor(page.next_cursor))


def trip_detail(view: core.TripView) -> contract.TripDetail:
    """A trip with the entries that come first in it."""
    return contract.TripDetail(
        **_trip_fields(view.trip),
        entries=[entry(item) for item in view.entries.items],
        next_cursor=_cursor(view.entries.next_cursor),
    )


def trip_summary(summary: core.TripSummary) -> contract.TripSummary:
    """A trip summed up."""
    return contract.TripSummary(
        trip_id=summary.trip_id,
        days=summary.days,
        days_with_entries=summary.days_with_entries,
        entries=summary.entries,
        entries_outside_trip=summary.entries_outside_trip,
        places=[contract.VisitedPlace(name=place.name, entries=place.entries) for place in summary.places],
    )


def entry(view: core.EntryView) -> contract.Entry:
    """An entry."""
    found = view.entry
    return contract.Entry(
        id=found.id,
        trip_id=found.trip_id,
        text=found.text,
        happened_at=found.happened_at,
        # One that a newer version wrote is shown as none: `x-unknown` of the contract.
        mood=contract.Mood(found.mood.value) if isinstance(found.mood, core.Mood) else None,
        place=_place(found.place),
        tags=list(found.tags),
        outside_trip=view.is_outside_trip,
        version=found.version,
        created_at=found.created_at,
        updated_at=found.updated_at,
    )


def entry_page(page: core.Page[core.EntryView]) -> contract.EntryPage:
    """One page of entries."""
    return contract.EntryPage(items=[entry(item) for item in page.items], next_cursor=_cursor(page.next_cursor))


def photo_upload(photo_id: UUID, upload: core.UploadAddress, until: datetime) -> contract.PhotoUpload:
    """Where a photo can be uploaded to."""
    return contract.PhotoUpload(
        photo_id=photo_id,
        method="PUT",
        address=upload.address,
        headers=[contract.UploadHeader(name=name, value=value) for name, value in upload.headers],
        expires_at=until,
    )


def photo(found: core.Photo, address_of: Callable[[str], str], expires_at: datetime) -> contract.Photo:
    """A photo that has arrived, at addresses that expire."""
    arrival = found.arrival
    assert arrival is not None, "only photos that have arrived are shown"
    place = arrival.coordinates
    return contract.Photo(
        id=found.id,
        trip_id=found.trip_id,
        entry_id=found.entry_id,
        taken_at=arrival.taken_at,
        coordinates=contract.Coordinates(latitude=place.latitude, longitude=place.longitude) if place else None,
        original=_photo_file(arrival.original, address_of),
        thumbnails=[_photo_file(picture, address_of) for picture in arrival.thumbnails],
        expires_at=expires_at,
        created_at=found.created_at,
    )


def photo_page(page: core.Page[contract.Photo]) -> contract.PhotoPage:
    """One page of photos."""
    return contract.PhotoPage(items=list(page.items), next_cursor=_cursor(page.next_cursor))


def _photo_file(picture: core.Picture, address_of: Callable[[str], str]) -> contract.PhotoFile:
    return contract.PhotoFile(
        address=address_of(picture.key),
        content_type=_content_type(picture),
        byte_size=picture.byte_size,
        width=picture.width,
        height=picture.height,
    )


def _content_type(picture: core.Picture) -> contract.PictureContentType:
    """The media type, or that of any bytes for one that a newer version stored: browsers look at the bytes anyway."""
    if isinstance(picture.format, core.PhotoFormat):
        return contract.PictureContentType(picture.format.value)
    return contract.PictureContentType.application_octet_stream


def _trip_fields(found: core.Trip) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "description": found.description,
        "start_date": found.start,
        "end_date": found.end,
        "version": found.version,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
    }


def _cursor(found: core.Cursor | None) -> str | None:
    return None if found is None else str(found)


def _place(found: core.Place | None) -> contract.Place | None:
    if found is None:
        return None
    place = found.coordinates
    coordinates = contract.Coordinates(latitude=place.latitude, longitude=place.longitude) if place else None
    return contract.Place(name=found.name, coordinates=coordinates)
