"""One connection to PostgreSQL, on which nothing waits without an end."""

from __future__ import annotations

import selectors
import time
from collections.abc import Generator
from typing import Any, TypeVar

from switchover.errors import StoreUnavailable
from switchover.extras import extra

with extra("postgresql"):
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

_R = TypeVar("_R")


class BoundedConnection(psycopg.Connection[tuple[Any, ...]]):
    """Gives a server that has stopped answering up, even one whose kernel still acknowledges. Autocommit."""

    patience_seconds: float = 5.0
    has_heard: bool = False
    """Has a notification arrived since this was last set back? One that comes with the answer to a statement ends no wait: it is read already."""

    def wait(self, gen: Generator[Any, Any, _R], interval: float = 0.1, timeout: float | None = None) -> _R:
        """See psycopg. Raises OperationalError after `patience_seconds`, and closes the connection."""
        return super().wait(self._bounded(gen), interval, timeout)

    def _bounded(self, gen: Generator[Any, Any, _R]) -> Generator[Any, Any, _R]:
        until = time.monotonic() + self.patience_seconds
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > until:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"no answer within {self.patience_seconds:g} s")
                wanted = gen.send(ready)
        except StopIteration as end:
            answer: _R = end.value
            return answer

    def is_alive(self) -> bool:
        """As far as can be told: a server that ended said so, and what it said lies here unread."""
        try:
            if not self.closed and self.is_told_within(0):
                self.execute("SELECT 1")
        except psycopg.Error:
            return False
        return not self.closed

    def is_told_within(self, seconds: float) -> bool:
        """Does anything arrive from the server in that time?"""
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno(), selectors.EVENT_READ)
            return bool(selector.select(max(0.0, seconds)))


class Address:
    """Where the database is, and how to talk of it without its password.

    Raises:
        ValueError: the DSN cannot be read; the text holds nothing of it.
    """

    __slots__ = ("_conninfo", "_patience", "_secrets", "shown")

    def __init__(self, dsn: str, patience_seconds: float) -> None:
        try:
            parts = conninfo_to_dict(dsn)
        except psycopg.Error:
            raise ValueError(
                "this is no address of a PostgreSQL database; one looks like postgresql://user@host/database"
            ) from None
        self._patience = patience_seconds
        self._secrets = tuple(str(parts[name]) for name in ("password", "sslpassword") if parts.get(name))
        self.shown = f"{parts.get('host', 'localhost')}/{parts.get('dbname', '')}"
        milliseconds = int(patience_seconds * 1000)
        settings = f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}"
        bounds: dict[str, Any] = {
            "connect_timeout": max(2, int(patience_seconds)),
            "options": f"{parts.get('options') or ''} {settings} -c idle_in_transaction_session_timeout={milliseconds}",
            "application_name": parts.get("application_name") or "switchover",
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": milliseconds,
        }
        self._conninfo = make_conninfo(dsn, **bounds)

    def connect(self) -> BoundedConnection:
        """A new connection. Raises psycopg.Error."""
        connection = BoundedConnection.connect(self._conninfo, autocommit=True, prepare_threshold=None)
        connection.patience_seconds = self._patience

        def heard(_: psycopg.Notify) -> None:
            connection.has_heard = True

        connection.add_notify_handler(heard)  # without one, psycopg would keep each notification
        return connection

    def unavailable(self, error: Exception) -> StoreUnavailable:
        """What to tell of a failure: its first line, without secrets."""
        said = (str(error) or type(error).__name__).splitlines()[0]
        if isinstance(error, psycopg.errors.UndefinedTable):
            said += "; PostgresqlRolloutStore(…).install() creates the tables that are missing"
        if isinstance(error, psycopg.errors.UndefinedColumn):
            said += "; PostgresqlRolloutStore(…).install() adds the columns that are missing"
        for secret in self._secrets:
            said = said.replace(secret, "…")
        return StoreUnavailable(f"PostgreSQL at {self.shown}: {said}")

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"
