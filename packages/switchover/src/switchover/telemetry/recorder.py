"""A bounded ring of events; everything that watches reads them from there, off the caller's path."""

from __future__ import annotations

import atexit
import logging
import os
import secrets
import threading
import time
import weakref
from collections import deque
from itertools import count
from typing import Final

from switchover.errors import failure_of, outline
from switchover.telemetry.events import RawEvent, Subscriber, told
from switchover.telemetry.trace import TraceContext, derived
from switchover.telemetry.tracing import Tracing

FLUSH_SECONDS: Final = 0.1
"""How long an event waits at most before the subscribers see it."""

_log = logging.getLogger("switchover.telemetry")


class Lane:
    """The calls of one wiring. A call takes `begun` when it begins, and `numbers` when it has ended, each with `next`.

    Attributes:
        begun: counts calls that began.
        numbers: gives each event its number.
    """

    __slots__ = ("_elsewhere", "_first", "_seed", "begun", "highest", "numbers", "seen")

    def __init__(self) -> None:
        # Counters of the interpreter's own: nothing that a thread could interrupt.
        self.begun, self.numbers = count(), count()
        self.restart()

    def restart(self) -> None:
        """Count from here on: what is under way belongs to another process, and so does what it recorded."""
        self._first = next(self.numbers) + 1
        self._elsewhere = _reached(self.begun) - self._first
        self._seed = secrets.randbits(64)
        self.seen, self.highest = 0, self._first - 1

    def position(self, number: int, outside: TraceContext | None) -> TraceContext:
        """The position of the call that took this number of `begun`: below the one outside, or the first of a new trace."""
        return derived(self._seed, number, outside)

    @property
    def dropped(self) -> int:
        """How many events were lost, as far as has been flushed."""
        return self.highest + 1 - self._first - self.seen

    @property
    def in_flight(self) -> int:
        """How many calls have begun and not ended."""
        return max(0, _reached(self.begun) - _reached(self.numbers) - self._elsewhere)


def _reached(counter: count[int]) -> int:
    """The next number of a counter, without taking it."""
    return int(repr(counter)[len("count(") : -1])


class Recorder:
    """Takes one event per call and hands them to whoever subscribed, within 100 ms.

    The ring is bounded: when nobody keeps up, the oldest events are dropped and counted, and callers never wait. What is in the ring
    when the process ends is handed over then. A forked child starts with an empty ring, and goes on telling its subscribers.

    Attributes:
        put: takes a RawEvent.
        spans: gives each in-process call a position of its own in the trace, which what the backend logs and asks its database carries,
            and counts it while it is under way. Calls over HTTP have and are that always.
        tracing: gives sampled calls, under every wiring, a live span; with it, `spans` is on. See `OpenTelemetryTracing`.
    """

    def __init__(self, capacity: int = 16_384, *, spans: bool = False, tracing: Tracing | None = None) -> None:
        """Raises ValueError for a capacity below 1."""
        if capacity < 1:
            raise ValueError(f"a recorder holds at least 1 event, not {capacity}")
        self._ring: deque[RawEvent] = deque(maxlen=capacity)
        self.spans = spans or tracing is not None
        self.tracing = tracing
        self._subscribers: list[Subscriber] = []
        self._lanes: dict[str, Lane] = {}
        self.put = self._ring.append
        self._begin()
        _recorders.add(self)

    def _begin(self) -> None:
        self._flushing = threading.RLock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def lane(self, wiring: str) -> Lane:
        """The counters of the calls of one wiring."""
        # Asked for every event, and a lane costs more to make than an event to hand on.
        found = self._lanes.get(wiring)
        return found if found is not None else self._lanes.setdefault(wiring, Lane())

    @property
    def dropped(self) -> int:
        """How many events were lost because the ring was full, as far as has been flushed."""
        return sum(lane.dropped for lane in list(self._lanes.values()))

    @property
    def in_flight(self) -> dict[str, int]:
        """How many calls have begun and not ended, by wiring."""
        return {wiring: lane.in_flight for wiring, lane in list(self._lanes.items())}

    def subscribe(self, subscriber: Subscriber) -> None:
        """Have `subscriber` called with every batch of events. One that raises is logged, and called again with the next batch."""
        with self._flushing:
            self._subscribers.append(subscriber)
            if self._thread is None and not self._stop.is_set():
                self._start()

    def flush(self) -> None:
        """Hand over what is in the ring now."""
        with self._flushing:
            raw = [self._ring.popleft() for _ in range(len(self._ring))]
            if not raw:
                return
            for number, kind, *_ in raw:
                lane = self.lane(kind.wiring)
                lane.seen += 1
                lane.highest = max(lane.highest, number)
            epoch = time.time() - time.perf_counter()
            batch = [told(event, epoch) for event in sorted(raw, key=lambda event: event[3])]
            for subscriber in self._subscribers:
                try:
                    subscriber(batch)
                except Exception as error:  # whoever watches must not end the watching
                    what = outline(error)
                    _log.error("a subscriber failed on %d events: %s", len(batch), what, extra=failure_of(error))

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
        """Threads do not cross a fork, locks may be held in it, and what is in the ring, or under way, is the parent's to tell."""
        is_closed = self._stop.is_set()
        self._ring.clear()
        self._begin()
        for lane in self._lanes.values():
            lane.restart()
        if is_closed:
            self._stop.set()
        elif self._subscribers:
            self._start()


_recorders: weakref.WeakSet[Recorder] = weakref.WeakSet()


def _after_fork() -> None:
    for recorder in list(_recorders):
        recorder._after_fork()  # noqa: SLF001 - the module's own


os.register_at_fork(after_in_child=_after_fork)
