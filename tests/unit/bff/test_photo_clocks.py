"""Services that share a database and whose clocks differ: photos grow old by the clock of the database alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from livetrip_bff import LiveTripBackend
from livetrip_bff.database import open_units_of_work
from livetrip_bff.identifiers import UuidV7Identifiers
from livetrip_bff.photos import Darkroom
from livetrip_bff.storage.local import LocalObjectStorage
from livetrip_bff.storage.signature import AddressSigner
from livetrip_contract import PhotoNotFound
from livetrip_core import PhotoFormat, UnitOfWorkFactory
from livetrip_core.fakes import FakeClock, InMemoryObjectStorage, TextImageProcessor
from livetrip_core.photo import ABANDONED_AFTER, STORE_WITHIN, UPLOAD_ENDS_WITHIN, UPLOAD_FOR
from switchover import calling
from unit.bff.ageing import age_photos_of
from unit.bff.samples import AIKO, trip_draft
from unit.bff.test_photos import announced, send

SECOND = timedelta(seconds=1)

apart = pytest.mark.parametrize("hours", [-25, -2, 2, 25])
"""How far the clock of the other service, which collects, is ahead."""


class HeldStorage(InMemoryObjectStorage):
    """A storage whose writes end when they are let, or fail."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.begun, self.let = asyncio.Event(), asyncio.Event()
        self.let.set()
        self.is_full = False

    async def write(self, key: str, content: bytes, kind: PhotoFormat) -> None:
        await super().write(key, content, kind)
        self.begun.set()
        await self.let.wait()
        if self.is_full:
            raise OSError("no space left on device")


class Services:
    """Two services on one database and one storage. `one` has the right clock; `other` has another, and collects."""

    def __init__(self, database_url: str, store: UnitOfWorkFactory, ahead: timedelta) -> None:
        now = datetime.now(UTC)
        self._database_url = database_url
        self.clock, self.others = FakeClock(now), FakeClock(now + ahead)
        self.storage = HeldStorage(self.clock)
        self.one, self.other = (self._service(store, clock) for clock in (self.clock, self.others))

    def _service(self, store: UnitOfWorkFactory, clock: FakeClock) -> LiveTripBackend:
        darkroom = Darkroom(self.storage, TextImageProcessor())
        return LiveTripBackend(store, clock, UuidV7Identifiers(clock), darkroom, version="1.0.0")

    async def pass_time(self, by: timedelta) -> None:
        """Let time pass: what is known about photos becomes older, by each of the clocks."""
        await age_photos_of(self._database_url, by)

    async def sent(self) -> tuple[UUID, UUID]:
        """A photo that was announced and sent: its trip, and itself."""
        trip = await self.one.create_trip(AIKO, trip_draft())
        upload = await self.one.request_photo_upload(AIKO, trip.id, announced())
        send(self.storage, upload)
        return trip.id, upload.photo_id


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[UnitOfWorkFactory]:
    async with open_units_of_work(database_url) as opened:
        yield opened


@pytest.fixture
def services(database_url: str, store: UnitOfWorkFactory, hours: int) -> Services:
    return Services(database_url, store, timedelta(hours=hours))


@apart
async def test_nothing_is_removed_that_another_service_is_storing(services: Services) -> None:
    trip_id, photo_id = await services.sent()
    services.storage.let.clear()
    completed = asyncio.create_task(services.one.complete_photo_upload(AIKO, trip_id, photo_id))
    async with asyncio.timeout(10):
        await services.storage.begun.wait()

    assert await services.other.photos.collect() == 0

    services.storage.let.set()
    photo = await completed
    for picture in (photo.original, *photo.thumbnails):
        assert services.storage.fetch(picture.address)


@apart
async def test_no_upload_is_forgotten_before_its_day_is_over(services: Services) -> None:
    trip_id, photo_id = await services.sent()
    assert await services.other.photos.collect() == 0
    await services.pass_time(ABANDONED_AFTER - timedelta(minutes=1))
    assert await services.other.photos.collect() == 0
    assert (await services.one.complete_photo_upload(AIKO, trip_id, photo_id)).id == photo_id


@apart
async def test_an_upload_that_another_service_announced_is_forgotten_after_a_day(services: Services) -> None:
    trip_id, photo_id = await services.sent()
    await services.pass_time(ABANDONED_AFTER + SECOND)
    for collecting in (services.other, services.one):
        await collecting.photos.collect()
    assert services.storage.objects == {}
    with pytest.raises(PhotoNotFound):
        await services.one.complete_photo_upload(AIKO, trip_id, photo_id)


@apart
async def test_an_upload_that_a_wrong_clock_announced_is_forgotten_after_a_day_and_not_before(
    services: Services,
) -> None:
    trip = await services.other.create_trip(AIKO, trip_draft())
    upload = await services.other.request_photo_upload(AIKO, trip.id, announced())
    await services.one.photos.collect()
    await services.pass_time(ABANDONED_AFTER - timedelta(minutes=1))
    await services.one.photos.collect()
    await services.one.delete_photo(AIKO, trip.id, upload.photo_id)

    upload = await services.other.request_photo_upload(AIKO, trip.id, announced())
    await services.pass_time(ABANDONED_AFTER + SECOND)
    await services.one.photos.collect()
    with pytest.raises(PhotoNotFound):
        await services.one.delete_photo(AIKO, trip.id, upload.photo_id)


@apart
async def test_pictures_that_were_stored_and_never_kept_are_removed_after_an_hour(services: Services) -> None:
    trip_id, photo_id = await services.sent()
    services.storage.is_full = True
    with pytest.raises(OSError, match="no space"):
        await services.other.complete_photo_upload(AIKO, trip_id, photo_id)
    uploaded = {f"uploads/{photo_id.hex}"}
    assert set(services.storage.objects) > uploaded

    await services.pass_time(STORE_WITHIN - timedelta(minutes=1))
    await services.one.photos.collect()
    assert set(services.storage.objects) > uploaded
    await services.pass_time(timedelta(minutes=1) + SECOND)
    await services.one.photos.collect()
    assert set(services.storage.objects) == uploaded


@apart
async def test_what_is_deleted_is_removed_once_nothing_more_can_arrive(services: Services) -> None:
    trip_id, photo_id = await services.sent()
    await services.other.delete_photo(AIKO, trip_id, photo_id)
    await services.pass_time(UPLOAD_FOR + UPLOAD_ENDS_WITHIN - timedelta(minutes=1))
    assert await services.other.photos.collect() == 0
    await services.pass_time(timedelta(minutes=1) + SECOND)
    assert await services.one.photos.collect() == 1
    assert services.storage.objects == {}


@apart
async def test_an_address_is_good_for_15_minutes_by_the_clock_of_the_service_that_signed_it(
    services: Services,
) -> None:
    trip = await services.other.create_trip(AIKO, trip_draft())
    upload = await services.other.request_photo_upload(AIKO, trip.id, announced())
    assert upload.expires_at == services.others.now() + UPLOAD_FOR


@apart
async def test_nothing_is_removed_that_is_arriving_in_a_folder(
    store: UnitOfWorkFactory, tmp_path: Path, hours: int
) -> None:
    clock = FakeClock(datetime.now(UTC) + timedelta(hours=hours))
    folder = LocalObjectStorage(tmp_path / "photos", "", AddressSigner(bytes(32), lambda: clock.now().timestamp()))
    darkroom = Darkroom(folder, TextImageProcessor())
    service = LiveTripBackend(store, clock, UuidV7Identifiers(clock), darkroom, version="1.0.0")
    async with folder.incoming("uploads/1") as file:
        file.write(b"moss")
        await service.photos.collect()
    assert await folder.read("uploads/1", at_most=9) == b"moss"


@apart
async def test_a_repeated_announcement_is_answered_with_an_address_that_is_good_where_it_was_repeated(
    services: Services,
) -> None:
    trip = await services.other.create_trip(AIKO, trip_draft())
    with calling(idempotency_key="announce"):
        first = await services.other.request_photo_upload(AIKO, trip.id, announced())
        again = await services.one.request_photo_upload(AIKO, trip.id, announced())
    assert (again.photo_id, again.expires_at) == (first.photo_id, services.clock.now() + UPLOAD_FOR)
    send(services.storage, again)
