"""Transactions of a database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import func, select, text, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from livetrip_bff.database import engine as engines
from livetrip_bff.database.comments import SqlComments, comment_statements
from livetrip_bff.database.entries import SqlEntryRepository
from livetrip_bff.database.faults import unavailable
from livetrip_bff.database.photos import SqlPhotoRepository
from livetrip_bff.database.requests import SqlIdempotencyStore
from livetrip_bff.database.trips import SqlTripRepository
from livetrip_bff.database.types import Instant
from livetrip_bff.database.url import is_sqlite, parse

_NOW: Final = select(type_coerce(func.now(), Instant()))


class SqlUnitOfWork:
    """A `UnitOfWork` that is one transaction of a database."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.trips = SqlTripRepository(connection)
        self.entries = SqlEntryRepository(connection)
        self.photos = SqlPhotoRepository(connection)
        self.requests = SqlIdempotencyStore(connection)

    async def ping(self) -> None:
        """Have the database answer something trivial."""
        await self._connection.execute(text("SELECT 1"))

    async def now(self) -> datetime:
        """Return the time by the clock of the server, at the start of the transaction.

        A SQLite file is used by the processes of one machine, whose clock it is.
        """
        if self._connection.dialect.name != "postgresql":
            return datetime.now(UTC)
        return (await self._connection.execute(_NOW)).scalar_one()


class SqlUnitOfWorkFactory:
    """A `UnitOfWorkFactory` over an engine.

    Whatever is done in a unit of work, and leaving it, raises ServiceUnavailable where the database does not answer.

    Arguments:
        engine: of the database.
        turn_seconds: how long a writer waits for the writers before it, where the database has one at a time.
    """

    def __init__(self, engine: AsyncEngine, *, turn_seconds: float = engines.BUSY_SECONDS) -> None:
        self._reading = engines.reading(engine)
        self._writing = engines.writing(engine)
        self._turn: AbstractAsyncContextManager[Any] = _Turns(turn_seconds) if is_sqlite(engine.url) else nullcontext()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqlUnitOfWork]:
        """A unit of work that only reads."""
        with unavailable(is_reading=True):
            # There is nothing to commit, and closing is one way to the database shorter.
            async with self._reading.connect() as connection:
                yield SqlUnitOfWork(connection)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[SqlUnitOfWork]:
        """A unit of work that may write."""
        with unavailable():
            async with self._turn, self._writing.begin() as connection:
                yield SqlUnitOfWork(connection)


@asynccontextmanager
async def open_units_of_work(
    database_url: str, *, sql_comments: SqlComments = SqlComments.SAMPLED
) -> AsyncIterator[SqlUnitOfWorkFactory]:
    """Units of work over a database, whose connections are closed at the end.

    Arguments:
        database_url: see `parse`.
        sql_comments: which statements tell their trace.

    Raises:
        UnusableDatabaseUrl: the URL names no database that can be used.
    """
    url = parse(database_url)
    async with engines.open_engine(
        url,
        pool_timeout=engines.POOL_SECONDS,
        pool_recycle=engines.RECYCLE_SECONDS,
        # Every unit of work ends its own transaction; making sure of it is one more way to the database.
        pool_reset_on_return=None,
    ) as engine:
        comment_statements(engine, sql_comments)
        yield SqlUnitOfWorkFactory(engine)


class _Turns:
    """One writer at a time, first come, first served.

    SQLite has one writer anyway, but those who wait for it poll: whoever comes at the right moment is next, and
    the others sleep on.
    """

    def __init__(self, seconds: float) -> None:
        self._lock = asyncio.Lock()
        self._seconds = seconds

    async def __aenter__(self) -> None:
        async with asyncio.timeout(self._seconds):
            await self._lock.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()
