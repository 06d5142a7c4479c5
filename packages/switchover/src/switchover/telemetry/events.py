"""One event per call, put into a bounded ring; everything that watches reads it from there, off the caller's path."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import count
from typing import Final, NamedTuple

FLUSH_SECONDS: Final = 0.1
"""How long an event waits at most before the subscribers see it."""


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


class Recorder:
    """Takes one event per call and hands them to whoever subscribed, in order, within 100 ms.

    The ring is bounded: when nobody keeps up, the oldest events are dropped and counted, and callers never wait.
    """

    def __init__(self, capacity: int = 65_536) -> None:
        self._ring: deque[RawEvent] = deque(maxlen=capacity)
        self._subscribers: list[Callable[[Sequence[CallEvent]], None]] = []
        self._next = 0
        self._dropped = 0
        self._flushing = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        # Bound once: these two are all that a call pays for being watched.
        self.number = count().__next__
        self.put = self._ring.append

    @property
    def dropped(self) -> int:
        """How many events were lost because the ring was full, as far as has been flushed."""
        return self._dropped

    def subscribe(self, subscriber: Callable[[Sequence[CallEvent]], None]) -> None:
        """Have `subscriber` called with every batch of events, on a thread of the recorder's."""
        self._subscribers.append(subscriber)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="switchover-events", daemon=True)
            self._thread.start()

    def flush(self) -> None:
        """Hand over what is in the ring now."""
        with self._flushing:
            batch: list[CallEvent] = []
            for _ in range(len(self._ring)):
                number, kind, started, ended = self._ring.popleft()
                self._dropped += max(0, number - self._next)
                self._next = max(self._next, number + 1)
                batch.append(CallEvent(number, *kind, started, ended - started))
            if batch:
                for subscriber in self._subscribers:
                    subscriber(batch)

    def close(self) -> None:
        """Flush, and end the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def _run(self) -> None:
        while not self._stop.wait(FLUSH_SECONDS):
            self.flush()
