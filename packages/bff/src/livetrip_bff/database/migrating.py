"""Bringing a database up to date, driven by Alembic.

Migrations only ever add, so that the release before can still run on a database that this one has migrated: a
revision that a release does not know is a newer one's, and nothing is pending then.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import AbstractAsyncContextManager
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, NullPool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from livetrip_bff.database import engine as engines
from livetrip_bff.database.faults import is_locked, unavailable
from livetrip_bff.database.url import is_sqlite, parse

_log: Final = logging.getLogger("livetrip.database")

# A migration may take its time, and so may waiting for one that another process is just making.
_SECONDS: Final = 600.0
_RETRY_SECONDS: Final = 0.02
_ADVISORY_LOCK: Final = 0x6C697665_74726970

# Alembic hands its context to the migrations in module globals, of which a process has one.
_one_at_a_time: Final = threading.Lock()


async def migrate(database_url: str) -> None:
    """Bring a database up to date: all of it or nothing, and once, whoever else is doing the same.

    It needs a running event loop, and does not block it: within one `await migrate(url)`, elsewhere
    `asyncio.run(migrate(url))`.

    Raises:
        UnusableDatabaseUrl: the URL names no database that can be used.
        ServiceUnavailable: the database does not answer.
    """
    url = parse(database_url)
    if await pending(database_url):
        await asyncio.to_thread(_migrate, url)


async def pending(database_url: str) -> tuple[str, ...]:
    """The revisions that a database is behind this release, oldest first; empty if it is up to date.

    Like `migrate`, it needs a running event loop.

    Raises:
        UnusableDatabaseUrl: the URL names no database that can be used.
        ServiceUnavailable: the database does not answer.
    """
    with unavailable():
        async with _engine(parse(database_url)) as engine, engines.reading(engine).begin() as connection:
            return await connection.run_sync(_missing)


async def require_writable(database_url: str) -> None:
    """See that a SQLite file may be written, which reading it does not tell. It is as good if somebody else is just writing to it.

    Raises:
        ServiceUnavailable: it may not.
    """
    with unavailable():
        async with engines.open_engine(parse(database_url), busy_seconds=0, poolclass=NullPool) as engine:
            try:
                async with engines.writing(engine).begin() as connection:
                    # BEGIN IMMEDIATE alone begins to read where nothing can be written.
                    await connection.execute(text("DELETE FROM alembic_version WHERE 0"))
            except DBAPIError as error:
                if not is_locked(error):
                    raise


def _migrate(url: URL) -> None:
    with _one_at_a_time:
        asyncio.run(_upgrade(url))


async def _upgrade(url: URL) -> None:
    with unavailable():
        async with _engine(url) as engine:
            if is_sqlite(url):
                await _keep_a_write_ahead_log(engine)
            async with engines.writing(engine).begin() as connection:
                await connection.run_sync(_apply)


def _engine(url: URL) -> AbstractAsyncContextManager[AsyncEngine]:
    return engines.open_engine(url, busy_seconds=_SECONDS, command_seconds=_SECONDS, poolclass=NullPool)


async def _keep_a_write_ahead_log(engine: AsyncEngine) -> None:
    """Let readers go on while somebody writes. The file remembers it.

    SQLite does not wait for its lock here, as it does everywhere else, so this has to.
    """
    async with asyncio.timeout(_SECONDS), engine.connect() as connection:
        while True:
            try:
                await connection.execute(text("PRAGMA journal_mode = WAL"))
            except DBAPIError as error:
                if not is_locked(error):
                    raise
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return


def _apply(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
    # Somebody else may have done it while this one waited for the lock.
    if missing := _missing(connection):
        _log.info("the database is brought up to date: %s", ", ".join(missing))
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _missing(connection: Connection) -> tuple[str, ...]:
    scripts = ScriptDirectory.from_config(_config())
    known = {script.revision: script for script in scripts.walk_revisions()}
    current = set(MigrationContext.configure(connection).get_current_heads())
    if current - known.keys():
        return ()
    applied = {script.revision for script in scripts.iterate_revisions(tuple(current), "base")} if current else set()
    return tuple(revision for revision in reversed(known) if revision not in applied)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "livetrip_bff:migrations")
    return config
