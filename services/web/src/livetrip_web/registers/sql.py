"""A register in a table: no row says whose session it is, and none is enough to make a cookie of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from livetrip_web.registers.database import Connection, Database
from livetrip_web.registers.register import SEEN_SECONDS, Entry, Limits
from livetrip_web.registers.unwritten import Unwritten
from switchover.errors import ServiceUnavailable

_log = logging.getLogger("livetrip.web")
_R = TypeVar("_R")

WAIT_SECONDS: Final = 4.0
"""How long a request waits for the register, with all who wait before it."""

_COLLECT: Final = "DELETE FROM livetrip_web_sessions WHERE ends <= ? OR seen <= ?"
_SPARE: Final = (
    "DELETE FROM livetrip_web_sessions WHERE person = ? AND mark NOT IN"
    " (SELECT mark FROM livetrip_web_sessions WHERE person = ? ORDER BY seen DESC, mark LIMIT ?)"
)
_ALL: Final = "SELECT count(*) FROM livetrip_web_sessions"
_ADD: Final = "INSERT INTO livetrip_web_sessions (mark, person, ends, seen) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_NOW: Final = "SELECT {now}"
_LOOK: Final = "SELECT person, ends, seen, {now} FROM livetrip_web_sessions WHERE mark = ?"
_COUNT: Final = "SELECT count(*) FROM livetrip_web_sessions WHERE person = ? AND ends > {now} AND seen > {now} - ?"


class SqlSessionRegister:
    """See `SessionRegister`. One thread and one connection: a look is shorter than the page that it is for.

    Every piece of work may be done twice, and is, on another connection, if the one that was open turns out to be dead.
    """

    def __init__(self, database: Database, limits: Limits, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self._database = database
        self._errors: tuple[type[Exception], ...] = (TimeoutError, *database.errors)
        self._limits = limits
        self._wait = wait_seconds
        self._connection: Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="livetrip-sessions")
        self._unwritten = Unwritten(database.errors, database.told)
        self._now, self._look, self._count = (text.format(now=database.now) for text in (_NOW, _LOOK, _COUNT))

    async def now(self) -> float:
        """See `SessionRegister`."""
        return await self._done(lambda connection: _number(connection, self._now))

    async def begin(self, entry: Entry) -> None:
        """See `SessionRegister`."""

        def work(connection: Connection) -> bool:
            self._unwritten.write(connection)  # what was seen is not collected, and an end comes before this beginning
            now = _number(connection, self._now)
            connection.execute(_COLLECT, (now, now - self._limits.idle_seconds))
            connection.execute(_SPARE, (entry.person, entry.person, self._limits.per_person - 1))
            if _number(connection, _ALL) >= self._limits.capacity:
                return False
            connection.execute(_ADD, (entry.mark, entry.person, now + entry.seconds, now))
            return True

        if not await self._done(work):
            _log.error("the register of sessions is full")
            raise ServiceUnavailable("Too many people are signed in.")

    async def is_on(self, mark: str) -> bool:
        """See `SessionRegister`."""

        def work(connection: Connection) -> bool:
            found = connection.execute(self._look, (mark,)).fetchone()
            if found is None:
                return False
            person, ends, seen, now = found
            last = max(seen, self._unwritten.last_seen(mark))
            is_ended = self._unwritten.is_ended(mark, person)
            is_on = now < ends and now - last < self._limits.idle_seconds and not is_ended
            if is_on and now - last >= SEEN_SECONDS:
                self._unwritten.see(mark, now)
            elif not is_ended:
                return is_on
            if self._unwritten.has_failed(connection):
                self._drop()  # it may lead to a standby, where what others end is seen late or never
            return is_on

        return await self._done(work)

    async def end(self, mark: str) -> None:
        """See `SessionRegister`."""
        await self._here(lambda: self._unwritten.end(mark))
        await self._done(self._unwritten.write_ends)

    async def end_all(self, person: str) -> None:
        """See `SessionRegister`."""
        await self._here(lambda: self._unwritten.end_all(person))
        await self._done(self._unwritten.write_ends)

    async def count(self, person: str) -> int:
        """See `SessionRegister`."""
        values = (person, self._limits.idle_seconds)
        return await self._done(lambda connection: _number(connection, self._count, values))

    async def close(self) -> None:
        """Close the connection, and end the thread."""
        await asyncio.wrap_future(self._thread.submit(self._drop))
        self._thread.shutdown()

    async def _here(self, remember: Callable[[], None]) -> None:
        """On the thread, whatever the database says."""
        await asyncio.wrap_future(self._thread.submit(remember))

    async def _done(self, work: Callable[[Connection], _R]) -> _R:
        try:
            async with asyncio.timeout(self._wait):
                return await asyncio.wrap_future(self._thread.submit(self._tried, work))
        except self._errors as error:
            _log.error("the register of sessions cannot be asked: %s", self._database.told(error))
            raise ServiceUnavailable("It cannot be said now who is signed in.", retry_after=5) from error

    def _tried(self, work: Callable[[Connection], _R]) -> _R:
        """On the thread."""
        if self._connection is not None:
            try:
                return work(self._connection)
            except self._database.errors:
                self._drop()
        self._connection = self._database.connect()
        try:
            return work(self._connection)
        except self._database.errors:
            self._drop()
            raise

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _number(connection: Connection, statement: str, values: tuple[object, ...] = ()) -> int:
    found = connection.execute(statement, values).fetchone()
    assert found is not None
    return int(found[0])
