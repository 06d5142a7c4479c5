"""The driver that visits SQLite's thread once for each statement."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from livetrip_bff.database.sqlite_driver import OneVisitConnection, connect


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[OneVisitConnection]:
    opened = await connect(str(tmp_path / "driver.sqlite3"), check_same_thread=False)
    await opened.cursor().execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY)")
    yield opened
    await opened.close()


async def test_rows_are_there_when_the_statement_is_done(connection: OneVisitConnection) -> None:
    cursor = connection.cursor()
    await cursor.executemany("INSERT INTO numbers VALUES (?)", [(1,), (2,), (3,)])
    assert (cursor.rowcount, cursor.description) == (3, None)

    await cursor.execute("SELECT number FROM numbers WHERE number > ?", (1,))
    assert [column[0] for column in cursor.description] == ["number"]
    assert await cursor.fetchall() == [(2,), (3,)]


async def test_a_statement_that_changes_something_tells_how_much(connection: OneVisitConnection) -> None:
    cursor = connection.cursor()
    await cursor.execute("INSERT INTO numbers VALUES (7)")
    assert (cursor.rowcount, cursor.lastrowid) == (1, 7)

    await cursor.execute("DELETE FROM numbers WHERE number = 8")
    assert cursor.rowcount == 0


async def test_a_statement_that_fails_says_why_and_the_next_one_works(connection: OneVisitConnection) -> None:
    cursor = connection.cursor()
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await cursor.execute("SELECT * FROM letters")

    await cursor.execute("SELECT 1")
    assert await cursor.fetchall() == [(1,)]


def test_a_file_that_cannot_be_opened_leaves_no_thread_behind(tmp_path: Path) -> None:
    before = set(threading.enumerate())

    for _ in range(20):
        with pytest.raises(sqlite3.OperationalError):
            asyncio.run(connect(str(tmp_path / "missing" / "driver.sqlite3")))

    assert set(threading.enumerate()) <= before


async def test_what_refers_to_nothing_is_refused(connection: OneVisitConnection) -> None:
    await connection.cursor().execute("CREATE TABLE names (number INTEGER REFERENCES numbers (number))")

    with pytest.raises(sqlite3.IntegrityError):
        await connection.cursor().execute("INSERT INTO names VALUES (1)")
