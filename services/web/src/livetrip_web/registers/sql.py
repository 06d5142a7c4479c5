"""A register in a table: no row says whose session it is, and none is enough to make a cookie of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from livetrip_web.registers.database import Connection, Database
from livetrip_web.registers.register import SEEN_SECONDS, Entry, Limits
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
_LOOK: Final = "SELECT seen FROM livetrip_web_sessions WHERE mark = ? AND ends > ? AND seen > ?"
_SEE: Final = "UPDATE livetrip_web_sessions SET seen = ? WHERE mark = ? AND seen < ?"
_END: Final = "DELETE FROM livetrip_web_sessions WHERE mark = ?"
_END_ALL: Final = "DELETE FROM livetrip_web_sessions WHERE person = ?"
_COUNT: Final = "SELECT count(*) FROM livetrip_web_sessions WHERE person = ? AND ends > ? AND seen > ?"


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

    async def begin(self, entry: Entry) -> None:
        """See `SessionRegister`."""

        def work(connection: Connection) -> bool:
            connection.execute(_COLLECT, (entry.since, entry.since - self._limits.idle_seconds))
            connection.execute(_SPARE, (entry.person, entry.person, self._limits.per_person - 1))
            if _number(connection, _ALL) >= self._limits.capacity:
                return False
            connection.execute(_ADD, (entry.mark, entry.person, entry.ends, entry.since))
            return True

        if not await self._done(work):
            _log.error("the register of sessions is full")
            raise ServiceUnavailable("Too many people are signed in.")

    async def is_on(self, mark: str, now: float) -> bool:
        """See `SessionRegister`."""
        moment = int(now)

        def work(connection: Connection) -> bool:
            found = connection.execute(_LOOK, (mark, moment, moment - self._limits.idle_seconds)).fetchone()
            if found is not None and moment - found[0] >= SEEN_SECONDS:
                connection.execute(_SEE, (moment, mark, moment))
            return found is not None

        return await self._done(work)

    async def end(self, mark: str) -> None:
        """See `SessionRegister`."""
        await self._done(lambda connection: connection.execute(_END, (mark,)))

    async def end_all(self, person: str) -> None:
        """See `SessionRegister`."""
        await self._done(lambda connection: connection.execute(_END_ALL, (person,)))

    async def count(self, person: str, now: float) -> int:
        """See `SessionRegister`."""
        values = (person, int(now), int(now) - self._limits.idle_seconds)
        return await self._done(lambda connection: _number(connection, _COUNT, values))

    async def close(self) -> None:
        """Close the connection, and end the thread."""
        await asyncio.wrap_future(self._thread.submit(self._drop))
        self._thread.shutdown()

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
