"""Where the state of a rollout is kept, for all processes that follow it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from switchover.rollout.record.event import Change, Event, Unreadable
from switchover.rollout.state import RolloutState
from switchover.rollout.stores.worker import WorkerBeat, WorkerSeen

EXPIRE_SECONDS: Final = 86_400.0
"""For so long a worker that did not sign off is listed after its last sign of life, unless its process is known to
have ended. It may be frozen or cut off and still call the service, so it is not dropped sooner."""


class RolloutStore(Protocol):
    """Methods block, for a bounded time, and may be called from any thread and, after a fork, from any process.

    Each of them raises `switchover.errors.StoreUnavailable` when the store does not answer or what it holds cannot be used; no text of it
    holds a secret.
    """

    def is_known(self) -> bool:
        """Whether this store was ever used: it holds a state, an audit log, or a worker's heartbeat.

        False means that its address is new, or mistyped. A worker that has left may leave no trace. Asking creates
        nothing, and reads no more than it takes.
        """
        ...

    def load(self) -> RolloutState:
        """What is in force; version 0 before the first change."""
        ...

    def change(self, change: Change, *, expected: int) -> RolloutState:
        """Make a change, if version `expected` is in force, and return the state that it led to.

        Raises:
            RolloutConflict: another version is in force; nothing was changed.
            StoreUnavailable: nothing was changed, and this change never comes into force.
            ChangeUnknown: the change may have been made; `load` and `history` tell once the store
                answers again.
        """
        ...

    def attach(self, version: int, digest: str, windows: Any) -> None:
        """Keep figures beside an event that was recorded without.

        `history` and `record` return it with them.

        Args:
            version: of the event.
            digest: of the event.
            windows: outcomes at that moment.

        Raises:
            ValueError: `windows` is not JSON.
            StoreUnavailable: they were not kept; nothing else is affected.
        """
        ...

    def now(self) -> float:
        """Return the store's time in seconds since 1970: events and bake times go by it."""
        ...

    def history(self, after: int = 0, limit: int | None = None) -> Sequence[Event]:
        """Events past version `after`, in the order in which they are recorded, and at most `limit` of them."""
        ...

    def record(self) -> Sequence[Event | Unreadable]:
        """The whole record as it lies there: in the place of what is no event, what is wrong with it. For `verify`."""
        ...

    def wait(self, known: int, timeout: float) -> bool:
        """Wait until a version other than `known` may be in force, or for `timeout` seconds: False if there is none."""
        ...

    def heartbeat(self, worker: WorkerBeat) -> None:
        """Note that a worker lives, and which version it has applied."""
        ...

    def workers(self, *, reports: bool = True) -> Sequence[WorkerSeen]:
        """Return the workers that may live, by id.

        These are all that did not sign off, except those whose process is known to have ended, and
        those that have been silent for longer than the store remembers.

        Without their `reports` it costs little, however much they report.

        A heartbeat that is there and cannot be read is a worker whose problem says so, and no
        reason to fail.
        """
        ...

    def leave(self, worker_id: str) -> None:
        """A worker ends; nobody is to wait for it."""
        ...

    def close(self) -> None:
        """Give back what this process holds. The store can be used again."""
        ...
