"""A store in memory: for tests, and for an application of one process that forgets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from switchover.errors import RolloutConflict, StoreUnavailable
from switchover.rollout.record.event import Change, Event, Unreadable, made
from switchover.rollout.record.evidence import Evidence, evidence_text, read_evidence, with_evidence
from switchover.rollout.state import RolloutState
from switchover.rollout.stores.store import EXPIRE_SECONDS
from switchover.rollout.stores.worker import WorkerBeat, WorkerSeen


class FakeRolloutStore:
    """See `RolloutStore`; for threads of one process.

    Args:
        expire_seconds: how long a silent worker is listed.
        clock: seconds since 1970, for the record.
        monotonic: seconds, for the age of heartbeats.

    Attributes:
        outage: why it does not answer; None when it does. Tests set it.
    """

    def __init__(
        self,
        *,
        expire_seconds: float = EXPIRE_SECONDS,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.outage: str | None = None
        self._expire = expire_seconds
        self._clock, self._monotonic = clock, monotonic
        self._changed = threading.Condition()
        self._state = RolloutState()
        self._history: list[Event] = []
        self._evidence: dict[int, Evidence] = {}
        self._beats: dict[str, tuple[WorkerBeat, float]] = {}
        self._is_known = False

    def is_known(self) -> bool:
        """See `RolloutStore`."""
        self._answer()
        return self._is_known

    def load(self) -> RolloutState:
        """See `RolloutStore`."""
        self._answer()
        return self._state

    def change(self, change: Change, *, expected: int) -> RolloutState:
        """See `RolloutStore`."""
        self._answer()
        with self._changed:
            state = self._state
            if state.version != expected:
                raise RolloutConflict(expected, state.version)
            event = made(change, state, self._clock())
            self._history.append(event)
            self._state, self._is_known = event.applied(state), True
            self._changed.notify_all()
            return self._state

    def attach(self, version: int, digest: str, windows: Any) -> None:
        """See `RolloutStore`."""
        self._answer()
        self._evidence[version] = read_evidence(evidence_text(version, digest, windows, self._clock()))

    def now(self) -> float:
        """See `RolloutStore`."""
        self._answer()
        return self._clock()

    def history(self, after: int = 0, limit: int | None = None) -> Sequence[Event]:
        """See `RolloutStore`."""
        self._answer()
        events = [event for event in self._history if event.version > after]
        return with_evidence(events[:limit], self._evidence.get)

    def record(self) -> Sequence[Event | Unreadable]:
        """See `RolloutStore`."""
        return self.history()

    def wait(self, known: int, timeout: float) -> bool:
        """See `RolloutStore`."""
        self._answer()
        with self._changed:
            return self._changed.wait_for(lambda: self._state.version != known, timeout)

    def heartbeat(self, worker: WorkerBeat) -> None:
        """See `RolloutStore`."""
        self._answer()
        self._is_known = True
        self._beats[worker.id] = (worker, self._monotonic())

    def workers(self, *, reports: bool = True) -> Sequence[WorkerSeen]:
        """See `RolloutStore`."""
        self._answer()
        now = self._monotonic()
        beats = [(beat if reports else replace(beat, report={}), at) for _, (beat, at) in sorted(self._beats.items())]
        seen = [WorkerSeen(beat, now - at) for beat, at in beats]
        return [worker for worker in seen if worker.age_seconds <= self._expire]

    def leave(self, worker_id: str) -> None:
        """See `RolloutStore`."""
        self._answer()
        self._beats.pop(worker_id, None)

    def close(self) -> None:
        """There is nothing to give back."""

    def _answer(self) -> None:
        if self.outage is not None:
            raise StoreUnavailable(self.outage)
