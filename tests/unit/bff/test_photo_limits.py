"""How many uploads may be announced and not completed: counted for each traveller, also by several processes at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

import livetrip_contract as contract
from livetrip_bff import LiveTripBackend
from livetrip_bff.database import open_units_of_work
from livetrip_bff.identifiers import UuidV7Identifiers
from livetrip_core import UnitOfWorkFactory
from livetrip_core.fakes import FakeClock, InMemoryObjectStorage
from livetrip_core.photo import ABANDONED_AFTER, MAX_BYTES, MOST_WAITING, MOST_WAITING_BYTES
from support.photos import darkroom
from switchover import calling
from unit.bff.ageing import Age
from unit.bff.samples import AIKO, BEN, trip_draft
from unit.bff.test_photos import MOSS, announced, send

LARGEST = announced(byte_size=MAX_BYTES)
MOST_OF_THE_LARGEST = MOST_WAITING_BYTES // MAX_BYTES


async def limit_reached(backend: LiveTripBackend, trip_id: UUID, wanted: contract.PhotoUploadRequest) -> str | None:
    try:
        await backend.request_photo_upload(AIKO, trip_id, wanted)
    except contract.PhotoLimitReached as error:
        return error.limit
    return None


@pytest.fixture
async def trips(backend: LiveTripBackend) -> list[UUID]:
    return [(await backend.create_trip(AIKO, trip_draft())).id for _ in range(2)]


async def test_only_so_many_uploads_wait_in_all_trips_of_a_traveller_together(
    backend: LiveTripBackend, storage: InMemoryObjectStorage, trips: list[UUID]
) -> None:
    uploads = [await backend.request_photo_upload(AIKO, trips[n % 2], announced()) for n in range(MOST_WAITING)]
    assert await limit_reached(backend, trips[0], announced()) == "uploads"
    bens = (await backend.create_trip(BEN, trip_draft())).id
    await backend.request_photo_upload(BEN, bens, announced())

    send(storage, uploads[0], MOSS)
    await backend.complete_photo_upload(AIKO, trips[0], uploads[0].photo_id)
    assert await limit_reached(backend, trips[0], announced()) is None
    await backend.delete_photo(AIKO, trips[1], uploads[1].photo_id)
    assert await limit_reached(backend, trips[1], announced()) is None
    assert await limit_reached(backend, trips[1], announced()) == "uploads"


async def test_their_sizes_are_counted_until_they_are_forgotten(
    backend: LiveTripBackend, age_photos: Age, trips: list[UUID]
) -> None:
    for _ in range(MOST_OF_THE_LARGEST):
        await backend.request_photo_upload(AIKO, trips[0], LARGEST)
    assert await limit_reached(backend, trips[1], announced()) == "bytes"
    await age_photos(ABANDONED_AFTER + timedelta(seconds=1))
    await backend.photos.collect()
    assert await limit_reached(backend, trips[1], LARGEST) is None


async def test_a_repeated_announcement_is_answered_where_there_is_no_room_for_another(
    backend: LiveTripBackend, trips: list[UUID]
) -> None:
    with calling(idempotency_key="first"):
        first = await backend.request_photo_upload(AIKO, trips[0], LARGEST)
    for _ in range(MOST_OF_THE_LARGEST - 1):
        await backend.request_photo_upload(AIKO, trips[0], LARGEST)
    with calling(idempotency_key="first"):
        assert (await backend.request_photo_upload(AIKO, trips[0], LARGEST)).photo_id == first.photo_id
    assert await limit_reached(backend, trips[0], LARGEST) == "bytes"


async def test_two_processes_at_once_do_not_exceed_it_together(database_url: str, clock: FakeClock) -> None:
    identifiers = UuidV7Identifiers(clock)

    def over(store: UnitOfWorkFactory) -> LiveTripBackend:
        return LiveTripBackend(store, clock, identifiers, darkroom(clock), version="1.0.0")

    async with open_units_of_work(database_url) as one, open_units_of_work(database_url) as other:
        backends = [over(one), over(other)]
        trips = [(await backends[0].create_trip(AIKO, trip_draft())).id for _ in range(2)]
        for _ in range(MOST_OF_THE_LARGEST - 3):
            await backends[0].request_photo_upload(AIKO, trips[0], LARGEST)
        told = await asyncio.gather(*(limit_reached(backends[n % 2], trips[n // 2 % 2], LARGEST) for n in range(12)))
    assert Counter(told) == {None: 3, "bytes": 9}
