"""The contract's photos, over any place to keep a diary."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

import livetrip_contract as contract
from livetrip_bff import LiveTripBackend
from livetrip_core import UploadAddress
from livetrip_core.fakes import FakeClock, InMemoryObjectStorage
from livetrip_core.photo import UPLOAD_FOR
from switchover import calling
from unit.bff.ageing import Age
from unit.bff.samples import AIKO, BEN, trip_draft

MOSS = b"jpeg 640x480 taken 2026-11-21T07:30:00+09:00 at 34.99,135.68"


def announced(content: bytes = MOSS, **differences: Any) -> contract.PhotoUploadRequest:
    known: dict[str, Any] = {
        "content_type": contract.PhotoContentType.image_jpeg,
        "byte_size": len(content),
        "checksum": base64.b64encode(hashlib.sha256(content).digest()).decode(),
    }
    return contract.PhotoUploadRequest(**known | differences)


def send(storage: InMemoryObjectStorage, upload: contract.PhotoUpload, content: bytes = MOSS) -> None:
    headers = [(header.name, header.value) for header in upload.headers]
    storage.send(UploadAddress(method=upload.method, address=upload.address, headers=headers), content)


@pytest.fixture
async def trip_id(backend: LiveTripBackend) -> UUID:
    return (await backend.create_trip(AIKO, trip_draft())).id


async def test_a_photo_is_announced_sent_completed_and_seen(
    backend: LiveTripBackend, storage: InMemoryObjectStorage, trip_id: UUID
) -> None:
    upload = await backend.request_photo_upload(AIKO, trip_id, announced())
    send(storage, upload)
    photo = await backend.complete_photo_upload(AIKO, trip_id, upload.photo_id)

    assert photo == await backend.get_photo(AIKO, trip_id, upload.photo_id)
    assert (await backend.list_photos(AIKO, trip_id)).items == [photo]
    assert photo.taken_at == "2026-11-21T07:30:00+09:00"
    assert photo.coordinates is None
    assert [(picture.width, picture.height) for picture in photo.thumbnails] == [(320, 240)]
    assert storage.fetch(photo.original.address) == b"jpeg 640x480"
    assert photo.original.byte_size == len(b"jpeg 640x480")


async def test_a_place_is_kept_by_consent(
    backend: LiveTripBackend, storage: InMemoryObjectStorage, trip_id: UUID
) -> None:
    upload = await backend.request_photo_upload(AIKO, trip_id, announced(keep_place=True))
    send(storage, upload)
    photo = await backend.complete_photo_upload(AIKO, trip_id, upload.photo_id)
    assert photo.coordinates == contract.Coordinates(latitude=34.99, longitude=135.68)


async def test_a_repeated_request_tells_of_the_same_photo_at_fresh_addresses(
    backend: LiveTripBackend, storage: InMemoryObjectStorage, clock: FakeClock, trip_id: UUID
) -> None:
    with calling(idempotency_key="announce"):
        upload = await backend.request_photo_upload(AIKO, trip_id, announced())
        again = await backend.request_photo_upload(AIKO, trip_id, announced())
    assert again.photo_id == upload.photo_id
    assert again.address != upload.address
    send(storage, again)
    with calling(idempotency_key="complete"):
        first = await backend.complete_photo_upload(AIKO, trip_id, upload.photo_id)
        clock.advance(timedelta(hours=1))
        second = await backend.complete_photo_upload(AIKO, trip_id, upload.photo_id)
    assert second.original.address != first.original.address
    storage.fetch(second.original.address)
    changing = {"original", "thumbnails", "expires_at"}
    assert second.model_dump(exclude=changing) == first.model_dump(exclude=changing)


@pytest.mark.parametrize("minutes", [14.5, 15, 60, 22 * 60])
async def test_a_repeated_announcement_gets_a_fresh_address_when_the_first_one_has_expired(
    backend: LiveTripBackend,
    storage: InMemoryObjectStorage,
    clock: FakeClock,
    age_photos: Age,
    trip_id: UUID,
    minutes: float,
) -> None:
    with calling(idempotency_key="announce"):
        first = await backend.request_photo_upload(AIKO, trip_id, announced())
        clock.advance(timedelta(minutes=minutes))
        await age_photos(timedelta(minutes=minutes))
        again = await backend.request_photo_upload(AIKO, trip_id, announced())
    assert (again.photo_id, again.expires_at) == (first.photo_id, clock.now() + UPLOAD_FOR)

    clock.advance(UPLOAD_FOR - timedelta(seconds=1))
    send(storage, again)
    assert (await backend.complete_photo_upload(AIKO, trip_id, first.photo_id)).id == first.photo_id


async def test_a_repeated_announcement_keeps_its_expiry_while_the_address_is_good(
    backend: LiveTripBackend, storage: InMemoryObjectStorage, clock: FakeClock, trip_id: UUID
) -> None:
    with calling(idempotency_key="announce"):
        first = await backend.request_photo_upload(AIKO, trip_id, announced())
        clock.advance(timedelta(minutes=13))
        again = await backend.request_photo_upload(AIKO, trip_id, announced())
    assert (again.photo_id, again.expires_at) == (first.photo_id, first.expires_at)
    send(storage, again)


@pytest.mark.parametrize("end", ["completed", "deleted", "trip deleted", "too late"])
async def test_an_upload_that_is_over_gets_no_further_address(
    backend: LiveTripBackend, storage: InMemoryObjectStorage, clock: FakeClock, age_photos: Age, trip_id: UUID, end: str
) -> None:
    with calling(idempotency_key="announce"):
        first = await backend.request_photo_upload(AIKO, trip_id, announced())
    send(storage, first)
    if end == "completed":
        await backend.complete_photo_upload(AIKO, trip_id, first.photo_id)
    elif end == "deleted":
        await backend.delete_photo(AIKO, trip_id, first.photo_id)
    elif end == "trip deleted":
        await backend.delete_trip(AIKO, trip_id)
    passed = timedelta(hours=22, minutes=45) if end == "too late" else UPLOAD_FOR
    clock.advance(passed)
    await age_photos(passed)

    with calling(idempotency_key="announce"):
        again = await backend.request_photo_upload(AIKO, trip_id, announced())
    assert (again.photo_id, again.expires_at) == (first.photo_id, first.expires_at)
    with pytest.raises(PermissionError):
        send(storage, again)


@pytest.mark.parametrize("is_deleted", [False, True])
async def test_what_is_sent_late_to_a_fresh_address_is_removed_as_well(
    backend: LiveTripBackend,
    storage: InMemoryObjectStorage,
    clock: FakeClock,
    age_photos: Age,
    trip_id: UUID,
    is_deleted: bool,
) -> None:
    async def passes(by: timedelta) -> None:
        clock.advance(by)
        await age_photos(by)

    with calling(idempotency_key="announce"):
        first = await backend.request_photo_upload(AIKO, trip_id, announced())
        await passes(timedelta(hours=1))
        again = await backend.request_photo_upload(AIKO, trip_id, announced())
    send(storage, again)
    pictures = set()
    if is_deleted:
        await backend.delete_photo(AIKO, trip_id, first.photo_id)
    else:
        await backend.complete_photo_upload(AIKO, trip_id, first.photo_id)
        pictures = set(storage.objects) - {f"uploads/{first.photo_id.hex}"}

    await passes(timedelta(minutes=14))
    await backend.photos.collect()
    send(storage, again)
    await passes(timedelta(hours=1, minutes=2))
    await backend.photos.collect()
    assert set(storage.objects) == pictures


async def test_a_photo_that_is_completed_twice_is_one(
    backend: LiveTripBackend, storage: InMemoryObjectStorage, trip_id: UUID
) -> None:
    upload = await backend.request_photo_upload(AIKO, trip_id, announced())
    send(storage, upload)
    first = await backend.complete_photo_upload(AIKO, trip_id, upload.photo_id)
    assert await backend.complete_photo_upload(AIKO, trip_id, upload.photo_id) == first
    assert len(storage.objects) == 3


async def test_what_has_not_arrived_cannot_be_completed(backend: LiveTripBackend, trip_id: UUID) -> None:
    upload = await backend.request_photo_upload(AIKO, trip_id, announced())
    with pytest.raises(contract.PhotoNotUploaded):
        await backend.complete_photo_upload(AIKO, trip_id, upload.photo_id)
    with pytest.raises(contract.PhotoNotFound):
        await backend.get_photo(AIKO, trip_id, upload.photo_id)


async def test_what_is_no_picture_is_rejected(
    backend: LiveTripBackend, storage: InMemoryObjectStorage, trip_id: UUID
) -> None:
    upload = await backend.request_photo_upload(AIKO, trip_id, announced(b"a letter"))
    send(storage, upload, b"a letter")
    with pytest.raises(contract.PhotoRejected) as rejected:
        await backend.complete_photo_upload(AIKO, trip_id, upload.photo_id)
    assert rejected.value.reason == "not_an_image"


async def test_a_deleted_photo_is_gone_and_so_are_its_bytes(
    backend: LiveTripBackend, storage: InMemoryObjectStorage, age_photos: Age, trip_id: UUID
) -> None:
    upload = await backend.request_photo_upload(AIKO, trip_id, announced())
    send(storage, upload)
    await backend.complete_photo_upload(AIKO, trip_id, upload.photo_id)
    await backend.delete_photo(AIKO, trip_id, upload.photo_id)
    with pytest.raises(contract.PhotoNotFound):
        await backend.get_photo(AIKO, trip_id, upload.photo_id)
    await age_photos(timedelta(hours=2))
    assert await backend.photos.collect() == 3
    assert storage.objects == {}


async def test_nobody_else_has_a_part_in_a_photo(backend: LiveTripBackend, trip_id: UUID) -> None:
    upload = await backend.request_photo_upload(AIKO, trip_id, announced())
    attempts = [
        backend.request_photo_upload(BEN, trip_id, announced()),
        backend.complete_photo_upload(BEN, trip_id, upload.photo_id),
        backend.get_photo(BEN, trip_id, upload.photo_id),
        backend.list_photos(BEN, trip_id),
        backend.delete_photo(BEN, trip_id, upload.photo_id),
    ]
    for attempt in attempts:
        with pytest.raises(contract.TripNotFound):
            await attempt


async def test_a_photo_of_no_entry_cannot_be_announced(backend: LiveTripBackend, trip_id: UUID) -> None:
    with pytest.raises(contract.EntryNotFound):
        await backend.request_photo_upload(AIKO, trip_id, announced(entry_id=uuid4()))
