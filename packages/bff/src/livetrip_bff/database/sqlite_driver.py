"""aiosqlite with one visit to its thread for each statement.

aiosqlite makes a cursor, executes, fetches and closes in four visits, each of which costs more than what SQLite does
there. The rows of a page are few, so they are fetched at once.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Self, TypeAlias

import aiosqlite

Values: TypeAlias = Sequence[Any]


async def connect(path: str, **options: Any) -> OneVisitConnection:
    """A connection to a file; `options` are those of `sqlite3.connect`."""
    connection = OneVisitConnection(partial(_open, path, options))
    try:
        await connection
    except sqlite3.Error:
        # aiosqlite has told the thread to end and does not wait: it would speak to a loop that may be closed by then.
        await asyncio.to_thread(connection.join)
        raise
    return connection


def _open(path: str, options: Mapping[str, Any]) -> sqlite3.Connection:
    connection: sqlite3.Connection = sqlite3.connect(path, **options)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        # With a write-ahead log, NORMAL can lose the last commits to a power cut and never the database.
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class OneVisitConnection(aiosqlite.Connection):
    """A connection whose cursors execute and fetch in one visit to its thread."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        # As SQLAlchemy does for connections that it makes: one that nobody closed does not keep the process alive.
        self._thread.daemon = True

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join()

    def cursor(self) -> OneVisitCursor:  # type: ignore[override]  # all that SQLAlchemy asks of one
        """A cursor, which costs nothing before it is used."""
        return OneVisitCursor(self)

    async def visit(self, function: Callable[[sqlite3.Connection], None]) -> None:
        """Call a function with the connection in the one thread that uses it."""
        await self._execute(function, self._conn)  # type: ignore[no-untyped-call]


class OneVisitCursor:
    """The part of a cursor that SQLAlchemy uses, with every row fetched when the statement was executed."""

    arraysize = 1
    description: Any = None
    lastrowid: int | None = None
    rowcount = -1

    def __init__(self, connection: OneVisitConnection) -> None:
        self._connection = connection
        self._rows: Sequence[Values] = ()

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Values = ()) -> Self:
        """Execute a statement and fetch what it gives."""
        await self._connection.visit(lambda connection: self._keep(connection.execute(statement, parameters)))
        return self

    async def executemany(self, statement: str, parameters: Iterable[Values]) -> Self:
        """Execute a statement for each of many."""
        await self._connection.visit(lambda connection: self._keep(connection.executemany(statement, parameters)))
        return self

    async def fetchall(self) -> Sequence[Values]:
        """The rows, which are here already."""
        return self._rows

    async def close(self) -> None:
        """Nothing is open."""

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self._rows = cursor.fetchall()
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        cursor.close()
