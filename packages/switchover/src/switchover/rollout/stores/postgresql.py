"""PostgreSQL as the store of a fleet."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, LiteralString, TypeVar

from switchover.errors import RolloutConflict, StoreUnavailable
from switchover.rollout.record.chain import replayed
from switchover.rollout.record.event import Change, Event, Unreadable, event_data, event_of, made, read_event
from switchover.rollout.record.reading import canonical, parsed
from switchover.rollout.record.states import state_data, state_of
from switchover.rollout.state import RolloutState
from switchover.rollout.stores import postgresql_schema as sql
from switchover.rollout.stores.store import EXPIRE_SECONDS
from switchover.rollout.stores.worker import WorkerBeat, WorkerSeen, beat_data, beat_of, report_text, reported

if TYPE_CHECKING:
    from switchover.rollout.stores.postgresql_connection import BoundedConnection

_log = logging.getLogger("switchover.rollout")

_R = TypeVar("_R")
_NO_LIMIT: Final = 2**62


class _Line:
    """A connection, made when it is needed and anew when it broke; one caller at a time."""

    __slots__ = ("connection", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.connection: BoundedConnection | None = None


class PostgresqlRolloutStore:
    """See `RolloutStore`; for all processes that reach the database. Each of them has at most two connections, made after a fork.

    Args:
        dsn: as libpq takes it, without a driver's name: `postgresql://user@host/database`.
        rollout: tells several rollouts in one database apart.
        patience_seconds: after which a connection, a statement or a lock is given up.
        expire_seconds: how long a silent worker is listed.

    Raises:
        ValueError: the DSN cannot be read.
        ImportError: `switchover[postgresql]` is not installed.
    """

    def __init__(
        self,
        dsn: str,
        *,
        rollout: str = "default",
        patience_seconds: float = 5.0,
        expire_seconds: float = EXPIRE_SECONDS,
    ) -> None:
        from switchover.rollout.stores.postgresql_connection import Address  # noqa: PLC0415 - an extra

        self._address = Address(dsn, patience_seconds)
        self._rollout = rollout
        self._patience = patience_seconds
        self._expire = expire_seconds
        self._lines: dict[tuple[int, str], _Line] = {}

    def install(self) -> None:
        """Create the tables, where they are missing. Needs the right to create them; nothing else does."""

        def steps(connection: BoundedConnection) -> None:
            with connection.transaction():
                connection.execute(sql.LOCK_INSTALL)
                for step in sql.STEPS:
                    connection.execute(step)

        self._asked(steps)

    def is_known(self) -> bool:
        """See `RolloutStore`. One look at the state is enough as a rule; tables that do not exist hold nothing."""
        return self._asked(lambda connection: any(_holds(connection, each, self._rollout) for each in sql.HOLDS))

    def load(self) -> RolloutState:
        """See `RolloutStore`. What cannot be read is written anew from the record. Raises StoreUnavailable if that does not hold either."""
        try:
            for (text,) in self._rows(sql.LOAD, self._rollout):
                return state_of(parsed(text))
        except ValueError:
            return self._asked(self._mended)
        return self._asked(self._mended) if self.history(limit=1) else RolloutState()

    def change(self, change: Change, *, expected: int) -> RolloutState:
        """See `RolloutStore`."""
        return self._asked(lambda connection: self._changed(connection, change, expected))

    def history(self, after: int = 0, limit: int | None = None) -> Sequence[Event]:
        """See `RolloutStore`. Raises StoreUnavailable at what is no event, with its version."""
        rows = self._rows(sql.HISTORY, self._rollout, after, _NO_LIMIT if limit is None else limit)
        return [_event_in(version, text) for version, text in rows]

    def record(self) -> Sequence[Event | Unreadable]:
        """See `RolloutStore`."""
        return [read_event(text) for _, text in self._rows(sql.HISTORY, self._rollout, 0, _NO_LIMIT)]

    def wait(self, known: int, timeout: float) -> bool:
        """See `RolloutStore`. Whatever wakes it, and at its end, it asks for the version: a notification that was lost costs `timeout`."""
        until = time.monotonic() + timeout
        with self._line("listening") as connection:
            while True:
                connection.has_heard = False
                rows = connection.execute(sql.VERSION, (self._rollout,)).fetchall()
                if (rows[0][0] if rows else 0) != known:
                    return True
                if connection.has_heard:
                    continue
                left = until - time.monotonic()
                if left <= 0:
                    return False
                connection.is_told_within(left)

    def heartbeat(self, worker: WorkerBeat) -> None:
        """See `RolloutStore`."""
        values = self._rollout, worker.id, canonical(beat_data(worker)), report_text(worker.report)
        self._asked(lambda connection: connection.execute(sql.BEAT, values))

    def workers(self, *, reports: bool = True) -> Sequence[WorkerSeen]:
        """See `RolloutStore`."""
        self._asked(lambda connection: connection.execute(sql.FORGET, (self._rollout, self._expire)))
        return [worker for row in self._rows(sql.WORKERS, reports, self._rollout) for worker in _seen_in(*row)]

    def leave(self, worker_id: str) -> None:
        """See `RolloutStore`."""
        self._asked(lambda connection: connection.execute(sql.LEAVE, (self._rollout, worker_id)))

    def close(self) -> None:
        """See `RolloutStore`."""
        for (pid, _), line in list(self._lines.items()):
            if pid == os.getpid():
                with line.lock:
                    _drop(line)

    def __repr__(self) -> str:
        return f"PostgresqlRolloutStore({self._address.shown!r}, rollout={self._rollout!r})"

    def _changed(self, connection: BoundedConnection, change: Change, expected: int) -> RolloutState:
        with connection.transaction():
            state, now = self._locked(connection)
            if state.version != expected:
                raise RolloutConflict(expected, state.version)
            event = made(change, state, now)
            after = event.applied(state)
            connection.execute(sql.RECORD, (self._rollout, event.version, canonical(event_data(event))))
            connection.execute(sql.PUT, (after.version, canonical(state_data(after)), self._rollout))
            connection.execute(sql.TELL, (self._rollout,))
        return after

    def _mended(self, connection: BoundedConnection) -> RolloutState:
        with connection.transaction():
            return self._locked(connection)[0]

    def _locked(self, connection: BoundedConnection) -> tuple[RolloutState, float]:
        """In a transaction, which then has it alone: the state, from the record if need be, and the time."""
        is_first = connection.execute(sql.FIRST, (self._rollout, canonical(state_data(RolloutState())))).rowcount
        text, now = connection.execute(sql.LOCK, (self._rollout,)).fetchall()[0]
        try:
            if not is_first:
                return state_of(parsed(text)), now
            what = "the state in PostgreSQL is missing"
        except ValueError as error:
            what = f"the state in PostgreSQL cannot be used: {error}"
        return self._anew(connection, what, is_first=bool(is_first)), now

    def _anew(self, connection: BoundedConnection, what: str, *, is_first: bool) -> RolloutState:
        """The state that the record leads to, written. Raises StoreUnavailable: there is none, or it does not hold."""
        rows = connection.execute(sql.HISTORY, (self._rollout, 0, _NO_LIMIT)).fetchall()
        if is_first and not rows:
            return RolloutState()
        try:
            if not rows:
                raise ValueError("it is empty")
            state = replayed(event_of(parsed(text)) for _, text in rows)
        except ValueError as error:
            raise StoreUnavailable(f"{what}; it cannot be written anew from the record: {error}") from None
        connection.execute(sql.PUT, (state.version, canonical(state_data(state)), self._rollout))
        _log.warning("%s; written anew from the record, version %d", what, state.version)
        return state

    def _rows(self, query: LiteralString, *values: Any) -> list[tuple[Any, ...]]:
        return self._asked(lambda connection: connection.execute(query, values).fetchall())

    def _asked(self, question: Callable[[BoundedConnection], _R]) -> _R:
        with self._line("asking") as connection:
            return question(connection)

    @contextmanager
    def _line(self, use: str) -> Iterator[BoundedConnection]:
        import psycopg  # noqa: PLC0415 - an extra

        # What a parent process has opened stays with it: kept here, so that it is not closed, and not used.
        line = self._lines.setdefault((os.getpid(), use), _Line())
        if not line.lock.acquire(timeout=2 * self._patience):
            raise StoreUnavailable(f"PostgreSQL at {self._address.shown}: other threads have used the connection up")
        try:
            yield self._connected(line, use)
        except (RolloutConflict, StoreUnavailable):
            raise
        except (psycopg.Error, OSError, ValueError) as error:
            _drop(line)
            raise self._address.unavailable(error) from None
        except BaseException:
            _drop(line)
            raise
        finally:
            line.lock.release()

    def _connected(self, line: _Line, use: str) -> BoundedConnection:
        if line.connection is None or not line.connection.is_alive():
            _drop(line)
            line.connection = self._address.connect()
            if use == "listening":
                line.connection.execute("LISTEN switchover_rollout")
        return line.connection


def _holds(connection: BoundedConnection, question: LiteralString, rollout: str) -> bool:
    import psycopg  # noqa: PLC0415 - an extra

    try:
        return bool(connection.execute(question, (rollout,)).fetchall())
    except psycopg.errors.UndefinedTable:
        return False


def _drop(line: _Line) -> None:
    if line.connection is not None:
        line.connection.close()
        line.connection = None


def _event_in(version: int, text: str) -> Event:
    try:
        return event_of(parsed(text))
    except ValueError as error:
        raise StoreUnavailable(f"version {version} of the record is no event: {error}") from None


def _seen_in(text: str, report: str, age_seconds: float) -> Iterator[WorkerSeen]:
    """The worker, unless that is no sign of life, which then expires like any other."""
    with suppress(ValueError):
        yield WorkerSeen(reported(beat_of(parsed(text)), report), max(0.0, age_seconds))
