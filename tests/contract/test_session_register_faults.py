"""A register that can be read and not written: who is in stays in, by the rules; who was signed out stays out; nobody comes in."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from livetrip_web.registers.opening import opened_register
from livetrip_web.registers.postgresql import PostgresqlDatabase
from livetrip_web.registers.register import SEEN_SECONDS, Entry, Limits
from livetrip_web.registers.sql import SqlSessionRegister
from livetrip_web.registers.sqlite import SqliteDatabase
from livetrip_web.registers.unwritten import AGAIN_SECONDS, LOG_SECONDS, Unwritten
from support.clock import OwnedClock
from support.disks import SmallDisk, can_mount, no_more_bytes, small_disk
from support.postgresql import RunningPostgresql, postgresql_server
from support.waiting import eventually
from switchover.errors import ServiceUnavailable

LIMITS = Limits(idle_seconds=1800, per_person=3, capacity=50)
TABLE = "livetrip_web_sessions"


@dataclass(frozen=True)
class Store:
    """Where a register is kept, and how it stops taking writes while it is in use."""

    address: str
    unwritable: Callable[[], AbstractContextManager[None]]

    def age(self, seconds: int) -> None:
        """Let time pass by its clock, which cannot be moved: what it keeps is made older."""
        self.execute(f"UPDATE {TABLE} SET ends = ends - {seconds}, seen = seen - {seconds}")

    def execute(self, statement: str) -> None:
        """As its administrator, or another process, where there is room."""
        if self.address.startswith("sqlite"):
            with closing(sqlite3.connect(self.address.removeprefix("sqlite:///"), isolation_level=None)) as file:
                file.execute(statement)
        else:
            with psycopg.connect(self.address, autocommit=True) as server:
                server.execute("SET default_transaction_read_only = off")
                server.execute(statement.encode())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPostgresql]:
    with postgresql_server(tmp_path_factory.mktemp("postgresql")) as running:
        yield running


def full_for_this_process(folder: Path) -> Store:
    return Store(f"sqlite:///{folder / 'sessions.sqlite3'}", no_more_bytes)


def locked_by_another_process(folder: Path) -> Store:
    path = folder / "sessions.sqlite3"

    @contextmanager
    def locked() -> Iterator[None]:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    return Store(f"sqlite:///{path}", locked)


def read_only_server(server: RunningPostgresql) -> Store:
    name = f"r{uuid4().hex}"
    address = server.dsn.replace("/postgres?", f"/{name}?")

    def tell(statement: str) -> None:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute(statement.encode())

    def end_connections() -> None:
        tell(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'")

    @contextmanager
    def read_only() -> Iterator[None]:
        tell(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        end_connections()
        yield
        tell(f"ALTER DATABASE {name} RESET default_transaction_read_only")

    tell(f"CREATE DATABASE {name}")
    return Store(address, read_only)


KINDS = ["full", "locked", "postgresql", *(["disk"] if can_mount() else [])]


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "full":
        yield full_for_this_process(tmp_path)
    elif request.param == "locked":
        yield locked_by_another_process(tmp_path)
    elif request.param == "postgresql":
        yield read_only_server(request.getfixturevalue("server"))
    else:
        with small_disk(tmp_path / "disk") as disk:
            yield Store(f"sqlite:///{disk.folder / 'sessions.sqlite3'}", disk.full)


def entry(mark: str, person: str = "aiko") -> Entry:
    return Entry(mark, person, 36_000)


async def test_reading_goes_on_when_a_use_cannot_be_noted(store: Store) -> None:
    async with opened_register(store.address, LIMITS) as register:
        for number in range(5):
            await register.begin(entry(f"mark-{number}", f"person-{number}"))
        store.age(SEEN_SECONDS)
        with store.unwritable():
            for _ in range(3):
                assert [await register.is_on(f"mark-{number}") for number in range(5)] == [True] * 5
            assert await register.count("person-0") == 1
            assert not await register.is_on("nobody's")


async def test_what_was_ended_before_stays_so_and_what_is_ended_now_is_a_failure_and_over_here(store: Store) -> None:
    async with opened_register(store.address, LIMITS) as register:
        for mark, person in (("before", "aiko"), ("now", "aiko"), ("one", "ben"), ("two", "ben"), ("on", "chie")):
            await register.begin(entry(mark, person))
        await register.end("before")
        store.age(SEEN_SECONDS)
        with store.unwritable():
            with pytest.raises(ServiceUnavailable):
                await register.end("now")
            with pytest.raises(ServiceUnavailable):
                await register.end_all("ben")
            marks = ("before", "now", "one", "two", "on")
            assert [await register.is_on(mark) for mark in marks] == [False, False, False, False, True]
        await register.begin(entry("again", "ben"))
    async with opened_register(store.address, LIMITS) as other:
        assert [await other.is_on(mark) for mark in (*marks, "again")] == [False, False, False, False, True, True]


async def test_nobody_comes_in_until_it_can_be_written_again(store: Store) -> None:
    async with opened_register(store.address, LIMITS) as register:
        await register.begin(entry("one"))
        with store.unwritable(), pytest.raises(ServiceUnavailable):
            await register.begin(entry("two"))
        await register.begin(entry("three"))
        assert [await register.is_on(mark) for mark in ("one", "three")] == [True, True]


async def test_a_session_that_is_used_meanwhile_does_not_rest_and_one_that_is_not_does(store: Store) -> None:
    async with opened_register(store.address, LIMITS) as register:
        await register.begin(entry("used", "aiko"))
        await register.begin(entry("unused", "ben"))
        store.age(1000)
        with store.unwritable():
            assert await register.is_on("used")
        store.age(1000)  # what could not be written is younger than all that is
        assert await register.is_on("used")
        assert not await register.is_on("unused")
        await register.begin(entry("new", "chie"))
        assert await register.is_on("used")
    async with opened_register(store.address, LIMITS) as other:
        assert await other.is_on("used")


async def test_a_session_ends_in_time_all_the_same(store: Store) -> None:
    async with opened_register(store.address, LIMITS) as register:
        await register.begin(entry("one"))
        store.execute(f"UPDATE {TABLE} SET seen = seen - 100, ends = ends - 35999")
        with store.unwritable():
            assert await register.is_on("one") in (True, False)  # a second may have passed
        store.execute(f"UPDATE {TABLE} SET ends = ends - 1")
        assert not await register.is_on("one")


async def test_it_is_logged_once_and_what_is_written_at_last_is_not_tried_at_each_look(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "livetrip.web")
    async with opened_register(store.address, LIMITS) as register:
        for number in range(5):
            await register.begin(entry(f"mark-{number}", f"person-{number}"))
        store.age(SEEN_SECONDS)
        with store.unwritable():
            for _ in range(10):
                for number in range(5):
                    assert await register.is_on(f"mark-{number}")
    said = [record.getMessage() for record in caplog.records if "cannot be written" in record.getMessage()]
    assert len(said) == 1


class Failing:
    """A connection that takes nothing. `tried`: how often something was to be written."""

    def __init__(self) -> None:
        self.tried = 0

    def execute(self, statement: str, values: object = (), /) -> sqlite3.Cursor:
        """Fail."""
        self.tried += 1
        raise sqlite3.OperationalError(statement)

    def close(self) -> None:
        """Nothing is open."""


def test_attempts_and_log_lines_have_a_bounded_rate(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "livetrip.web")
    clock, connection = OwnedClock(), Failing()
    unwritten = Unwritten((sqlite3.Error,), str, clock)
    for second in range(600):
        unwritten.see(f"mark-{second % 7}", second)
        unwritten.has_failed(connection)
        clock.passes(1)
    assert connection.tried == 600 / AGAIN_SECONDS
    assert len(caplog.records) == 600 / LOG_SECONDS


@pytest.mark.skipif(not can_mount(), reason="mounts a file system, which takes root")
async def test_a_register_on_a_disk_that_is_read_only_from_the_start_is_read(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        await read_from_the_start(disk)


async def read_from_the_start(disk: SmallDisk) -> None:
    where = f"sqlite:///{disk.folder / 'sessions.sqlite3'}"
    store = Store(where, disk.read_only)
    async with opened_register(where, LIMITS) as register:
        await register.begin(entry("one"))
    store.age(SEEN_SECONDS)
    with disk.read_only():
        async with opened_register(where, LIMITS) as register:
            assert await register.is_on("one")
            with pytest.raises(ServiceUnavailable):
                await register.begin(entry("two"))
            with pytest.raises(ServiceUnavailable):
                await register.end("one")
            assert not await register.is_on("one")


async def test_a_connection_that_leads_to_a_standby_is_left(server: RunningPostgresql) -> None:
    """After a failover the address leads elsewhere; what is ended there has to be seen here."""
    store = read_only_server(server)
    register = SqlSessionRegister(PostgresqlDatabase(store.address), LIMITS)
    await register.begin(entry("one"))
    store.age(SEEN_SECONDS)
    with store.unwritable():
        assert await register.is_on("one")
        name = store.address.partition("?")[0].rpartition("/")[2]
        await asyncio.to_thread(eventually, lambda: connections_to(server, name) == 0)
    await register.close()


def connections_to(server: RunningPostgresql, name: str) -> object:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        found = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", (name,)).fetchone()
    return found[0] if found else None


def test_a_file_with_any_name_is_found(tmp_path: Path) -> None:
    for name in ("a b?c#d%20.sqlite3", "日記.sqlite3"):
        SqliteDatabase(tmp_path / name).connect().close()
        assert (tmp_path / name).exists()
