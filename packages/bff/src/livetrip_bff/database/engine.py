"""Engines, made to mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import URL, Connection, ExceptionContext, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from livetrip_bff.database import sqlite_driver
from livetrip_bff.database.faults import is_read_only
from livetrip_bff.database.url import is_sqlite
from livetrip_bff.errors import UnusableDatabaseUrl

BUSY_SECONDS: Final = 5.0
"""How long a statement waits for whoever is writing to the same SQLite file."""

CONNECT_SECONDS: Final = 5.0
COMMAND_SECONDS: Final = 10.0
POOL_SECONDS: Final = 5.0
RECYCLE_SECONDS: Final = 300
"""When a connection has seen enough: before the networks between forget about an idle one."""

FRESH_SECONDS: Final = 1.0
"""How long the word of a new connection counts for all: see `_leave_a_standby`."""

_BEGIN: Final = "sqlite_begin"
_SINCE: Final = "since"


@asynccontextmanager
async def open_engine(
    url: URL, *, busy_seconds: float = BUSY_SECONDS, command_seconds: float = COMMAND_SECONDS, **options: Any
) -> AsyncIterator[AsyncEngine]:
    """An engine, disposed at the end; nothing is connected before the first use.

    `options` are further ones of `create_async_engine`.

    Raises:
        UnusableDatabaseUrl: the driver of its database is not installed.
    """
    arguments: dict[str, Any] = {"timeout": CONNECT_SECONDS, "command_timeout": command_seconds}
    if is_sqlite(url):
        # Its own BEGIN comes with the first write, and never for reads; ours is below.
        arguments = {"async_creator_fn": sqlite_driver.connect, "timeout": busy_seconds, "isolation_level": None}
    try:
        # What people write travels as parameters, which have no business in logs and tracebacks.
        engine = create_async_engine(url, hide_parameters=True, connect_args=arguments, **options)
    except ModuleNotFoundError as error:
        raise UnusableDatabaseUrl(f"{error.name} is not installed: it comes with livetrip-bff[postgresql]") from error
    if is_sqlite(url):
        event.listen(engine.sync_engine, "begin", _begin)
    else:
        event.listen(engine.sync_engine, "connect", _note_the_time)
        event.listen(engine.sync_engine, "handle_error", _leave_a_standby)
    try:
        yield engine
    finally:
        await engine.dispose()


def reading(engine: AsyncEngine) -> AsyncEngine:
    """The engine, for transactions that only read and see one state throughout."""
    if is_sqlite(engine.url):
        return engine.execution_options(**{_BEGIN: "BEGIN"})
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def writing(engine: AsyncEngine) -> AsyncEngine:
    """The engine, for transactions that may write.

    On SQLite they take the one write lock when they begin: taking it later fails if somebody wrote meanwhile. On
    PostgreSQL each statement sees what was committed before it, which repeated requests rely on.
    """
    if is_sqlite(engine.url):
        return engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
    return engine.execution_options(isolation_level="READ COMMITTED")


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get(_BEGIN)
    if statement:
        connection.exec_driver_sql(statement)


def _note_the_time(_: Any, record: ConnectionPoolEntry) -> None:
    record.info[_SINCE] = time.monotonic()


def _leave_a_standby(context: ExceptionContext) -> None:
    """Take no pooled connection for a write any more once one of them turned out to lead to a standby.

    After a failover the address leads to the new primary, but connections stay where they are, for as long as the
    pool keeps them. All are given up, unless this one is so new that another would lead to the same server.
    """
    connection, error = context.connection, context.sqlalchemy_exception
    if connection is None or not isinstance(error, DBAPIError) or not is_read_only(error):
        return
    is_reading = connection.get_execution_options().get("postgresql_readonly", False)
    if not is_reading and time.monotonic() - connection.info[_SINCE] > FRESH_SECONDS:
        context.is_disconnect = True
