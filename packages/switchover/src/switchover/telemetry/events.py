"""One event per call, put into a bounded ring; everything that watches reads it from there, off the caller's path."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from itertools import count
from typing import Final, NamedTuple

FLUSH_SECONDS: Final = 0.1
"""How long an event waits at most before the subscribers see it."""

_log = logging.getLogger("switchover.telemetry")


class CallEvent(NamedTuple):
    """What happened in one call.

    `started` is a time of `time.perf_counter`, `duration` is in seconds. `outcome` is `ok` or the name of the exception that ended the call.
    """

    number: int
    operation: str
    wiring: str
    outcome: str
    started: float
    duration: float


Kind = tuple[str, str, str]
"""Operation, wiring and outcome."""

RawEvent = tuple[int, Kind, float, float]
"""Number, kind, start and end: an event as a call leaves it, made of what is there already."""

Subscriber = Callable[[Sequence[CallEvent]], None]
"""Gets every batch of events, in order, on a thread of the recorder's."""


class Recorder:
    """Takes one event per call and hands them to whoever subscribed, in order, within 100 ms.

    The ring is bounded: when nobody keeps up, the oldest events are dropped and counted, and callers never wait. What is in the ring
    when the process ends is handed over then. A forked child starts with an empty ring, and goes on telling its subscribers.

    Attributes:
        numbers: gives each event its number, with `next`.
        put: takes a RawEvent.
    """

    def __init__(self, capacity: int = 16_384) -> None:
        """Raises ValueError for a capacity below 1."""
        if capacity < 1:
            raise ValueError(f"a recorder holds at least 1 event, not {capacity}")
        self._ring: deque[RawEvent] = deque(maxlen=capacity)
        self._subscribers: list[Subscriber] = []
        # Bound once: these two are all that a call pays for being watched.
        self.numbers = count()
        self.put = self._ring.append
        self._begin(0)
        _recorders.add(self)

    def _begin(self, first: int) -> None:
        self._flushing = threading.RLock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._first = first
        self._seen = 0
        self._highest = first - 1

    @property
    def dropped(self) -> int:
        """How many events were lost because the ring was full, as far as has been flushed."""
        return self._highest + 1 - self._first - self._seen

    def subscribe(self, subscriber: Subscriber) -> None:
        """Have `subscriber` called with every batch of events. One that raises is logged, and called again with the next batch."""
        with self._flushing:
            self._subscribers.append(subscriber)
            if self._thread is None and not self._stop.is_set():
                self._start()

    def flush(self) -> None:
        """Hand over what is in the ring now."""
        with self._flushing:
            raw = sorted(self._ring.popleft() for _ in range(len(self._ring)))
            if not raw:
                return
            self._seen += len(raw)
            self._highest = max(self._highest, raw[-1][0])
            batch = [CallEvent(number, *kind, started, ended - started) for number, kind, started, ended in raw]
            for subscriber in self._subscribers:
                try:
                    subscriber(batch)
                except Exception:  # whoever watches must not end the watching
                    _log.exception("a subscriber failed on %d events", len(batch))

    def close(self) -> None:
        """Flush, and end the thread."""
        self._stop.set()
        atexit.unregister(self.close)
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        self.flush()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, args=(self._stop,), name="switchover-events", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def _run(self, stop: threading.Event) -> None:
        while not stop.wait(FLUSH_SECONDS):
            self.flush()

    def _after_fork(self) -> None:
        """Threads do not cross a fork, locks may be held in it, and the events in the ring are the parent's to tell."""
        is_closed = self._stop.is_set()
        self._ring.clear()
        self._begin(next(self.numbers) + 1)
        if is_closed:
            self._stop.set()
        elif self._subscribers:
            self._start()


_recorders: weakref.WeakSet[Recorder] = weakref.WeakSet()


def _after_fork() -> None:
    for recorder in list(_recorders):
        recorder._after_fork()  # noqa: SLF001 - the module's own


os.register_at_fork(after_in_child=_after_fork)
