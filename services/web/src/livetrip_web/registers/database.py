"""What the register of sessions needs of a database, whichever it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS livetrip_web_sessions"
    " (mark TEXT PRIMARY KEY, person TEXT NOT NULL, ends BIGINT NOT NULL, seen BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS livetrip_web_sessions_person ON livetrip_web_sessions (person)",
)


class Cursor(Protocol):
    """What a statement found."""

    def fetchone(self) -> tuple[Any, ...] | None:
        """The first row."""
        ...


class Connection(Protocol):
    """One connection, on which each statement is a transaction; statements have `?` for each value."""

    def execute(self, statement: str, values: Sequence[object] = (), /) -> Cursor:
        """Run a statement."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Database(Protocol):
    """Where connections come from.

    Attributes:
        errors: what goes wrong is raised as one of these.
        now: its own clock, in whole seconds since 1970, as an expression in its SQL.
    """

    errors: tuple[type[Exception], ...]
    now: str

    def connect(self) -> Connection:
        """A connection, with the tables there. Nothing on it waits for long."""
        ...

    def told(self, error: Exception) -> str:
        """What a log may say of an error: nothing secret."""
        ...
