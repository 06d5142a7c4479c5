"""What a traveller can do with photos, over a diary in memory."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest

from livetrip_core import (
    Announcement,
    Arrival,
    EntryId,
    EntryNotFound,
    Photo,
    PhotoFormat,
    PhotoId,
    PhotoNotFound,
    PhotoNotUploaded,
    PhotoRejected,
    Trip,
    TripNotFound,
    UserId,
    use_cases,
)
from livetrip_core.fakes import InMemoryObjectStorage, TextImageProcessor
from livetrip_core.photo import ABANDONED_AFTER, LOOK_FOR, STORE_WITHIN, UPLOAD_ENDS_WITHIN, UPLOAD_FOR
from unit.core.strategies import AIKO, BEN
from unit.core.test_use_cases import Diary

MOSS = b"jpeg 640x480 taken 2026-11-21T07:30:00+09:00 at 34.99,135.68"


class Album(Diary):
    """A diary with photos."""

    def __init__(self) -> None:
        super().__init__()
        self.storage = InMemoryObjectStorage(self.clock)
        self.images = TextImageProcessor()

    async def announce(
        self,
        trip: Trip,
        content: bytes = MOSS,
        *,
        user: UserId = AIKO,
        entry_id: EntryId | None = None,
        kind: PhotoFormat = PhotoFormat.JPEG,
    ) -> Photo:
        checksum = hashlib.sha256(content).hexdigest()
        announced = Announcement(format=kind, byte_size=len(content), checksum=checksum, keep_place=True)
        async with self.store.writing() as work:
            return await use_cases.announce_photo(
                work,
                user,
                trip.id,
                announced,
                entry_id=entry_id,
                identifiers=self.identifiers,
            )

    def send(self, photo: Photo, content: bytes = MOSS) -> None:
        upload = self.storage.upload_address(
            photo.upload_key, photo.announced, expires_at=photo.created_at + UPLOAD_FOR
        )
        self.storage.send(upload, content)

    async def develop(self, photo: Photo, attempt: str = "1") -> Arrival:
        developed = await use_cases.develop_photo(photo, self.storage, self.images)
        return await use_cases.store_photo(self.store, photo, developed, self.storage, attempt=attempt)

    async def keep(self, photo: Photo, arrival: Arrival, user: UserId = AIKO) -> Photo:
        async with self.store.writing() as work:
            return await use_cases.keep_photo(work, user, photo.trip_id, photo.id, arrival)

    async def take(self, trip: Trip, content: bytes = MOSS) -> Photo:
        photo = await self.announce(trip, content)
        self.send(photo, content)
        return await self.keep(photo, await self.develop(photo))

    async def collect(self) -> int:
        return await use_cases.collect_photos(self.store, self.storage)


@pytest.fixture
def album() -> Album:
    return Album()


async def test_a_photo_goes_past_the_diary_and_is_there_afterwards(album: Album) -> None:
    trip = await album.plan()
    photo = await album.take(trip)

    async with album.store.reading() as work:
        assert await use_cases.look_at_photo(work, AIKO, trip.id, photo.id) == photo
        page = await use_cases.list_photos(work, AIKO, trip.id, after=None, limit=20)
    assert page.items == (photo,)
    assert photo.arrival is not None
    assert photo.arrival.taken_at == "2026-11-21T07:30:00+09:00"
    assert [picture.width for picture in (photo.arrival.original, *photo.arrival.thumbnails)] == [640, 320]
    address = album.storage.download_address(photo.arrival.original.key, expires_at=album.clock.now() + LOOK_FOR)
    assert album.storage.fetch(address) == b"jpeg 640x480"
    album.clock.advance(LOOK_FOR)
    with pytest.raises(PermissionError):
        album.storage.fetch(address)


async def test_photos_are_listed_as_they_were_taken(album: Album) -> None:
    trip = await album.plan()
    later = await album.take(trip, b"jpeg 10x10 taken 2026-11-22T00:00:00")
    sooner = await album.take(trip, b"jpeg 10x10 taken 2026-11-21T00:00:00")
    await album.announce(trip)
    async with album.store.reading() as work:
        first = await use_cases.list_photos(work, AIKO, trip.id, after=None, limit=1)
        second = await use_cases.list_photos(work, AIKO, trip.id, after=first.next_cursor, limit=1)
    assert (first.items, second.items, second.next_cursor) == ((sooner,), (later,), None)


async def test_only_what_was_announced_can_be_sent_and_only_for_a_while(album: Album) -> None:
    photo = await album.announce(await album.plan())
    with pytest.raises(PermissionError):
        album.send(photo, MOSS + b"!")
    with pytest.raises(PhotoNotUploaded):
        await album.develop(photo)
    album.clock.advance(UPLOAD_FOR)
    with pytest.raises(PermissionError):
        album.send(photo)


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (b"a letter", PhotoFormat.JPEG, "not_an_image"),
        (b"png 10x10", PhotoFormat.JPEG, "type_differs"),
    ],
)
async def test_what_is_no_such_picture_is_rejected(
    album: Album, content: bytes, kind: PhotoFormat, reason: str
) -> None:
    photo = await album.announce(await album.plan(), content, kind=kind)
    album.send(photo, content)
    with pytest.raises(PhotoRejected) as rejected:
        await album.develop(photo)
    assert rejected.value.reason == reason


@pytest.mark.parametrize("swapped", [b"jpeg 1x1", MOSS + b"!", MOSS[:-1]])
async def test_another_object_in_the_place_of_the_upload_is_rejected(album: Album, swapped: bytes) -> None:
    photo = await album.announce(await album.plan())
    album.storage.objects[photo.upload_key] = swapped
    with pytest.raises(PhotoRejected):
        await album.develop(photo)


async def test_what_is_sent_after_completion_changes_nothing(album: Album) -> None:
    photo = await album.take(await album.plan())
    assert photo.arrival is not None
    before = dict(album.storage.objects)
    album.send(photo)
    assert album.storage.objects[photo.arrival.original.key] == before[photo.arrival.original.key]
    album.clock.advance(UPLOAD_FOR + UPLOAD_ENDS_WITHIN)
    assert await album.collect() == 1
    assert set(album.storage.objects) == set(photo.arrival.keys)


async def test_completing_again_keeps_the_first_pictures(album: Album) -> None:
    trip = await album.plan()
    photo = await album.announce(trip)
    album.send(photo)
    first, second = await album.develop(photo, "1"), await album.develop(photo, "2")
    kept = await album.keep(photo, first)
    assert await album.keep(photo, second) == kept
    album.clock.advance(UPLOAD_FOR + UPLOAD_ENDS_WITHIN)
    assert await album.collect() == 3
    assert set(album.storage.objects) == set(first.keys)


async def test_a_photo_that_is_not_complete_cannot_be_seen(album: Album) -> None:
    trip = await album.plan()
    photo = await album.announce(trip)
    async with album.store.reading() as work:
        with pytest.raises(PhotoNotFound):
            await use_cases.look_at_photo(work, AIKO, trip.id, photo.id)


async def test_uploads_that_nobody_completes_are_forgotten(album: Album) -> None:
    trip = await album.plan()
    photo = await album.announce(trip)
    album.send(photo)
    album.clock.advance(ABANDONED_AFTER)
    assert await album.collect() == 0
    album.clock.advance(timedelta(microseconds=1))
    assert await album.collect() == 1
    assert album.storage.objects == {}
    async with album.store.reading() as work:
        with pytest.raises(PhotoNotFound):
            await work.photos.get(trip.id, photo.id)
    assert await album.collect() == 0


async def test_pictures_that_were_stored_and_never_kept_are_removed(album: Album) -> None:
    photo = await album.announce(await album.plan())
    album.send(photo)
    arrival = await album.develop(photo)
    assert await album.collect() == 0
    album.clock.advance(STORE_WITHIN)
    assert await album.collect() == len(arrival.keys)


@pytest.mark.parametrize("whole_trip", [True, False])
async def test_what_is_deleted_leaves_nothing_in_the_storage(album: Album, whole_trip: bool) -> None:
    trip = await album.plan()
    photo = await album.take(trip)
    async with album.store.writing() as work:
        if whole_trip:
            await use_cases.delete_trip(work, AIKO, trip.id)
        else:
            await use_cases.delete_photo(work, AIKO, trip.id, photo.id)
    album.clock.advance(UPLOAD_FOR + UPLOAD_ENDS_WITHIN)
    assert await album.collect() == 3
    assert album.storage.objects == {}


async def test_a_photo_outlives_the_entry_that_it_belonged_to(album: Album) -> None:
    trip = await album.plan()
    entry_id = await album.write(trip)
    photo = await album.announce(trip, entry_id=entry_id)
    async with album.store.writing() as work:
        await use_cases.delete_entry(work, AIKO, trip.id, entry_id)
    async with album.store.reading() as work:
        found = await work.photos.get(trip.id, photo.id)
    assert (photo.entry_id, found.entry_id) == (entry_id, None)


async def test_a_photo_belongs_to_an_entry_that_is_there(album: Album) -> None:
    with pytest.raises(EntryNotFound):
        await album.announce(await album.plan(), entry_id=EntryId(uuid4()))


async def test_nobody_sees_or_changes_the_photos_of_somebody_else(album: Album) -> None:
    trip = await album.plan()
    photo = await album.take(trip)
    with pytest.raises(TripNotFound):
        await album.announce(trip, user=BEN)
    assert photo.arrival is not None
    with pytest.raises(TripNotFound):
        await album.keep(photo, photo.arrival, user=BEN)
    async with album.store.writing() as work:
        with pytest.raises(TripNotFound):
            await use_cases.list_photos(work, BEN, trip.id, after=None, limit=1)
        with pytest.raises(TripNotFound):
            await use_cases.look_at_photo(work, BEN, trip.id, photo.id)
        with pytest.raises(TripNotFound):
            await use_cases.delete_photo(work, BEN, trip.id, photo.id)
    other = await album.plan()
    async with album.store.reading() as work:
        with pytest.raises(PhotoNotFound):
            await use_cases.look_at_photo(work, AIKO, other.id, photo.id)
        with pytest.raises(PhotoNotFound):
            await use_cases.look_at_photo(work, AIKO, trip.id, PhotoId(uuid4()))
