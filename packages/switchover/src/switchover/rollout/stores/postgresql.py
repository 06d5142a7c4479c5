"""PostgreSQL as the store of a fleet."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, LiteralString, Protocol, TypeVar

from switchover.errors import ChangeUnknown, RolloutConflict, StoreUnavailable
from switchover.rollout.record.event import Change, Event, Unreadable, read_event
from switchover.rollout.record.evidence import evidence_text, with_evidence
from switchover.rollout.record.reading import canonical, parsed
from switchover.rollout.record.states import state_of
from switchover.rollout.state import RolloutState
from switchover.rollout.stores import postgresql_schema as sql
from switchover.rollout.stores.postgresql_changes import NO_LIMIT, AnswerLost, Changes
from switchover.rollout.stores.postgresql_line import CLOSE_SECONDS, Line
from switchover.rollout.stores.postgresql_rows import event_in, evidence_in, worker_in
from switchover.rollout.stores.store import EXPIRE_SECONDS
from switchover.rollout.stores.worker import WorkerBeat, WorkerSeen, beat_data, has_left, report_text

if TYPE_CHECKING:
    from switchover.rollout.stores.postgresql_connection import BoundedConnection

_log = logging.getLogger("switchover.rollout")

_R = TypeVar("_R")
_R_co = TypeVar("_R_co", covariant=True)
_E = TypeVar("_E", Event, Event | Unreadable)
_PAUSE_SECONDS: Final = 0.1


class _Tolerant(Protocol[_R_co]):
    """A question that can be asked of a schema that lacks something."""

    def __call__(self, connection: BoundedConnection, *, is_whole: bool) -> _R_co: ...


class PostgresqlRolloutStore:
    """See `RolloutStore`; for all processes that reach the database.

    Each of them has at most two connections, made after a fork, a third where workers are listed,
    and a fourth where figures are read or kept. A schema that lacks what is only for figures is no obstacle: `install` adds it.

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
        self._lines: dict[tuple[int, str], Line] = {}
        self._changes = Changes(rollout)
        self._warned: set[str] = set()

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
            return self._asked(self._changes.mend)
        return self._asked(self._changes.mend) if self.history(limit=1) else RolloutState()

    def change(self, change: Change, *, expected: int) -> RolloutState:
        """See `RolloutStore`.

        Where the answer is lost, the database is asked what became of the change, for up to three
        times `patience_seconds`.
        """
        try:
            return self._asked(lambda connection: self._changes.make(connection, change, expected))
        except AnswerLost as lost:
            return self._settled(lost)

    def attach(self, version: int, digest: str, windows: Any) -> None:
        """See `RolloutStore`."""

        def keep(connection: BoundedConnection) -> None:
            now = connection.execute(sql.NOW).fetchall()[0][0]
            connection.execute(sql.KEEP, (self._rollout, version, evidence_text(version, digest, windows, now)))

        canonical(windows)
        self._asked(keep, "reports")

    def now(self) -> float:
        """See `RolloutStore`."""
        found: float = self._rows(sql.NOW)[0][0]
        return found

    def history(self, after: int = 0, limit: int | None = None) -> Sequence[Event]:
        """See `RolloutStore`. Raises StoreUnavailable at what is no event, with its version."""
        rows = self._rows(sql.HISTORY, self._rollout, after, NO_LIMIT if limit is None else limit)
        return self._with_evidence([event_in(version, text) for version, text in rows])

    def record(self) -> Sequence[Event | Unreadable]:
        """See `RolloutStore`."""
        return self._with_evidence(
            [read_event(text) for _, text in self._rows(sql.HISTORY, self._rollout, 0, NO_LIMIT)]
        )

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
        values = self._rollout, worker.id, canonical(beat_data(worker))
        report = report_text(worker.report)

        def beat(connection: BoundedConnection, *, is_whole: bool) -> None:
            if is_whole:
                connection.execute(sql.BEAT, (*values, report))
            else:
                connection.execute(sql.BEAT_WITHOUT_REPORT, values)

        self._asked(lambda connection: self._tolerantly(connection, beat))

    def workers(self, *, reports: bool = True) -> Sequence[WorkerSeen]:
        """See `RolloutStore`."""

        def rows(connection: BoundedConnection, *, is_whole: bool) -> list[tuple[Any, ...]]:
            query = sql.WORKERS if is_whole and reports else sql.WORKERS_WITHOUT_REPORTS
            return connection.execute(query, (self._rollout,)).fetchall()

        def found(connection: BoundedConnection) -> list[tuple[Any, ...]]:
            connection.execute(sql.FORGET, (self._rollout, self._expire))
            return self._tolerantly(connection, rows)

        # On connections of their own: a table of workers that is locked must not hold up a change, and figures
        # that are long in coming must not hold up the list that says who has obeyed.
        use = "reports" if reports else "listing"
        seen = [worker_in(*row) for row in self._asked(found, use)]
        ended = {it.beat.id for it in seen if has_left(it.beat, is_one_machine=False)}
        for worker_id in ended:
            self._leave(worker_id, use)
        return [it for it in seen if it.beat.id not in ended]

    def leave(self, worker_id: str) -> None:
        """See `RolloutStore`."""
        self._leave(worker_id, "asking")

    def _leave(self, worker_id: str, use: str) -> None:
        self._asked(lambda connection: connection.execute(sql.LEAVE, (self._rollout, worker_id)), use)

    def close(self) -> None:
        """See `RolloutStore`."""
        for (pid, _), line in list(self._lines.items()):
            if pid == os.getpid():
                line.give_back(CLOSE_SECONDS)

    def __repr__(self) -> str:
        return f"PostgresqlRolloutStore({self._address.shown!r}, rollout={self._rollout!r})"

    def _settled(self, lost: AnswerLost) -> RolloutState:
        """Find out what became of a change whose answer was lost.

        Raises:
            StoreUnavailable: it was not made, and never will be.
            ChangeUnknown: the database does not say.
        """
        problem, until = self._address.unavailable(lost.error), time.monotonic() + 3 * self._patience
        while True:
            try:
                is_made = self._asked(lambda connection: self._changes.is_made(connection, lost.event))
            except StoreUnavailable as error:
                if time.monotonic() >= until:
                    said = f"{problem}; it is unknown whether version {lost.event.version} was made, as then: {error}"
                    raise ChangeUnknown(said) from error
                time.sleep(_PAUSE_SECONDS)
            else:
                break
        if not is_made:
            raise StoreUnavailable(f"{problem}; the change was not made")
        return lost.after

    def _tolerantly(self, connection: BoundedConnection, ask: _Tolerant[_R]) -> _R:
        """Ask for everything, and for less where a column is missing that is only for figures."""
        import psycopg  # noqa: PLC0415 - an extra

        try:
            return ask(connection, is_whole=True)
        except psycopg.errors.UndefinedColumn as error:
            self._warn(str(self._address.unavailable(error)))
            return ask(connection, is_whole=False)

    def _with_evidence(self, entries: list[_E]) -> list[_E]:
        versions = [entry.version for entry in entries if isinstance(entry, Event) and entry.windows is None]
        if not versions:
            return entries
        try:
            rows = self._rows(sql.EVIDENCE, self._rollout, min(versions), max(versions))
        except StoreUnavailable as error:
            self._warn(f"events are shown without the figures that are kept beside them: {error}")
            return entries
        found = {version: evidence_in(text) for version, text in rows}
        return with_evidence(entries, found.get)

    def _warn(self, problem: str) -> None:
        """Log a problem that stays until the schema is complete: once."""
        if problem not in self._warned:
            self._warned.add(problem)
            _log.warning("%s", problem)

    def _rows(self, query: LiteralString, *values: Any) -> list[tuple[Any, ...]]:
        return self._asked(lambda connection: connection.execute(query, values).fetchall())

    def _asked(self, question: Callable[[BoundedConnection], _R], use: str = "asking") -> _R:
        with self._line(use) as connection:
            return question(connection)

    @contextmanager
    def _line(self, use: str) -> Iterator[BoundedConnection]:
        import psycopg  # noqa: PLC0415 - an extra

        # What a parent process has opened stays with it: kept here, so that it is not closed, and not used.
        line = self._lines.setdefault((os.getpid(), use), Line())
        if not line.lock.acquire(timeout=2 * self._patience):
            raise StoreUnavailable(f"PostgreSQL at {self._address.shown}: other threads have used the connection up")
        try:
            yield self._connected(line, use)
        except (RolloutConflict, StoreUnavailable):
            raise
        except (psycopg.Error, OSError, ValueError) as error:
            line.drop()
            raise self._address.unavailable(error) from None
        except BaseException:
            line.drop()
            raise
        finally:
            line.release()

    def _connected(self, line: Line, use: str) -> BoundedConnection:
        if line.connection is None or not line.connection.is_alive():
            line.drop()
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
