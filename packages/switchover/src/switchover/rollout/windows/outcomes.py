"""Windows for every operation and wiring, fed by the events of calls."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Sequence

from switchover.rollout.windows.slots import FINE, Slots
from switchover.rollout.windows.snapshot import WindowSnapshot
from switchover.telemetry.events import CallEvent, Outcome

_Durations = dict[str, dict[str, list[float]]]
_Others = dict[tuple[str, str], list[Outcome]]


class OutcomeWindows:
    """What became of the calls of the last seconds and the last minutes: `recorder.subscribe(OutcomeWindows())`.

    An event counts for the moment at which it is handed over, which is within 100 ms of its end, so that a wall clock that is set moves
    nothing. Should the clock itself go back, time stands still for that moment and goes on from there. A forked child starts with empty
    windows: what is in them is the parent's to tell.

    Attributes:
        glance: length of the short window, in seconds. It moves in tenths, so that the oldest tenth leaves it at once.
        horizon: length of the long one, in seconds. It moves in steps as long as the short one.
    """

    def __init__(
        self, *, glance: float = 10.0, horizon: float = 300.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the lengths in seconds, and a clock that tells seconds.

        Raises:
            ValueError: the short window is not longer than 0 s, or the long one is no whole number of it, at least two.
        """
        steps = horizon / glance if glance > 0 else 0
        if steps < 2 or steps != int(steps):
            raise ValueError(
                f"a horizon is a whole number of glances, at least 2, and a glance more than 0 s; not {horizon:g} s and {glance:g} s"
            )
        self.glance, self.horizon = glance, horizon
        self._clock, self._steps = clock, int(steps)
        self._last, self._lost = clock(), 0.0
        self._begin()
        _windows.add(self)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._slots: dict[tuple[str, str], Slots] = {}

    def __call__(self, events: Sequence[CallEvent]) -> None:
        """Count a batch of events."""
        durations, others = _sorted_out(events)
        with self._lock:
            tick = self._tick()
            for wiring, by_operation in durations.items():
                for operation, times in by_operation.items():
                    key = operation, wiring
                    slots = self._slots.get(key)
                    if slots is None:
                        slots = self._slots[key] = Slots(tick, self._steps)
                    slots.add(tick, times, others.get(key, []))

    def snapshot(self, operation: str, wiring: str, *, is_long: bool = False) -> WindowSnapshot:
        """The last seconds (`glance`), or minutes (`is_long`: `horizon`), of an operation by `direct`, `http` or `serve`."""
        with self._lock:
            slots = self._slots.get((operation, wiring))
            return self._told(slots or Slots(0, self._steps), is_long=is_long)

    def snapshots(self, *, is_long: bool = False) -> dict[tuple[str, str], WindowSnapshot]:
        """The same of everything that was called within the horizon, by operation and wiring."""
        with self._lock:
            told = {key: self._told(slots, is_long=is_long) for key, slots in sorted(self._slots.items())}
            self._slots = {key: slots for key, slots in self._slots.items() if not slots.is_empty}
            return {key: snapshot for key, snapshot in told.items() if key in self._slots}

    def _told(self, slots: Slots, *, is_long: bool) -> WindowSnapshot:
        slots.advance(self._tick())
        return slots.snapshot(self.horizon if is_long else self.glance, is_fine=not is_long)

    def _tick(self) -> int:
        now = self._clock()
        self._lost += max(0.0, self._last - now)
        self._last = now
        return int((now + self._lost) * FINE // self.glance)

    def _after_fork(self) -> None:
        self._begin()


def _sorted_out(events: Sequence[CallEvent]) -> tuple[_Durations, _Others]:
    """Durations by wiring and operation, and the outcomes that are not OK. By position: this is what an event costs."""
    durations: _Durations = {}
    others: _Others = {}
    ok = Outcome.OK
    for event in events:
        try:
            durations[event[2]][event[1]].append(event[7])
        except KeyError:
            durations.setdefault(event[2], {})[event[1]] = [event[7]]
        if event[3] is not ok:
            others.setdefault((event[1], event[2]), []).append(event[3])
    return durations, others


_windows: weakref.WeakSet[OutcomeWindows] = weakref.WeakSet()


def _after_fork() -> None:
    for windows in list(_windows):
        windows._after_fork()  # noqa: SLF001 - the module's own


os.register_at_fork(after_in_child=_after_fork)
