"""Photos, whatever LiveTrip is called through: their bytes go to addresses, and never through it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from contract.browsers import Browser
from livetrip_contract import (
    Caller,
    EntryDraft,
    LiveTrip,
    Photo,
    PhotoContentType,
    PhotoLimitReached,
    PhotoNotFound,
    PhotoNotUploaded,
    PhotoRejected,
    PhotoUpload,
    PhotoUploadRequest,
    Trip,
    TripDraft,
    TripNotFound,
)
from switchover import calling
from unit.bff.pictures import SECRET, exif, picture

MOSS = picture(size=(640, 480), exif=exif())
KYOTO = TripDraft(title="Kyoto", start_date=date(2026, 11, 20), end_date=date(2026, 11, 24))


def announced(content: bytes = MOSS, **differences: Any) -> PhotoUploadRequest:
    known: dict[str, Any] = {
        "content_type": PhotoContentType.image_jpeg,
        "byte_size": len(content),
        "checksum": base64.b64encode(hashlib.sha256(content).digest()).decode(),
    }
    return PhotoUploadRequest(**known | differences)


def without_addresses(photo: Photo) -> dict[str, Any]:
    told = photo.model_dump(exclude={"expires_at"})
    for rendering in (told["original"], *told["thumbnails"]):
        del rendering["address"]
    return told


@pytest.fixture
async def kyoto(live_trip: LiveTrip, aiko: Caller) -> Trip:
    return await live_trip.create_trip(aiko, KYOTO)


@pytest.fixture
async def upload(live_trip: LiveTrip, aiko: Caller, kyoto: Trip, browser: Browser) -> PhotoUpload:
    """A photo that was sent."""
    announcement = await live_trip.request_photo_upload(aiko, kyoto.id, announced())
    assert await browser.send(announcement, MOSS)
    return announcement


async def test_a_photo_is_announced_sent_completed_and_seen(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip, upload: PhotoUpload, browser: Browser
) -> None:
    photo = await live_trip.complete_photo_upload(aiko, kyoto.id, upload.photo_id)

    assert without_addresses(await live_trip.get_photo(aiko, kyoto.id, photo.id)) == without_addresses(photo)
    (listed,) = (await live_trip.list_photos(aiko, kyoto.id)).items
    assert without_addresses(listed) == without_addresses(photo)
    assert (photo.taken_at, photo.coordinates) == ("2026-11-21T07:30:00+09:00", None)
    seen = await browser.fetch(photo.original.address)
    assert seen is not None
    assert len(seen) == photo.original.byte_size
    assert SECRET.encode() in MOSS
    assert SECRET.encode() not in seen
    assert dict(Image.open(io.BytesIO(seen)).getexif()) == {}
    small = await browser.fetch(photo.thumbnails[0].address)
    assert small is not None
    assert Image.open(io.BytesIO(small)).size == (320, 240)


async def test_the_place_of_a_photo_is_kept_by_consent(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip, browser: Browser
) -> None:
    agreed = await live_trip.request_photo_upload(aiko, kyoto.id, announced(keep_place=True))
    assert await browser.send(agreed, MOSS)
    photo = await live_trip.complete_photo_upload(aiko, kyoto.id, agreed.photo_id)
    assert photo.coordinates is not None
    assert (round(photo.coordinates.latitude, 4), round(photo.coordinates.longitude, 4)) == (34.9919, 135.6837)


async def test_completing_again_and_at_the_same_time_is_completing_once(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip, upload: PhotoUpload, browser: Browser
) -> None:
    completed = await asyncio.gather(
        *(live_trip.complete_photo_upload(aiko, kyoto.id, upload.photo_id) for _ in range(4))
    )
    completed.append(await live_trip.complete_photo_upload(aiko, kyoto.id, upload.photo_id))
    assert all(without_addresses(photo) == without_addresses(completed[0]) for photo in completed)
    for photo in completed:
        assert await browser.fetch(photo.original.address) is not None


async def test_a_repeated_announcement_is_of_the_same_photo(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip, browser: Browser
) -> None:
    with calling(idempotency_key="announce"):
        first = await live_trip.request_photo_upload(aiko, kyoto.id, announced())
        again = await live_trip.request_photo_upload(aiko, kyoto.id, announced())
    assert (again.photo_id, again.expires_at) == (first.photo_id, first.expires_at)
    assert await browser.send(again, MOSS)
    await live_trip.delete_photo(aiko, kyoto.id, first.photo_id)
    with calling(idempotency_key="announce"):
        assert (await live_trip.request_photo_upload(aiko, kyoto.id, announced())).photo_id == first.photo_id


async def test_only_what_was_announced_can_be_sent(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip, browser: Browser
) -> None:
    announcement = await live_trip.request_photo_upload(aiko, kyoto.id, announced())
    for other in (MOSS + b"!", MOSS[:-1], bytes(len(MOSS))):
        assert not await browser.send(announcement, other)
    with pytest.raises(PhotoNotUploaded):
        await live_trip.complete_photo_upload(aiko, kyoto.id, announcement.photo_id)
    with pytest.raises(PhotoNotFound):
        await live_trip.get_photo(aiko, kyoto.id, announcement.photo_id)


def _many_pixels() -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (8000, 8000)).save(buffer, format="PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (b"Dear diary, " * 20, PhotoContentType.image_jpeg, "not_an_image"),
        (MOSS[: len(MOSS) // 2], PhotoContentType.image_jpeg, "not_an_image"),
        (MOSS, PhotoContentType.image_png, "type_differs"),
        (_many_pixels(), PhotoContentType.image_png, "too_many_pixels"),
    ],
    ids=["letter", "half", "type", "pixels"],
)
async def test_what_is_no_such_picture_is_rejected(
    live_trip: LiveTrip,
    aiko: Caller,
    kyoto: Trip,
    browser: Browser,
    content: bytes,
    kind: PhotoContentType,
    reason: str,
) -> None:
    announcement = await live_trip.request_photo_upload(aiko, kyoto.id, announced(content, content_type=kind))
    assert await browser.send(announcement, content)
    with pytest.raises(PhotoRejected) as rejected:
        await live_trip.complete_photo_upload(aiko, kyoto.id, announcement.photo_id)
    assert rejected.value.reason == reason
    assert (await live_trip.list_photos(aiko, kyoto.id)).items == []


async def test_what_is_sent_after_completion_changes_nothing(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip, upload: PhotoUpload, browser: Browser
) -> None:
    photo = await live_trip.complete_photo_upload(aiko, kyoto.id, upload.photo_id)
    seen = await browser.fetch(photo.original.address)
    assert not await browser.send(upload, bytes(len(MOSS)))
    assert await browser.send(upload, MOSS)
    again = await live_trip.complete_photo_upload(aiko, kyoto.id, upload.photo_id)
    assert await browser.fetch(again.original.address) == seen


async def test_a_deleted_photo_is_gone(live_trip: LiveTrip, aiko: Caller, kyoto: Trip, upload: PhotoUpload) -> None:
    photo = await live_trip.complete_photo_upload(aiko, kyoto.id, upload.photo_id)
    await live_trip.delete_photo(aiko, kyoto.id, photo.id)
    with pytest.raises(PhotoNotFound):
        await live_trip.get_photo(aiko, kyoto.id, photo.id)
    with pytest.raises(PhotoNotFound):
        await live_trip.delete_photo(aiko, kyoto.id, photo.id)
    assert (await live_trip.list_photos(aiko, kyoto.id)).items == []


async def test_photos_of_one_entry_are_listed_by_themselves(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip, upload: PhotoUpload, browser: Browser
) -> None:
    written = EntryDraft(text="Moss", happened_at=datetime(2026, 11, 21, 7, 30, tzinfo=UTC))
    entry = await live_trip.add_entry(aiko, kyoto.id, written)
    of_entry = await live_trip.request_photo_upload(aiko, kyoto.id, announced(entry_id=entry.id))
    assert await browser.send(of_entry, MOSS)
    for waiting in (upload, of_entry):
        await live_trip.complete_photo_upload(aiko, kyoto.id, waiting.photo_id)
    assert len((await live_trip.list_photos(aiko, kyoto.id)).items) == 2
    (listed,) = (await live_trip.list_photos(aiko, kyoto.id, entry_id=entry.id)).items
    assert (listed.id, listed.entry_id) == (of_entry.photo_id, entry.id)
    assert (await live_trip.list_photos(aiko, kyoto.id, entry_id=uuid4())).items == []


async def test_uploads_that_nobody_completes_are_limited_also_for_those_who_ask_at_once(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip
) -> None:
    largest = announced(byte_size=64 * 1024 * 1024)
    first = [await live_trip.request_photo_upload(aiko, kyoto.id, largest) for _ in range(62)]
    told = await asyncio.gather(
        *(live_trip.request_photo_upload(aiko, kyoto.id, largest) for _ in range(4)), return_exceptions=True
    )
    refused = [error for error in told if isinstance(error, PhotoLimitReached)]
    assert [error.limit for error in refused] == ["bytes", "bytes"]
    assert len([upload for upload in told if isinstance(upload, PhotoUpload)]) == 2
    await live_trip.delete_photo(aiko, kyoto.id, first[0].photo_id)
    await live_trip.request_photo_upload(aiko, kyoto.id, largest)


async def test_nobody_else_has_a_part_in_a_photo(
    live_trip: LiveTrip, ben: Caller, kyoto: Trip, upload: PhotoUpload
) -> None:
    for attempt in (
        live_trip.request_photo_upload(ben, kyoto.id, announced()),
        live_trip.complete_photo_upload(ben, kyoto.id, upload.photo_id),
        live_trip.get_photo(ben, kyoto.id, upload.photo_id),
        live_trip.list_photos(ben, kyoto.id),
        live_trip.delete_photo(ben, kyoto.id, upload.photo_id),
    ):
        with pytest.raises(TripNotFound):
            await attempt
