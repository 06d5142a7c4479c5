"""Databases that do not answer, and secrets that stay secret when they do not."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from livetrip_bff import LiveTripBackend, LocalPhotos, UnusableDatabaseUrl, migrate, open_backend, pending
from livetrip_bff.database import SqlUnitOfWorkFactory, open_units_of_work, parse
from livetrip_bff.database.engine import open_engine
from livetrip_core.fakes import FakeClock, SequentialIdentifiers
from support.photos import darkroom
from switchover.errors import ServiceUnavailable
from unit.bff.samples import AIKO, trip, trip_draft

NOWHERE = LocalPhotos(Path("/nowhere"), "http://photos.test")
NOBODY_LISTENS = "postgresql://diary:s3cret@127.0.0.1:9/diary"


async def test_health_fails_where_the_database_cannot_be_opened(tmp_path: Path, clock: FakeClock) -> None:
    async with open_units_of_work(f"sqlite:///{tmp_path}/missing/diary.sqlite3") as store:
        backend = LiveTripBackend(store, clock, SequentialIdentifiers(), darkroom(clock), version="1.0.0")

        with pytest.raises(ServiceUnavailable):
            await backend.get_health()


async def test_a_file_that_is_no_database_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear diary, " * 100)

    with pytest.raises(ServiceUnavailable):
        await migrate(f"sqlite:///{path}")


@pytest.fixture
def read_only() -> Iterator[str]:
    """A diary that this process may read and not write. Root may write anything, so it is somebody else meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(migrate(f"sqlite:///{folder}/diary.sqlite3"))
        (folder / "diary.sqlite3").chmod(0o444)
        folder.chmod(0o777)
        before = os.geteuid()
        if before == 0:
            os.seteuid(65_534)
        try:
            yield f"sqlite:///{folder}/diary.sqlite3"
        finally:
            os.seteuid(before)


async def test_a_file_that_cannot_be_written_is_told_at_the_start(read_only: str) -> None:
    assert await pending(read_only) == ()
    with pytest.raises(
        UnusableDatabaseUrl, match=r"diary\.sqlite3 cannot be used: attempt to write a readonly database"
    ):
        await _open(read_only)


async def test_a_file_that_is_being_written_is_no_hindrance(sqlite_url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with open_backend(sqlite_url, version="1", photos=LocalPhotos(tmp_path, "http://photos.test")) as backend:
            await backend.get_health()


async def test_a_writer_that_waited_too_long_for_another_process_is_told_to_come_back(
    sqlite_url: str, clock: FakeClock
) -> None:
    async with open_engine(parse(sqlite_url), busy_seconds=0) as engine:
        store = SqlUnitOfWorkFactory(engine)
        backend = LiveTripBackend(store, clock, SequentialIdentifiers(), darkroom(clock), version="1.0.0")
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(ServiceUnavailable) as caught:
                await backend.create_trip(AIKO, trip_draft())
            assert (await backend.list_trips(AIKO)).items == []
            other.execute("ROLLBACK")

        assert "INSERT" not in str(caught.value)
        assert (await backend.create_trip(AIKO, trip_draft())).version == 1


async def test_a_writer_that_waited_too_long_for_its_turn_is_told_to_come_back_and_readers_do_not_wait(
    sqlite_url: str, clock: FakeClock
) -> None:
    async with open_engine(parse(sqlite_url)) as engine:
        store = SqlUnitOfWorkFactory(engine, turn_seconds=0)
        backend = LiveTripBackend(store, clock, SequentialIdentifiers(), darkroom(clock), version="1.0.0")
        async with store.writing():
            with pytest.raises(ServiceUnavailable) as caught:
                await backend.create_trip(AIKO, trip_draft())
            assert (await backend.list_trips(AIKO)).items == []

        assert caught.value.retry_after == 1
        assert (await backend.create_trip(AIKO, trip_draft())).version == 1


async def test_a_mistake_of_ours_is_not_passed_off_as_an_outage(tmp_path: Path) -> None:
    async with open_units_of_work(f"sqlite:///{tmp_path}/never-migrated.sqlite3") as store:
        with pytest.raises(DBAPIError, match="no such table"):
            async with store.writing() as work:
                await work.trips.add(trip())


async def test_what_people_wrote_is_not_in_the_message_of_a_failure(sqlite_url: str) -> None:
    async with open_units_of_work(sqlite_url) as store, store.writing() as work:
        await work.trips.add(trip())
        with pytest.raises(DBAPIError) as caught:
            await work.trips.add(trip())

    assert "Kyoto" not in str(caught.value)


async def test_a_server_that_is_restarted_is_read_at_once_and_written_at_the_second_attempt(
    postgresql_url: str, clock: FakeClock
) -> None:
    async with open_units_of_work(postgresql_url) as store:
        backend = LiveTripBackend(store, clock, SequentialIdentifiers(), darkroom(clock), version="1.0.0")
        await backend.get_health()
        await _end_all_sessions(postgresql_url)
        await backend.get_health()
        await _end_all_sessions(postgresql_url)

        with pytest.raises(ServiceUnavailable):
            await backend.create_trip(AIKO, trip_draft())
        assert (await backend.create_trip(AIKO, trip_draft())).version == 1


async def _end_all_sessions(postgresql_url: str) -> None:
    async with open_engine(parse(postgresql_url)) as engine, engine.connect() as connection:
        await connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def _open(url: str) -> None:
    async with open_backend(url, version="1.0.0", photos=NOWHERE) as backend:
        await backend.get_health()


async def _work(url: str) -> None:
    async with open_units_of_work(url) as store, store.reading() as work:
        await work.ping()


@pytest.mark.parametrize("use", [_open, _work, migrate, pending])
@pytest.mark.parametrize(
    "url",
    [
        NOBODY_LISTENS,
        "postgresql://diary:s3cret@nowhere.invalid/diary",
        "postgresql://diary:s3cret@127.0.0.1:s3cret/diary",
        "postgresql://diary:s3cret@[/diary",
        "mysql://diary:s3cret@127.0.0.1/diary",
        "s3cret",
    ],
)
async def test_a_password_is_in_no_message_no_traceback_and_no_log(
    use: object, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert callable(use)

    with pytest.raises((ServiceUnavailable, UnusableDatabaseUrl)) as caught:
        await asyncio.wait_for(use(url), 30)

    said = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    assert "s3cret" not in said


async def test_a_backend_and_what_it_is_made_of_show_no_password(clock: FakeClock) -> None:
    async with open_units_of_work(NOBODY_LISTENS) as store, open_engine(parse(NOBODY_LISTENS)) as engine:
        backend = LiveTripBackend(store, clock, SequentialIdentifiers(), darkroom(clock), version="1.0.0")

        assert "s3cret" not in f"{backend!r} {store!r} {engine!r} {engine.url!r} {parse(NOBODY_LISTENS)}"
