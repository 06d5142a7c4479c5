"""SQL that tells its trace, as SQLite and PostgreSQL see it."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import insert, text

from livetrip_adapters.direct import SqlComments
from livetrip_adapters.direct import open_backend as open_adapted
from livetrip_adapters.port import live_trip_port
from livetrip_bff import LiveTripBackend, LocalPhotos, open_backend
from livetrip_bff.database import SqlUnitOfWorkFactory, open_units_of_work, parse
from livetrip_bff.database.comments import comment_of, comment_statements
from livetrip_bff.database.engine import open_engine
from livetrip_bff.database.tables import trips
from switchover import AsgiTransport, Port, Recorder, calling
from switchover.context import CallContext, enter, leave
from switchover.telemetry import TraceContext
from unit.bff.samples import AIKO, trip, trip_draft

TRACE, SPAN = "7a5c1e0d93f84b26a1d05e7c48b3f962", "c81d4e2ea5f90b37"
UNSAMPLED = TraceContext(int(TRACE, 16), int(SPAN, 16), 2, "congo=1,nile=it's 2")
SAMPLED = UNSAMPLED._replace(flags=3)
TOLD = f"/*traceparent='00-{TRACE}-{SPAN}-03',tracestate='congo%3D1%2Cnile%3Dit%27s%202'*/"


@contextmanager
def at(trace: TraceContext) -> Iterator[None]:
    """A position, whatever its state."""
    token = enter(CallContext(trace))
    try:
        yield
    finally:
        leave(token)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that SQLite executes, as it tells them itself."""
    statements: list[str] = []
    connect = sqlite3.connect

    def traced(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **kwargs)
        connection.set_trace_callback(statements.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    return statements


async def statements_of(url: str, comments: SqlComments, trace: TraceContext | None, seen: list[str]) -> list[str]:
    async with open_units_of_work(url, sql_comments=comments) as store:
        with at(trace) if trace is not None else calling():
            async with store.writing() as work:
                await work.trips.add(trip())
            async with store.reading() as work:
                assert await work.trips.get(trip().id) == trip()
    return [statement for statement in seen if re.match("BEGIN|SELECT|INSERT", statement)]


@pytest.mark.parametrize("comments", [SqlComments.ALWAYS, SqlComments.SAMPLED])
async def test_sqlite_sees_the_trace_behind_every_statement_of_a_recorded_call(
    sqlite_url: str, comments: SqlComments, seen: list[str]
) -> None:
    found = await statements_of(sqlite_url, comments, SAMPLED, seen)
    assert [statement.split()[0] for statement in found] == ["BEGIN", "INSERT", "BEGIN", "SELECT"]
    assert all(statement.endswith(f" {TOLD}") for statement in found)


@pytest.mark.parametrize(
    ("comments", "trace"),
    [
        (SqlComments.ALWAYS, None), (SqlComments.SAMPLED, None), (SqlComments.SAMPLED, UNSAMPLED),
        (SqlComments.OFF, None), (SqlComments.OFF, UNSAMPLED), (SqlComments.OFF, SAMPLED),
    ],
)  # fmt: skip
async def test_sqlite_sees_statements_as_they_are_where_nothing_is_to_be_told(
    sqlite_url: str, comments: SqlComments, trace: TraceContext | None, seen: list[str]
) -> None:
    found = await statements_of(sqlite_url, comments, trace, seen)
    assert len(found) == 4
    assert not any("/*" in statement for statement in found)


async def test_always_is_for_calls_that_nobody_records_as_well(sqlite_url: str, seen: list[str]) -> None:
    found = await statements_of(sqlite_url, SqlComments.ALWAYS, UNSAMPLED, seen)
    assert all(statement.endswith(f" {TOLD.replace('-03', '-02')}") for statement in found)


async def test_recorded_calls_are_told_unless_something_else_is_asked_for(
    sqlite_url: str, tmp_path: Path, seen: list[str]
) -> None:
    photos = LocalPhotos(tmp_path / "photos", "http://photos.test")
    async with open_backend(sqlite_url, version="1.0.0", photos=photos) as backend:
        with at(SAMPLED):
            await backend.list_trips(AIKO)
        with at(UNSAMPLED):
            await backend.list_trips(AIKO)
    selects = [statement for statement in seen if statement.startswith("SELECT trips")]
    assert [statement.endswith(TOLD) for statement in selects] == [True, False]


# -- what is called through a port ------------------------------------------------------------------------------------


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    made = Recorder(spans=True)
    yield made
    made.close()


@pytest.fixture
async def backend(sqlite_url: str, recorder: Recorder) -> AsyncIterator[tuple[Port[Any], Any]]:
    port = live_trip_port(recorder)
    async with open_adapted(port, sqlite_url, sql_comments=SqlComments.SAMPLED) as opened:
        yield port, opened


@pytest.mark.parametrize("wiring", ["direct", "http"])
async def test_the_database_is_told_the_position_of_the_call_itself(
    backend: tuple[Port[Any], LiveTripBackend], recorder: Recorder, seen: list[str], wiring: str
) -> None:
    port, opened = backend
    positions: dict[str, TraceContext | None] = {}
    recorder.subscribe(
        lambda batch: positions.update({event.operation + event.wiring: event.position for event in batch})
    )
    async with AsyncExitStack() as stack:
        live_trip = port.direct(opened)
        if wiring == "http":
            transport = await stack.enter_async_context(AsgiTransport(port.serve(opened, trust="open")))
            live_trip = port.http(transport=transport, trust="open")
        with calling(trace=SAMPLED._replace(state="congo=1")):
            await live_trip.create_trip(AIKO, trip_draft())
            await live_trip.list_trips(AIKO)
    recorder.flush()
    side = "serve" if wiring == "http" else "direct"
    for operation, begins in (("createTrip", "INSERT INTO trips"), ("listTrips", "SELECT trips")):
        position = positions[operation + side]
        assert position is not None
        assert (position.trace_id, position.span_id != SPAN) == (TRACE, True)
        told = [statement for statement in seen if statement.startswith(begins)]
        assert len(told) == 1
        assert told[0].endswith(f"/*traceparent='{position.header}',tracestate='congo%3D1'*/")


# -- statements -------------------------------------------------------------------------------------------------------


async def test_a_statement_with_a_comment_of_its_own_is_not_touched(sqlite_url: str, seen: list[str]) -> None:
    async with open_engine(parse(sqlite_url)) as engine:
        comment_statements(engine, SqlComments.ALWAYS)
        async with engine.connect() as connection:
            with at(SAMPLED):
                for statement in ("SELECT 1 /* mine */", "SELECT 1 -- mine", "SELECT '/*'"):
                    await connection.execute(text(statement))
    assert [statement for statement in seen if statement.startswith("SELECT")] == [
        "SELECT 1 /* mine */", "SELECT 1 -- mine", "SELECT '/*'",
    ]  # fmt: skip


async def test_many_rows_in_one_statement_are_told_as_well(sqlite_url: str, seen: list[str]) -> None:
    async with open_engine(parse(sqlite_url)) as engine:
        comment_statements(engine, SqlComments.ALWAYS)
        async with engine.begin() as connection:
            with at(SAMPLED):
                rows = [{"id": trip(number).id, "owner": "aiko", "title": "?", "description": ":x %s $1", "version": 1,
                         "start_date": trip().start, "end_date": trip().end, "created_at": trip().created_at,
                         "updated_at": trip().updated_at} for number in (1, 2)]  # fmt: skip
                await connection.execute(insert(trips), rows)
        async with SqlUnitOfWorkFactory(engine).reading() as work:
            assert (await work.trips.get(trip(2).id)).description == ":x %s $1"
    inserted = [statement for statement in seen if statement.startswith("INSERT")]
    assert len(inserted) in (1, 2)
    assert all(statement.endswith(TOLD) for statement in inserted)


# -- whatever a position carries --------------------------------------------------------------------------------------

STATES = st.one_of(st.text(), st.text("*/'\\-;%=,? \n\x00"), st.binary().map(lambda data: data.decode("latin-1")))


@given(st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1), st.integers(0, 255), STATES)
@example(1, 1, 0, "*/; DROP TABLE kept; --")
@example(1, 1, 0, "'*/; DROP TABLE kept; /*'")
@example(1, 1, 0, "%2a%2f\\'*/")
@example(1, 1, 0, "\ud800*/")
@example(1, 1, 0, "?:x$1%s")
def test_nothing_that_a_position_carries_breaks_out_of_its_comment(
    trace: int, span: int, flags: int, state: str
) -> None:
    here = TraceContext(trace, span, flags, state)
    comment = comment_of(here)
    assert comment.count("*") == comment.count("/") == 2
    assert comment.count("'") == (4 if state else 2)
    assert re.fullmatch(r"/\*traceparent='[0-9a-f-]{55}'(,tracestate='[A-Za-z0-9_.~%-]+')?\*/", comment)
    if state:
        told = unquote(comment.partition("tracestate='")[2].removesuffix("'*/"))
        assert told == re.sub("[\ud800-\udfff]", "?", state)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE kept (value TEXT)")
        connection.execute(f"INSERT INTO kept VALUES (?) {comment}", ("a",))
        assert connection.execute(f"SELECT value, count(*) FROM kept WHERE value = ? {comment}", ("a",)).fetchall() == [
            ("a", 1)
        ]


# -- PostgreSQL -------------------------------------------------------------------------------------------------------

IN_FLIGHT = text(
    "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'"
)


async def in_flight(url: str) -> str:
    """The statement that waits for a lock, as another connection sees it."""
    async with (
        asyncio.timeout(10),
        open_engine(parse(url), isolation_level="AUTOCOMMIT") as engine,
        engine.connect() as connection,
    ):
        while not (found := (await connection.execute(IN_FLIGHT)).scalars().all()):
            pass
    query: str = found[0]
    return query


@pytest.mark.parametrize(("trace", "is_told"), [(SAMPLED, True), (UNSAMPLED, False)])
async def test_postgresql_shows_the_trace_of_a_statement_in_flight(
    postgresql_url: str, trace: TraceContext, is_told: bool
) -> None:
    async with open_units_of_work(postgresql_url) as store:
        async with store.writing() as work:
            await work.trips.add(trip())

        async def remove() -> None:
            with at(trace):
                async with store.writing() as work:
                    await work.trips.remove(trip().id)

        async with store.writing() as work:
            await work.trips.save(replace(trip(), title="Nara", version=2))
            late = asyncio.create_task(remove())
            query = await in_flight(postgresql_url)
        await late
    assert query.startswith("DELETE FROM trips")
    assert query.endswith(TOLD) == is_told
    assert ("/*" in query) == is_told


async def test_postgresql_reads_and_writes_the_same_with_every_state(postgresql_url: str) -> None:
    async with open_units_of_work(postgresql_url, sql_comments=SqlComments.ALWAYS) as store:
        for number, state in enumerate(
            ["", "a=1", "'; DROP TABLE trips; --", "*/ DELETE FROM trips /*", "$1 ? %s :x", "\\'"], 1
        ):
            with at(SAMPLED._replace(state=state)):
                async with store.writing() as work:
                    await work.trips.add(trip(number))
                async with store.reading() as work:
                    assert await work.trips.get(trip(number).id) == trip(number)


async def test_a_backend_over_a_file_that_is_made_for_it_tells_its_calls_as_well(
    tmp_path: Path, seen: list[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    photos = LocalPhotos(tmp_path / "photos", "http://photos.test")
    async with open_backend(url, version="1.0.0", photos=photos, sql_comments=SqlComments("always")) as made:
        seen.clear()
        with at(UNSAMPLED):
            await made.list_trips(AIKO)
    assert [statement.split()[0] for statement in seen if f"{TRACE}-{SPAN}-02" in statement] == ["BEGIN", "SELECT"]
