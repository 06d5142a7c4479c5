"""What every place to keep a diary does alike with photos."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from livetrip_core import (
    Announcement,
    Arrival,
    Coordinates,
    Cursor,
    Photo,
    PhotoFormat,
    PhotoId,
    PhotoNotFound,
    Picture,
    Tally,
    TripId,
    TripNotFound,
    UnitOfWorkFactory,
    UserId,
)
from unit.bff.samples import NOW, OWNER, entry, trip

ORIGINAL = Picture(key="photos/1/original", format=PhotoFormat.JPEG, byte_size=9, width=400, height=300)
SMALL = Picture(key="photos/1/320", format=PhotoFormat.WEBP, byte_size=3, width=320, height=240)


def photo(number: int = 1, *, of: TripId | None = None, created_at: datetime = NOW) -> Photo:
    return Photo(
        id=PhotoId(UUID(int=number)),
        trip_id=of or trip().id,
        entry_id=None,
        announced=Announcement(format=PhotoFormat.PNG, byte_size=9, checksum="0" * 64, keep_place=True),
        upload_key=f"uploads/{number}",
        created_at=created_at,
    )


def arrived(number: int = 1, *, taken_at: str | None = None, at: datetime = NOW) -> Photo:
    here = Coordinates(latitude=1 / 3, longitude=-179.99999999999997)
    arrival = Arrival(taken_at=taken_at, coordinates=here, original=ORIGINAL, thumbnails=(SMALL,), at=at)
    return photo(number).arrive(arrival)


async def keep(store: UnitOfWorkFactory, *photos: Photo) -> None:
    async with store.writing() as work:
        await work.trips.add(trip())
        for kept in photos:
            await work.photos.add(kept)


@pytest.mark.parametrize("kept", [photo(), arrived(), arrived(taken_at="2026-11-21T07:30:00+09:00")])
async def test_a_photo_is_there_afterwards_exactly_as_it_was(store: UnitOfWorkFactory, kept: Photo) -> None:
    await keep(store, kept)
    async with store.reading() as work:
        assert await work.photos.get(trip().id, kept.id) == kept
    async with store.writing() as work:
        assert await work.photos.remove_all(trip().id) == [kept]
        assert await work.photos.remove_all(trip().id) == []


async def test_a_photo_arrives(store: UnitOfWorkFactory) -> None:
    await keep(store, photo())
    async with store.writing() as work:
        assert await work.photos.save(arrived()) == arrived()
    async with store.writing() as work:
        assert await work.photos.save(arrived(taken_at="2026-11-21T07:30:00")) == arrived()
    async with store.reading() as work:
        assert await work.photos.get(trip().id, photo().id) == arrived()


async def test_only_photos_that_arrived_are_listed_and_in_the_order_they_were_taken(store: UnitOfWorkFactory) -> None:
    late = arrived(2, taken_at="2026-11-22T00:00:00")
    early = arrived(3, taken_at="2026-11-22T00:00:00+09:00")
    same = replace(late, id=PhotoId(UUID(int=5)))
    await keep(store, late, early, photo(4), same)
    async with store.reading() as work:
        assert await work.photos.page(trip().id, after=None, limit=9) == [early, late, same]
        assert await work.photos.page(trip().id, after=None, limit=1) == [early]
        assert await work.photos.page(trip().id, after=early.position, limit=1) == [late]
        assert await work.photos.page(trip().id, after=late.position, limit=9) == [same]
        assert await work.photos.page(TripId(UUID(int=9)), after=None, limit=9) == []


async def test_photos_of_one_entry_are_listed_by_themselves(store: UnitOfWorkFactory) -> None:
    late, early = arrived(2, taken_at="2026-11-22T00:00:00"), arrived(3, taken_at="2026-11-21T00:00:00")
    own = [replace(one, entry_id=entry().id) for one in (early, late)]
    async with store.writing() as work:
        await work.trips.add(trip())
        await work.entries.add(entry())
        for kept in (*own, arrived(4), replace(photo(5), entry_id=entry().id)):
            await work.photos.add(kept)
    async with store.reading() as work:
        assert await work.photos.page(trip().id, entry_id=entry().id, after=None, limit=9) == own
        assert await work.photos.page(trip().id, entry_id=entry().id, after=own[0].position, limit=9) == own[1:]
        assert await work.photos.page(TripId(UUID(int=9)), entry_id=entry().id, after=None, limit=9) == []


async def test_what_takes_up_room_is_counted(store: UnitOfWorkFactory) -> None:
    other, foreign = trip(2), trip(3, owner=UserId("ben"))
    async with store.writing() as work:
        for planned in (trip(), other, foreign):
            await work.trips.add(planned)
        for kept in (photo(1), arrived(2), photo(3, of=other.id), photo(4, of=foreign.id)):
            await work.photos.add(kept)
        assert await work.photos.tally(OWNER, trip().id) == Tally(waiting=2, waiting_bytes=18, of_trip=2)
        assert await work.photos.tally(OWNER, other.id) == Tally(waiting=2, waiting_bytes=18, of_trip=1)
        assert await work.photos.tally(UserId("chie"), trip().id) == Tally(waiting=0, waiting_bytes=0, of_trip=2)


@pytest.mark.parametrize("key", [-(2**63), 2**63 - 1])
async def test_any_position_can_be_read_from(store: UnitOfWorkFactory, key: int) -> None:
    await keep(store, arrived())
    async with store.reading() as work:
        found = await work.photos.page(trip().id, after=Cursor(key, UUID(int=0)), limit=9)
    assert found == ([arrived()] if key < 0 else [])


async def test_a_photo_is_found_in_its_own_trip_only(store: UnitOfWorkFactory) -> None:
    await keep(store, photo())
    other = TripId(UUID(int=9))
    async with store.writing() as work:
        for attempt in (
            work.photos.get(other, photo().id),
            work.photos.get(trip().id, PhotoId(UUID(int=9))),
            work.photos.save(replace(arrived(), trip_id=other)),
            work.photos.remove(other, photo().id),
        ):
            with pytest.raises(PhotoNotFound):
                await attempt


async def test_a_photo_belongs_to_a_trip(store: UnitOfWorkFactory) -> None:
    with pytest.raises(TripNotFound):
        async with store.writing() as work:
            await work.photos.add(photo())


async def test_photos_go_with_their_trip_and_stay_without_their_entry(store: UnitOfWorkFactory) -> None:
    async with store.writing() as work:
        await work.trips.add(trip())
        await work.entries.add(entry())
        await work.photos.add(replace(photo(), entry_id=entry().id))
        await work.entries.remove(trip().id, entry().id)
        assert await work.photos.get(trip().id, photo().id) == photo()
        await work.trips.remove(trip().id)
        with pytest.raises(PhotoNotFound):
            await work.photos.get(trip().id, photo().id)


async def test_a_photo_is_forgotten(store: UnitOfWorkFactory) -> None:
    await keep(store, photo(), photo(2))
    async with store.writing() as work:
        assert await work.photos.remove(trip().id, photo().id) == photo()
        assert await work.photos.get(trip().id, photo(2).id) == photo(2)
        with pytest.raises(PhotoNotFound):
            await work.photos.get(trip().id, photo().id)


async def test_uploads_that_were_abandoned_are_forgotten_oldest_first(store: UnitOfWorkFactory) -> None:
    old, older = photo(1, created_at=NOW - timedelta(days=1)), photo(2, created_at=NOW - timedelta(days=2))
    await keep(store, old, older, photo(3), replace(arrived(4), created_at=NOW - timedelta(days=3)))
    async with store.writing() as work:
        assert await work.photos.remove_abandoned(before=NOW, limit=1) == [older]
        assert await work.photos.remove_abandoned(before=NOW, limit=9) == [old]
        assert await work.photos.remove_abandoned(before=NOW, limit=9) == []


async def test_objects_are_removed_when_they_are_due(store: UnitOfWorkFactory) -> None:
    async with store.writing() as work:
        await work.photos.discard(["b", "a"], due=NOW)
        await work.photos.discard(["c"], due=NOW + timedelta(microseconds=1))
        await work.photos.discard(["b"], due=NOW - timedelta(days=1))
        await work.photos.discard([], due=NOW)
    async with store.writing() as work:
        assert await work.photos.discarded(now=NOW, limit=9) == ["a", "b"]
        assert await work.photos.discarded(now=NOW - timedelta(hours=1), limit=9) == ["b"]
        assert await work.photos.discarded(now=NOW, limit=1) == ["a"]
        await work.photos.clear(["a", "b", "x"])
        await work.photos.clear([])
        assert await work.photos.discarded(now=datetime.max.replace(tzinfo=UTC), limit=9) == ["c"]
