"""Every register of sessions keeps the same promises; those that are shared keep them across processes."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
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
from support.postgresql import RunningPostgresql, postgresql_server
from switchover.errors import ServiceUnavailable

NOW = 1_800_000_000
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


@asynccontextmanager
async def opened(kind: str, address: Address) -> AsyncIterator[SessionRegister]:
    if kind == "memory":
        yield InMemorySessionRegister(LIMITS)
    else:
        async with opened_register(address(kind), LIMITS) as register:
            yield register


@pytest.fixture(params=["memory", *SHARED])
async def register(request: pytest.FixtureRequest, address: Address) -> AsyncIterator[SessionRegister]:
    async with opened(request.param, address) as made:
        yield made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def entry(mark: str, person: str = "aiko", since: int = NOW) -> Entry:
    return Entry(mark, person, since, since + 3600)


async def test_what_began_is_on_until_it_is_ended(register: SessionRegister) -> None:
    await register.begin(entry("one"))
    await register.begin(entry("two"))
    assert [await register.is_on(mark, NOW) for mark in ("one", "two", "three")] == [True, True, False]
    await register.end("one")
    await register.end("one")
    assert [await register.is_on(mark, NOW) for mark in ("one", "two")] == [False, True]


async def test_all_of_a_person_are_ended_at_once_and_nobody_else_s(register: SessionRegister) -> None:
    for mark, person in (("one", "aiko"), ("two", "aiko"), ("three", "ben")):
        await register.begin(entry(mark, person))
    assert (await register.count("aiko", NOW), await register.count("ben", NOW)) == (2, 1)
    await register.end_all("aiko")
    assert [await register.is_on(mark, NOW) for mark in ("one", "two", "three")] == [False, False, True]
    assert await register.count("aiko", NOW) == 0


async def test_it_is_over_when_it_has_to_be_however_much_it_is_used(register: SessionRegister) -> None:
    await register.begin(entry("one"))
    for passed in range(0, 3600, 900):
        assert await register.is_on("one", NOW + passed)
    assert not await register.is_on("one", NOW + 3600)
    assert await register.count("aiko", NOW + 3600) == 0


async def test_it_is_over_when_nobody_used_it_for_long(register: SessionRegister) -> None:
    await register.begin(entry("one"))
    assert await register.is_on("one", NOW + 1799)
    assert await register.is_on("one", NOW + 1799 + 1799)
    await register.begin(entry("two"))
    assert not await register.is_on("two", NOW + 1800)
    assert await register.count("aiko", NOW + 1800) == 1


async def test_a_use_is_not_written_down_each_time(register: SessionRegister) -> None:
    await register.begin(entry("one"))
    assert await register.is_on("one", NOW + SEEN_SECONDS - 1)
    assert not await register.is_on("one", NOW + 1800)


async def test_a_person_has_so_many_and_the_one_that_rested_longest_goes(register: SessionRegister) -> None:
    for number, mark in enumerate(("one", "two", "three")):
        await register.begin(entry(mark, since=NOW + number))
    assert await register.is_on("one", NOW + 100)
    await register.begin(entry("four", since=NOW + 101))
    assert [await register.is_on(mark, NOW + 102) for mark in ("one", "two", "three", "four")] == [
        True, False, True, True,
    ]  # fmt: skip


async def test_when_it_is_full_nobody_is_put_out_and_what_is_over_makes_room(register: SessionRegister) -> None:
    for number in range(5):
        await register.begin(entry(f"mark-{number}", f"person-{number}"))
    with pytest.raises(ServiceUnavailable):
        await register.begin(entry("late", "late"))
    assert [await register.is_on(f"mark-{number}", NOW) for number in range(5)] == [True] * 5
    await register.begin(entry("later", "late", since=NOW + 3600))
    assert await register.is_on("later", NOW + 3600)


@pytest.mark.parametrize("kind", SHARED)
async def test_what_one_process_ends_is_over_for_the_other(kind: str, address: Address) -> None:
    where = address(kind)
    async with opened_register(where, LIMITS) as here, opened_register(where, LIMITS) as there:
        await here.begin(entry("one"))
        assert await there.is_on("one", NOW)
        await there.end("one")
        assert not await here.is_on("one", NOW)
    async with opened_register(where, LIMITS) as again:
        await again.begin(entry("two"))
    async with opened_register(where, LIMITS) as again:
        assert await again.is_on("two", NOW)


@pytest.mark.parametrize("kind", SHARED)
async def test_many_open_it_and_write_at_the_same_time(kind: str, address: Address) -> None:
    where, limits = address(kind), Limits(idle_seconds=1800)

    async def one(number: int) -> bool:
        async with opened_register(where, limits) as register:
            await register.begin(entry(f"mark-{number}"))
            return await register.is_on(f"mark-{number}", NOW + 120)

    assert await asyncio.gather(*map(one, range(12))) == [True] * 12


async def test_the_file_is_its_owner_s_alone_and_what_is_over_leaves_it(address: Address) -> None:
    where = address("sqlite")
    path = Path(where.removeprefix("sqlite:///"))
    async with opened_register(where, LIMITS) as register:
        await register.begin(entry("one"))
        await register.begin(entry("two", since=NOW + 3600))
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
            await register.is_on("one", NOW)
        other.execute("ROLLBACK")
        other.close()
        assert await register.is_on("one", NOW)


async def test_a_server_that_is_gone_answers_nobody_and_one_that_came_back_everybody(
    server: RunningPostgresql, address: Address
) -> None:
    async with opened_register(address("postgresql"), LIMITS) as register:
        await register.begin(entry("one"))
        server.stop()
        try:
            with pytest.raises(ServiceUnavailable):
                await register.is_on("one", NOW)
        finally:
            server.start()
        assert await register.is_on("one", NOW)


async def test_a_connection_that_was_cut_is_made_again_unnoticed(server: RunningPostgresql, address: Address) -> None:
    where = address("postgresql")
    async with opened_register(where, LIMITS) as register:
        await register.begin(entry("one"))
        with psycopg.connect(where, autocommit=True) as other:
            other.execute("""
                SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                WHERE pid <> pg_backend_pid() AND datname = current_database()
            """)
        assert await register.is_on("one", NOW)


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
    assert await register.is_on("one", NOW)
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
