"""The port to where it is known which sessions are still on.

Processes that show one diary may run on machines whose clocks differ. How old a session is goes by one clock, that of
the register: the database server's for PostgreSQL, the machine's for a file and for memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

SEEN_SECONDS: Final = 60
"""How exactly it is known when a session was last used: it is not written down for each picture of a page."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One session in the register, which knows no more of it than this.

    Attributes:
        mark: digest of the session's secret.
        person: digest of whose it is, the same for all sessions of theirs.
        seconds: how long it lasts at most, from when it is taken in.
    """

    mark: str
    person: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a register keeps.

    Attributes:
        idle_seconds: a session that nobody used for so long is over; it may be a minute less.
        per_person: sessions of one person; another one ends the one that was used longest ago.
        capacity: sessions of everybody; when it is full nobody else comes in, and nobody is put out.
    """

    idle_seconds: int = 2 * 3600
    per_person: int = 20
    capacity: int = 100_000


class SessionRegister(Protocol):
    """Keeps which sessions are on. Processes that serve one diary share one.

    All of it raises ServiceUnavailable (503) where the register cannot be asked: then nobody is signed in, and nobody is signed out.
    """

    async def now(self) -> float:
        """Return the time by the clock that judges sessions, in seconds since 1970."""
        ...

    async def begin(self, entry: Entry) -> None:
        """Take a session in, and let those go that are over.

        Raises:
            ServiceUnavailable: also if the register is full.
        """
        ...

    async def is_on(self, mark: str) -> bool:
        """Whether it is there and not over. If so, it has been used now; a register that cannot note that goes on."""
        ...

    async def end(self, mark: str) -> None:
        """It is over, if it was there.

        Raises:
            ServiceUnavailable: also if other processes may still have it; for this one it is over all the same.
        """
        ...

    async def end_all(self, person: str) -> None:
        """All sessions of a person are over. Raises ServiceUnavailable, as for `end`."""
        ...

    async def count(self, person: str) -> int:
        """How many sessions of a person are on."""
        ...
