"""Transactions that change a rollout in PostgreSQL."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from switchover.errors import RolloutConflict, StoreUnavailable
from switchover.rollout.record.chain import replayed
from switchover.rollout.record.event import Change, Event, event_data, event_of, made
from switchover.rollout.record.reading import canonical, parsed
from switchover.rollout.record.states import state_data, state_of
from switchover.rollout.state import RolloutState
from switchover.rollout.stores import postgresql_schema as sql

if TYPE_CHECKING:
    from switchover.rollout.stores.postgresql_connection import BoundedConnection

_log = logging.getLogger("switchover.rollout")

NO_LIMIT: Final = 2**62


class AnswerLost(Exception):
    """The answer to a commit was lost: `event` may have been made, and then leads to `after`."""

    def __init__(self, event: Event, after: RolloutState, error: Exception) -> None:
        super().__init__(event, after, error)
        self.event, self.after, self.error = event, after, error


class Changes:
    """Each method is a transaction, and has the rollout's row for itself.

    Args:
        rollout: tells several rollouts in one database apart.
    """

    def __init__(self, rollout: str) -> None:
        self._rollout = rollout

    def make(self, connection: BoundedConnection, change: Change, expected: int) -> RolloutState:
        """Make a change, if version `expected` is in force.

        Raises:
            RolloutConflict: another version is in force.
            AnswerLost: all of it was asked for, and the answer to the commit was a failure.
        """
        asked: tuple[Event, RolloutState] | None = None
        try:
            with connection.transaction():
                state, now = self._locked(connection)
                if state.version != expected:
                    raise RolloutConflict(expected, state.version)
                event = made(change, state, now)
                after = event.applied(state)
                connection.execute(sql.RECORD, (self._rollout, event.version, canonical(event_data(event))))
                connection.execute(sql.PUT, (after.version, canonical(state_data(after)), self._rollout))
                connection.execute(sql.TELL, (self._rollout,))
                asked = event, after
        except Exception as error:
            if asked is None:
                raise  # before the commit: it was not made, and will not be
            raise AnswerLost(*asked, error) from error
        return after

    def mend(self, connection: BoundedConnection) -> RolloutState:
        """Return the state, written again from the audit log if it is missing or cannot be read.

        Raises StoreUnavailable.
        """
        with connection.transaction():
            return self._locked(connection)[0]

    def is_made(self, connection: BoundedConnection, event: Event) -> bool:
        """Whether an event is recorded.

        The lock is waited for: the transaction that was to record it may still be under way.
        """
        with connection.transaction():
            self._locked(connection)
            rows = connection.execute(sql.RECORDED, (self._rollout, event.version)).fetchall()
        return [text for (text,) in rows] == [canonical(event_data(event))]

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
        """The state that the record leads to, written.

        Raises StoreUnavailable: there is none, or it does not hold.
        """
        rows = connection.execute(sql.HISTORY, (self._rollout, 0, NO_LIMIT)).fetchall()
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
