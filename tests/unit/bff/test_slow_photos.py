"""A photo that takes longer to be looked into than anybody waits: it is looked into once, and there in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from livetrip_adapters import live_trip_port
from livetrip_bff import LiveTripBackend
from livetrip_bff.photos import Darkroom
from livetrip_contract import LiveTrip, Photo, PhotoNotFound
from livetrip_core import Development, PhotoFormat, UnitOfWorkFactory
from livetrip_core.fakes import FakeClock, InMemoryObjectStorage, SequentialIdentifiers, TextImageProcessor
from switchover import AsgiTransport, Timeouts
from switchover.errors import CallTimeout
from unit.bff.samples import AIKO, trip_draft
from unit.bff.test_photos import announced, send


class SlowImageProcessor(TextImageProcessor):
    """One that takes as long as a test wants."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.begun = 0

    async def develop(self, content: bytes, kind: PhotoFormat) -> Development:
        self.begun += 1
        await self.go.wait()
        return await super().develop(content, kind)


@pytest.fixture
def images() -> SlowImageProcessor:
    return SlowImageProcessor()


@pytest.fixture
async def live_trip(
    store: UnitOfWorkFactory, clock: FakeClock, storage: InMemoryObjectStorage, images: SlowImageProcessor
) -> AsyncIterator[LiveTrip]:
    """Over HTTP, by a caller without patience."""
    backend = LiveTripBackend(store, clock, SequentialIdentifiers(), Darkroom(storage, images), version="1.3.0")
    port = live_trip_port()
    async with AsgiTransport(port.serve(backend, trust="open")) as transport:
        yield port.http(transport=transport, trust="open", timeouts=Timeouts(total=0.3))
    await backend.photos.aclose()


async def sent(live_trip: LiveTrip, storage: InMemoryObjectStorage) -> tuple[UUID, UUID]:
    trip = await live_trip.create_trip(AIKO, trip_draft())
    upload = await live_trip.request_photo_upload(AIKO, trip.id, announced())
    send(storage, upload)
    return trip.id, upload.photo_id


async def test_it_is_there_when_everybody_has_given_up_waiting(
    live_trip: LiveTrip, storage: InMemoryObjectStorage, images: SlowImageProcessor
) -> None:
    trip_id, photo_id = await sent(live_trip, storage)
    with pytest.raises(CallTimeout):
        await live_trip.complete_photo_upload(AIKO, trip_id, photo_id)

    images.go.set()

    async def is_there() -> bool:
        try:
            await live_trip.get_photo(AIKO, trip_id, photo_id)
        except PhotoNotFound:
            return False
        return True

    async with asyncio.timeout(20):
        while not await is_there():  # noqa: ASYNC110 - nobody who could tell is waited for any more
            await asyncio.sleep(0.005)
    assert (await live_trip.complete_photo_upload(AIKO, trip_id, photo_id)).id == photo_id
    assert images.begun == 1


async def test_whoever_asks_again_meanwhile_joins_and_is_answered(
    live_trip: LiveTrip, storage: InMemoryObjectStorage, images: SlowImageProcessor
) -> None:
    trip_id, photo_id = await sent(live_trip, storage)
    for _ in range(3):
        with pytest.raises(CallTimeout):
            await live_trip.complete_photo_upload(AIKO, trip_id, photo_id)
    asked = asyncio.create_task(live_trip.complete_photo_upload(AIKO, trip_id, photo_id))
    await asyncio.sleep(0)
    images.go.set()
    photo: Photo = await asked
    assert photo == await live_trip.get_photo(AIKO, trip_id, photo_id)
    assert images.begun == 1
    assert len(storage.objects) == 3
