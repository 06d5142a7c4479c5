"""Bringing a database up to date."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from livetrip_bff import LocalPhotos, MigrationsPending, migrate, open_backend, pending
from livetrip_bff.database import open_units_of_work, parse
from livetrip_bff.database.engine import open_engine, writing
from livetrip_bff.database.tables import metadata
from unit.bff.samples import trip

ALL = ("0001", "0002")


async def test_a_new_database_is_behind_by_every_revision_until_it_is_migrated(fresh_url: str) -> None:
    assert await pending(fresh_url) == ALL

    await migrate(fresh_url)

    assert await pending(fresh_url) == ()


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    async with open_units_of_work(database_url) as store, store.writing() as work:
        await work.trips.add(trip())

    await migrate(database_url)

    async with open_units_of_work(database_url) as store, store.reading() as work:
        assert await work.trips.get(trip().id) == trip()


async def test_the_migrations_lead_to_what_the_tables_say(database_url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with open_engine(parse(database_url)) as engine, engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_tasks_that_migrate_at_once_do_it_once(fresh_url: str) -> None:
    await asyncio.gather(*(migrate(fresh_url) for _ in range(4)))

    assert await pending(fresh_url) == ()


async def test_processes_that_migrate_at_once_do_it_once(fresh_url: str) -> None:
    program = "import asyncio, sys; from livetrip_bff import migrate; asyncio.run(migrate(sys.argv[1]))"
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-W", "error", "-c", program, fresh_url, stderr=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]

    ends = await asyncio.gather(*(process.communicate() for process in processes))

    assert [(process.returncode, end[1]) for process, end in zip(processes, ends, strict=True)] == [(0, b"")] * 3
    assert await pending(fresh_url) == ()


async def test_a_sqlite_file_keeps_a_write_ahead_log(sqlite_url: str) -> None:
    async with open_engine(parse(sqlite_url)) as engine, engine.connect() as connection:
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"


async def test_a_failed_migration_leaves_nothing_behind(fresh_url: str) -> None:
    async with open_engine(parse(fresh_url)) as engine, writing(engine).begin() as connection:
        await connection.execute(text("CREATE TABLE idempotency_keys (id INTEGER)"))

    with pytest.raises(Exception, match="idempotency_keys"):
        await migrate(fresh_url)

    async with open_engine(parse(fresh_url)) as engine, writing(engine).begin() as connection:
        await connection.execute(text("DROP TABLE idempotency_keys"))
    await migrate(fresh_url)
    assert await pending(fresh_url) == ()


async def test_a_database_that_a_newer_release_migrated_has_nothing_pending(database_url: str) -> None:
    async with open_engine(parse(database_url)) as engine, writing(engine).begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    await migrate(database_url)

    assert await pending(database_url) == ()


async def test_opening_a_sqlite_file_brings_it_up_to_date(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/diary.sqlite3"

    async with open_backend(
        url, version="1.0.0", photos=LocalPhotos(tmp_path / "photos", "http://photos.test")
    ) as backend:
        assert (await backend.get_health()).version == "1.0.0"

    assert await pending(url) == ()


async def test_opening_another_database_that_is_behind_says_what_to_do(
    fresh_postgresql_url: str, tmp_path: Path
) -> None:
    with pytest.raises(MigrationsPending, match="livetrip migrate") as caught:
        async with open_backend(
            fresh_postgresql_url, version="1.0.0", photos=LocalPhotos(tmp_path / "photos", "http://photos.test")
        ):
            raise AssertionError("it opened")

    assert caught.value.revisions == ALL
    assert await pending(fresh_postgresql_url) == ALL
