"""A SQLite diary on a disk that takes nothing more: it is read, a write is 503, and its repetition happens once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from livetrip_bff import LiveTripBackend, LocalPhotos, open_backend
from support.disks import can_mount, no_more_bytes, small_disk
from switchover import calling
from switchover.errors import ServiceUnavailable
from unit.bff.samples import AIKO, entry_draft, trip_draft

Full = Callable[[], AbstractContextManager[None]]
DISKS = ["for this process", *(["for everybody"] if can_mount() else [])]


@pytest.fixture(params=DISKS)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Full]]:
    """A folder, and what fills the disk that it is on."""
    if request.param == "for this process":
        yield tmp_path, no_more_bytes
        return
    with small_disk(tmp_path / "disk", kib=1024) as disk:
        yield disk.folder, disk.full


async def read_everything(backend: LiveTripBackend) -> object:
    [trip] = (await backend.list_trips(AIKO)).items
    await backend.get_health()
    return (
        await backend.get_session(AIKO),
        await backend.get_trip(AIKO, trip.id),
        await backend.get_trip_summary(AIKO, trip.id),
        (entries := await backend.list_entries(AIKO, trip.id)),
        await backend.get_entry(AIKO, trip.id, entries.items[0].id),
        await backend.list_photos(AIKO, trip.id),
    )


async def test_every_read_goes_on_and_a_write_waits_for_room_and_happens_once(disk: tuple[Path, Full]) -> None:
    folder, full = disk
    photos = LocalPhotos(folder / "photos", "http://photos.test")
    async with open_backend(f"sqlite:///{folder / 'diary.sqlite3'}", version="1", photos=photos) as backend:
        trip = await backend.create_trip(AIKO, trip_draft())
        await backend.add_entry(AIKO, trip.id, entry_draft())
        before = await read_everything(backend)
        with calling(idempotency_key="k"):
            with full():
                for _ in range(3):
                    with pytest.raises(ServiceUnavailable):
                        await backend.add_entry(AIKO, trip.id, entry_draft(text="x" * 9000))
                    assert await read_everything(backend) == before
            written = await backend.add_entry(AIKO, trip.id, entry_draft(text="x" * 9000))
            assert await backend.add_entry(AIKO, trip.id, entry_draft(text="x" * 9000)) == written
        assert len((await backend.list_entries(AIKO, trip.id)).items) == 2
