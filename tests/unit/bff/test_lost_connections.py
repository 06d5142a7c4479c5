"""PostgreSQL that ends connections, at any moment, or takes no writes: a read goes on, a write is 503 and repeats as one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from livetrip_bff import LiveTripBackend, migrate
from livetrip_bff.database import engine as engines
from livetrip_bff.database import open_units_of_work, parse
from livetrip_bff.database.faults import may_answer_elsewhere, unavailable
from livetrip_core.fakes import FakeClock, SequentialIdentifiers
from support.cutting import Wire, cutting
from support.photos import darkroom
from support.postgresql import RunningPostgresql, postgresql_server
from support.waiting import eventually
from switchover import calling
from switchover.errors import ServiceUnavailable
from unit.bff.samples import AIKO, trip_draft

SOCKET = ".s.PGSQL.5432"

POOLED = 5


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPostgresql]:
    """One of this module's own, whose socket is known and which may be disturbed."""
    with postgresql_server(tmp_path_factory.mktemp("postgresql")) as running:
        yield running


@pytest.fixture(scope="module")
def migrated(server: RunningPostgresql) -> str:
    """The name of a database that is up to date."""
    tell(server.dsn, "CREATE DATABASE migrated")
    asyncio.run(migrate(at(server, "migrated")))
    return "migrated"


@pytest.fixture
def url(server: RunningPostgresql, migrated: str) -> Iterator[str]:
    """A database that is up to date and empty."""
    name = f"diary_{uuid4().hex}"
    tell(server.dsn, f"CREATE DATABASE {name} TEMPLATE {migrated}")
    yield at(server, name)
    tell(server.dsn, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def wire(server: RunningPostgresql, tmp_path: Path) -> AsyncIterator[Wire]:
    async with cutting(server.folder / SOCKET, tmp_path / SOCKET) as made:
        yield made


@pytest.fixture
async def backend(url: str, server: RunningPostgresql, wire: Wire, tmp_path: Path) -> AsyncIterator[LiveTripBackend]:
    """A backend whose every connection leads over the wire."""
    async with backend_at(url.replace(str(server.folder), str(tmp_path))) as made:
        yield made


@asynccontextmanager
async def backend_at(url: str) -> AsyncIterator[LiveTripBackend]:
    async with open_units_of_work(url) as store:
        clock = FakeClock()
        yield LiveTripBackend(store, clock, SequentialIdentifiers(), darkroom(clock), version="1.0.0")


def at(server: RunningPostgresql, name: str) -> str:
    return server.url.replace("/postgres?", f"/{name}?")


def dsn(url: str) -> str:
    return url.replace("postgresql+asyncpg://", "postgresql://")


def tell(address: str, statement: str) -> None:
    with psycopg.connect(dsn(address), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(statement.encode())


def end_connections(url: str, which: str = "TRUE") -> None:
    """As an administrator does, or a failover."""
    tell(
        url,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        f" WHERE datname = current_database() AND pid <> pg_backend_pid() AND {which}",
    )


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Trips can neither be read nor written."""
    with psycopg.connect(dsn(url)) as connection:
        connection.execute("LOCK TABLE trips IN ACCESS EXCLUSIVE MODE")
        yield


async def until_somebody_waits(url: str) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with psycopg.connect(dsn(url), autocommit=True) as connection:
        await asyncio.to_thread(eventually, lambda: connection.execute(waiting).fetchone() != (0,))


async def fill_the_pool(backend: LiveTripBackend) -> None:
    await asyncio.gather(*(backend.list_trips(AIKO) for _ in range(POOLED)))


@pytest.mark.parametrize("after", [False, True], ids=["before a message", "when it is answered"])
async def test_a_write_whose_connection_is_cut_anywhere_is_unavailable_and_happens_once_when_it_is_repeated(
    backend: LiveTripBackend, wire: Wire, *, after: bool
) -> None:
    await backend.get_health()
    failures, message, is_cut = 0, 0, True
    while is_cut:
        message += 1
        with calling(idempotency_key=f"key-{message}"):
            wire.cut_at(message, after=after)
            try:
                await backend.create_trip(AIKO, trip_draft(title=f"trip {message}"))
                is_cut = wire.seen >= message
            except ServiceUnavailable as error:
                assert error.retry_after == 1
                failures += 1
            wire.cut_at(None)
            made = await backend.create_trip(AIKO, trip_draft(title=f"trip {message}"))
        assert made.title == f"trip {message}"

    assert failures == message - 1 >= 5  # BEGIN, at least three statements, and COMMIT
    titles = [trip.title for trip in (await backend.list_trips(AIKO, limit=100)).items]
    assert sorted(titles) == sorted(f"trip {number}" for number in range(1, message + 1))


@pytest.mark.parametrize("after", [False, True], ids=["before a message", "when it is answered"])
async def test_a_read_whose_connection_is_cut_anywhere_is_answered_on_a_second_one(
    backend: LiveTripBackend, wire: Wire, *, after: bool
) -> None:
    trip = await backend.create_trip(AIKO, trip_draft())
    message, is_cut = 0, True
    while is_cut:
        message += 1
        wire.cut_at(message, after=after)
        assert (await backend.get_trip(AIKO, trip.id)).title == "Kyoto"
        is_cut = wire.seen >= message
        wire.cut_at(None)
    assert message > 3


async def test_a_read_fails_when_its_second_connection_is_lost_as_well(backend: LiveTripBackend, wire: Wire) -> None:
    await backend.get_health()

    async def go_on_cutting() -> None:
        while True:
            wire.cut()
            await asyncio.sleep(0)

    cutter = asyncio.create_task(go_on_cutting())
    try:
        with pytest.raises(ServiceUnavailable):
            await backend.list_trips(AIKO)
    finally:
        cutter.cancel()
    assert (await backend.list_trips(AIKO)).items == []


async def test_stale_connections_of_the_pool_cost_reads_nothing(url: str) -> None:
    async with backend_at(url) as backend:
        await fill_the_pool(backend)
        end_connections(url)
        for _ in range(2 * POOLED):
            assert (await backend.list_trips(AIKO)).items == []
        await fill_the_pool(backend)
        end_connections(url)
        await backend.get_health()


async def test_a_connection_that_is_ended_in_the_middle_of_a_statement(url: str) -> None:
    async with backend_at(url) as backend:
        await backend.get_health()
        with calling(idempotency_key="k"):
            with locked(url):
                write = asyncio.create_task(backend.create_trip(AIKO, trip_draft()))
                await until_somebody_waits(url)
                end_connections(url, "wait_event_type = 'Lock'")
                with pytest.raises(ServiceUnavailable):
                    await write
            made = await backend.create_trip(AIKO, trip_draft())
        assert (await backend.list_trips(AIKO)).items == [made]


async def test_a_database_that_takes_no_writes_is_read_and_a_write_is_unavailable_until_it_does(url: str) -> None:
    async with backend_at(url) as backend:
        first = await backend.create_trip(AIKO, trip_draft())
        tell(url, f"ALTER DATABASE {parse(url).database} SET default_transaction_read_only = on")
        end_connections(url)
        await fill_the_pool(backend)
        with calling(idempotency_key="k"):
            for _ in range(2 * POOLED):
                with pytest.raises(ServiceUnavailable, match="takes no writes") as caught:
                    await backend.create_trip(AIKO, trip_draft(title="Nara"))
                assert caught.value.retry_after == 5
                assert (await backend.list_trips(AIKO)).items == [first]
            # Those that are pooled lead to a session that is still read-only, as they do to a demoted primary.
            tell(url, f"ALTER DATABASE {parse(url).database} RESET default_transaction_read_only")
            made = await written_at_last(backend)
            assert await backend.create_trip(AIKO, trip_draft(title="Nara")) == made
        assert {trip.title for trip in (await backend.list_trips(AIKO)).items} == {"Kyoto", "Nara"}
        await asyncio.gather(*(backend.create_trip(AIKO, trip_draft(title="Osaka")) for _ in range(POOLED)))


async def written_at_last(backend: LiveTripBackend) -> object:
    async with asyncio.timeout(10):
        while True:
            try:
                return await backend.create_trip(AIKO, trip_draft(title="Nara"))
            except ServiceUnavailable:
                await asyncio.sleep(0.05)


async def test_too_many_connections_are_an_outage_that_another_connection_would_not_end(
    url: str, server: RunningPostgresql
) -> None:
    role = f"role_{uuid4().hex}"
    tell(url, f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1")
    tell(url, f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {role}")
    theirs = url.replace("postgres@", f"{role}@")
    async with backend_at(theirs) as backend:
        with psycopg.connect(dsn(theirs)), pytest.raises(ServiceUnavailable):
            await backend.list_trips(AIKO)
        await asyncio.to_thread(eventually, lambda: is_gone(url, role))
        assert (await backend.list_trips(AIKO)).items == []
    tell(url, f"DROP OWNED BY {role}")
    tell(url, f"DROP ROLE {role}")


def is_gone(url: str, role: str) -> bool:
    with psycopg.connect(dsn(url)) as connection:
        connected = "SELECT count(*) FROM pg_stat_activity WHERE usename = %s"
        return connection.execute(connected, (role,)).fetchone() == (0,)


OUTAGES = {
    "connection failure": "08006",
    "connection does not exist": "08003",
    "idle in transaction": "25P03",
    "transaction timeout": "25P04",
    "serialization failure": "40001",
    "deadlock": "40P01",
    "disk full": "53100",
    "out of memory": "53200",
    "too many connections": "53300",
    "lock not available": "55P03",
    "statement timeout": "57014",
    "admin shutdown": "57P01",
    "crash": "57P02",
    "cannot connect now": "57P03",
    "read-only": "25006",
    "input or output error": "58030",
}

ELSEWHERE = {"08006", "08003", "25P03", "25P04", "40001", "40P01", "57P01", "57P02", "57P03"}


async def raised(url: str, state: str, *, is_reading: bool = False) -> None:
    """Have the server itself fail with a SQLSTATE."""
    async with engines.open_engine(parse(url)) as engine:
        used = engines.reading(engine) if is_reading else engines.writing(engine)
        with unavailable(is_reading=is_reading):
            async with used.begin() as connection:
                await connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$")


@pytest.mark.parametrize("state", OUTAGES.values(), ids=OUTAGES)
async def test_what_postgresql_says_of_an_outage_is_one(server: RunningPostgresql, state: str) -> None:
    with pytest.raises(ServiceUnavailable) as caught:
        await raised(server.url, state)
    assert may_answer_elsewhere(caught.value) is (state in ELSEWHERE)


@pytest.mark.parametrize("state", ["22003", "23505", "42P01", "42501", "P0001", "XX001"])
async def test_any_other_failure_is_none(server: RunningPostgresql, state: str) -> None:
    with pytest.raises(DBAPIError):
        await raised(server.url, state)


async def test_that_a_read_may_not_write_is_a_mistake_of_ours_and_no_outage(server: RunningPostgresql) -> None:
    with pytest.raises(DBAPIError):
        await raised(server.url, "25006", is_reading=True)
