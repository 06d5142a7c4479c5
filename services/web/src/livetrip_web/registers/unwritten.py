"""What a register could not write: its disk is full or read-only, or its database takes no writes for now.

Reading goes on meanwhile, by the same rules: this process remembers when it saw a session last, so that none rests
while it is used, and which ones it ended, so that what was ended stays so. All of it is written as soon as that works;
a process that ends before that takes it along, which is why an end that was not written is told as a failure.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from livetrip_web.registers.database import Connection

_log = logging.getLogger("livetrip.web")

AGAIN_SECONDS: Final = 10.0
"""How long after a failure nothing more is tried: an attempt may wait for a lock, and every request for the attempt."""

LOG_SECONDS: Final = 60.0
"""How often a failure is logged while it lasts."""

_SEE: Final = "UPDATE livetrip_web_sessions SET seen = ? WHERE mark = ? AND seen < ?"
_END: Final = "DELETE FROM livetrip_web_sessions WHERE mark = ?"
_END_ALL: Final = "DELETE FROM livetrip_web_sessions WHERE person = ?"


class Unwritten:
    """Uses and ends of sessions on their way into a database. For one thread.

    Args:
        errors: of the database.
        told: says what a log may have of one.
        clock: seconds, from anywhere, that never go back.
    """

    def __init__(
        self,
        errors: tuple[type[Exception], ...],
        told: Callable[[Exception], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._errors = errors
        self._told = told
        self._clock = clock
        self._seen: dict[str, int] = {}
        self._ended: set[str] = set()
        self._people: set[str] = set()
        self._again_at = self._log_at = float("-inf")

    def last_seen(self, mark: str) -> int:
        """When this process saw a session last, if that is not written yet; 0 otherwise."""
        return self._seen.get(mark, 0)

    def is_ended(self, mark: str, person: str) -> bool:
        """Whether this process ended a session, and that is not written yet."""
        return mark in self._ended or person in self._people

    def see(self, mark: str, moment: int) -> None:
        """Remember that a session was used."""
        self._seen[mark] = moment

    def end(self, mark: str) -> None:
        """Remember that a session is over."""
        self._ended.add(mark)

    def end_all(self, person: str) -> None:
        """Remember that all sessions of a person are over."""
        self._people.add(person)

    def write_ends(self, connection: Connection) -> None:
        """Write what is over. Raises an error of the database; what was written until then is done."""
        for mark in list(self._ended):
            connection.execute(_END, (mark,))
            self._ended.discard(mark)
        for person in list(self._people):
            connection.execute(_END_ALL, (person,))
            self._people.discard(person)

    def write(self, connection: Connection) -> None:
        """Write what is over, then what was used. Raises an error of the database."""
        self.write_ends(connection)
        for mark, moment in list(self._seen.items()):
            connection.execute(_SEE, (moment, mark, moment))
            del self._seen[mark]

    def has_failed(self, connection: Connection) -> bool:
        """Try to write all of it, unless that failed a moment ago; log why it does not work."""
        if self._clock() < self._again_at:
            return False
        try:
            self.write(connection)
        except self._errors as error:
            self._again_at = self._clock() + AGAIN_SECONDS
            self._log(error)
            return True
        return False

    def _log(self, error: Exception) -> None:
        now = self._clock()
        if now >= self._log_at:
            self._log_at = now + LOG_SECONDS
            _log.warning("the register of sessions is read and cannot be written: %s", self._told(error))
