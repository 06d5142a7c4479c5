"""Every register of sessions keeps the same promises; those that are shared keep them across processes."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from livetrip_adapters import SettingsError
from livetrip_web.registers.in_memory import InMemorySessionRegister
from livetrip_web.registers.opening import opened_register, require_address
from livetrip_web.registers.postgresql import PostgresqlDatabase
from livetrip_web.registers.register import SEEN_SECONDS, Entry, Limits, SessionRegister
from livetrip_web.registers.sql import SqlSessionRegister
from support.clock import OwnedClock
from support.postgresql import RunningPostgresql, postgresql_server
from switchover.errors import ServiceUnavailable

LIMITS = Limits(idle_seconds=1800, per_person=3, capacity=5)
SHARED = ["sqlite", "postgresql"]

Address = Callable[[str], str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPostgresql]:
    with postgresql_server(tmp_path_factory.mktemp("postgresql")) as running:
        yield running


@pytest.fixture
def address(tmp_path: Path, request: pytest.FixtureRequest) -> Address:
    """Of an empty register of a kind."""

    def made(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / 'below' / 'sessions.sqlite3'}"
        server: RunningPostgresql = request.getfixturevalue("server")
        name = f"r{uuid4().hex}"
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return server.dsn.replace("/postgres?", f"/{name}?")

    return made


@dataclass(frozen=True)
class Aged:
    """A register, and a way to let time pass by its clock."""

    register: SessionRegister
    passes: Callable[[int], None]


@asynccontextmanager
async def opened(kind: str, address: Address) -> AsyncIterator[Aged]:
    if kind == "memory":
        clock = OwnedClock()
        yield Aged(InMemorySessionRegister(LIMITS, clock), clock.passes)
    else:
        where = address(kind)
        async with opened_register(where, LIMITS) as register:
            yield Aged(register, lambda seconds: age(where, seconds))


def told(where: str, statement: str, *values: int) -> list[tuple[object, ...]]:
    """Ask the database of a register."""
    if where.startswith("sqlite"):
        with closing(sqlite3.connect(where.removeprefix("sqlite:///"), isolation_level=None)) as file:
            return file.execute(statement, values).fetchall()
    with psycopg.connect(where, autocommit=True) as server:
        cursor = server.execute(statement.replace("?", "%s").encode(), values)
        return cursor.fetchall() if cursor.description else []


def age(where: str, seconds: int) -> None:
    """Its clock cannot be moved, so what it keeps is made older."""
    told(where, "UPDATE livetrip_web_sessions SET ends = ends - ?, seen = seen - ?", seconds, seconds)


@pytest.fixture(params=["memory", *SHARED])
async def aged(request: pytest.FixtureRequest, address: Address) -> AsyncIterator[Aged]:
    async with opened(request.param, address) as made:
        yield made


@pytest.fixture
def register(aged: Aged) -> SessionRegister:
    return aged.register


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def entry(mark: str, person: str = "aiko", seconds: int = 3600) -> Entry:
    return Entry(mark, person, seconds)


async def are_on(register: SessionRegister, *marks: str) -> list[bool]:
    return [await register.is_on(mark) for mark in marks]


async def test_what_began_is_on_until_it_is_ended(register: SessionRegister) -> None:
    await register.begin(entry("one"))
    await register.begin(entry("two"))
    assert [await register.is_on(mark) for mark in ("one", "two", "three")] == [True, True, False]
    await register.end("one")
    await register.end("one")
    assert [await register.is_on(mark) for mark in ("one", "two")] == [False, True]


async def test_all_of_a_person_are_ended_at_once_and_nobody_else_s(register: SessionRegister) -> None:
    for mark, person in (("one", "aiko"), ("two", "aiko"), ("three", "ben")):
        await register.begin(entry(mark, person))
    assert (await register.count("aiko"), await register.count("ben")) == (2, 1)
    await register.end_all("aiko")
    assert [await register.is_on(mark) for mark in ("one", "two", "three")] == [False, False, True]
    assert await register.count("aiko") == 0


async def test_it_is_over_when_it_has_to_be_however_much_it_is_used(aged: Aged) -> None:
    await aged.register.begin(entry("one"))
    for _ in range(4):
        assert await aged.register.is_on("one")
        aged.passes(900)
    assert not await aged.register.is_on("one")
    assert await aged.register.count("aiko") == 0


async def test_it_is_over_when_nobody_used_it_for_long(aged: Aged) -> None:
    await aged.register.begin(entry("one"))
    for _ in range(2):
        aged.passes(1780)
        assert await aged.register.is_on("one")
    await aged.register.begin(entry("two"))
    aged.passes(1800)
    assert not await aged.register.is_on("two")
    assert await aged.register.count("aiko") == 0


async def test_a_use_is_not_written_down_each_time(aged: Aged) -> None:
    await aged.register.begin(entry("one"))
    aged.passes(SEEN_SECONDS - 10)
    assert await aged.register.is_on("one")
    aged.passes(1800 - SEEN_SECONDS + 10)
    assert not await aged.register.is_on("one")


async def test_a_person_has_so_many_and_the_one_that_rested_longest_goes(aged: Aged) -> None:
    for mark in ("one", "two", "three"):
        await aged.register.begin(entry(mark))
        aged.passes(1)
    aged.passes(100)
    assert await aged.register.is_on("one")
    await aged.register.begin(entry("four"))
    assert await are_on(aged.register, "one", "two", "three", "four") == [True, False, True, True]


async def test_the_time_is_that_of_the_register(register: SessionRegister) -> None:
    first = await register.now()
    assert first <= await register.now() < first + 60


async def test_when_it_is_full_nobody_is_put_out_and_what_is_over_makes_room(aged: Aged) -> None:
    register = aged.register
    for number in range(5):
        await register.begin(entry(f"mark-{number}", f"person-{number}"))
    with pytest.raises(ServiceUnavailable):
        await register.begin(entry("late", "late"))
    assert [await register.is_on(f"mark-{number}") for number in range(5)] == [True] * 5
    aged.passes(3600)
    await register.begin(entry("later", "late"))
    assert await register.is_on("later")


@pytest.mark.parametrize("kind", SHARED)
async def test_what_one_process_ends_is_over_for_the_other(kind: str, address: Address) -> None:
    where = address(kind)
    async with opened_register(where, LIMITS) as here, opened_register(where, LIMITS) as there:
        await here.begin(entry("one"))
        assert await there.is_on("one")
        await there.end("one")
        assert not await here.is_on("one")
    async with opened_register(where, LIMITS) as again:
        await again.begin(entry("two"))
    async with opened_register(where, LIMITS) as again:
        assert await again.is_on("two")


@pytest.mark.parametrize("kind", SHARED)
async def test_many_open_it_and_write_at_the_same_time(kind: str, address: Address) -> None:
    where, limits = address(kind), Limits(idle_seconds=1800)

    async def one(number: int) -> bool:
        async with opened_register(where, limits) as register:
            await register.begin(entry(f"mark-{number}"))
            return await register.is_on(f"mark-{number}")

    assert await asyncio.gather(*map(one, range(12))) == [True] * 12


async def test_the_file_is_its_owner_s_alone_and_what_is_over_leaves_it(address: Address) -> None:
    where = address("sqlite")
    path = Path(where.removeprefix("sqlite:///"))
    async with opened_register(where, LIMITS) as register:
        await register.begin(entry("one"))
        age(where, 3600)
        await register.begin(entry("two"))
        assert mode(path) == 0o600
        with sqlite3.connect(path) as connection:
            assert connection.execute("SELECT mark FROM livetrip_web_sessions").fetchall() == [("two",)]
        connection.close()


async def test_a_file_that_cannot_be_asked_answers_nobody_and_then_again(address: Address) -> None:
    where = address("sqlite")
    path = Path(where.removeprefix("sqlite:///"))
    async with opened_register(where, LIMITS) as register:
        await register.begin(entry("one"))
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ServiceUnavailable):
            await register.is_on("one")
        other.execute("ROLLBACK")
        other.close()
        assert await register.is_on("one")


async def test_a_server_that_is_gone_answers_nobody_and_one_that_came_back_everybody(
    server: RunningPostgresql, address: Address
) -> None:
    async with opened_register(address("postgresql"), LIMITS) as register:
        await register.begin(entry("one"))
        server.stop()
        try:
            with pytest.raises(ServiceUnavailable):
                await register.is_on("one")
        finally:
            server.start()
        assert await register.is_on("one")


async def test_a_connection_that_was_cut_is_made_again_unnoticed(server: RunningPostgresql, address: Address) -> None:
    where = address("postgresql")
    async with opened_register(where, LIMITS) as register:
        await register.begin(entry("one"))
        with psycopg.connect(where, autocommit=True) as other:
            other.execute("""
                SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                WHERE pid <> pg_backend_pid() AND datname = current_database()
            """)
        assert await register.is_on("one")


async def test_a_role_that_may_make_no_tables_uses_those_that_are_there(
    server: RunningPostgresql, address: Address
) -> None:
    where = address("postgresql")
    async with opened_register(where, LIMITS):
        pass
    role = f"role{os.getpid()}"
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN".encode())
        connection.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON livetrip_web_sessions TO {role}".encode())
    register = SqlSessionRegister(PostgresqlDatabase(where.replace("postgres@", f"{role}@")), LIMITS)
    await register.begin(entry("one"))
    assert await register.is_on("one")
    await register.close()


@pytest.mark.parametrize(
    "wrong", ["", "sqlite://", "sqlite:///", "sqlite:///a\0b", "file:x", "mysql://u:hunter2@h/d", "/tmp/x"]
)
def test_an_address_that_is_none_is_refused_and_not_repeated(wrong: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///FILE") as caught:
        require_address(wrong)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong", ["sqlite:////proc/nowhere/x", "postgresql://u:hunter2@127.0.0.1:1/d", "postgresql://%"]
)
async def test_one_that_does_not_answer_at_the_start_is_a_setting_that_is_wrong(
    wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(SettingsError, match="LIVETRIP_WEB_SESSIONS") as caught:
        async with opened_register(wrong, LIMITS):
            pass
    assert "hunter2" not in f"{caught.value} {caplog.text}"
