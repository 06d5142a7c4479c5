"""The metrics of a process, and of all workers of its service."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from switchover.telemetry.background import dropped_lines
from switchover.telemetry.events import CallEvent
from switchover.telemetry.metrics.process import cpu_nanoseconds, resident_bytes
from switchover.telemetry.metrics.rendering import Exposition, rendered
from switchover.telemetry.metrics.report import Report
from switchover.telemetry.metrics.tally import Tally, wiring_label
from switchover.telemetry.metrics.totals import Gauges, Totals
from switchover.telemetry.metrics.workers import Workers
from switchover.telemetry.recorder import Recorder

WRITE_SECONDS: Final = 1.0
"""How often a worker tells the others its numbers: what one that is killed counted after that is lost with it."""

_FORK_SECONDS: Final = 5.0


class Metrics:
    """Counts the calls of a recorder, off the callers' path, for Prometheus to scrape.

    With a directory, several processes of one service are one: whichever of them is scraped tells the sum. A forked child counts for itself.
    """

    _missing: int
    _dropped: int

    def __init__(
        self,
        recorder: Recorder,
        operations: Collection[str],
        bounds: Sequence[float],
        *,
        directory: str | os.PathLike[str] | None = None,
    ) -> None:
        """Count every event that the recorder still has or gets.

        Args:
            recorder: whose calls are counted.
            operations: every `operationId` that there may be; all of them are there at 0 from the first scrape on.
            bounds: of the histograms, in seconds, without +Inf: `switchover.telemetry.objectives.buckets(objectives)`.
            directory: for the workers of one service, and of one version of its objectives; local, and made if it is not there.

        Raises:
            ValueError: the bounds do not grow from above 0, others may write to the directory, or it is none.
        """
        self._recorder = recorder
        self._operations = tuple(operations)
        self._bounds = _growing(bounds)
        self._workers = Workers(Path(directory)) if directory is not None else None
        self._start()
        recorder.subscribe(self._count)
        _started.add(self)
        self._begin()

    def exposition(self, accept: str = "") -> Exposition:
        """What a scrape is answered, in OpenMetrics or the older text format, by the `Accept` header.

        Raises:
            TimeoutError: other workers could not be asked; whoever scrapes should come again.
        """
        return rendered(self.report(), accept)

    def report(self) -> Report:
        """The numbers of all workers, now.

        Raises:
            TimeoutError: other workers could not be asked.
        """
        self._recorder.flush()
        with self._reporting:
            own = self._own()
            return own if self._workers is None else self._workers.together(own)

    def refused(self, reason: str) -> None:
        """Count a caller that was not let in to something that is no operation, such as these metrics."""
        self._tally.refuse(reason)

    def write(self) -> None:
        """Tell the other workers the numbers of this one."""
        if self._workers is not None:
            self._recorder.flush()
            with self._reporting:
                self._workers.write(self._own())

    def close(self) -> None:
        """Count what is left, tell it to the others, and be gone."""
        if self._stop.is_set():
            return
        self._stop.set()
        atexit.unregister(self.close)
        if self._thread is not None:
            self._thread.join()
        self.write()
        if self._workers is not None:
            self._workers.close()

    def _count(self, batch: Sequence[CallEvent]) -> None:
        self._tally.add(batch)

    def _own(self) -> Report:
        totals = self._totals(tuple(self._recorder.in_flight))
        in_flight = {
            wiring_label(wiring): number
            for wiring, number in self._recorder.in_flight.items()
            # Without spans, reads in this process are not counted while they run, and a number would be wrong.
            if wiring != "direct" or self._recorder.spans
        }
        return Report(totals, Gauges(in_flight, resident_bytes()))

    def _totals(self, wirings: tuple[str, ...]) -> Totals:
        """An event may be on its way, with its number taken, while later ones have arrived: only what is missing twice is lost."""
        missing = self._recorder.dropped
        self._dropped = max(self._dropped, min(self._missing, missing))
        self._missing = missing
        return self._tally.totals(wirings, dropped=self._dropped, cpu=cpu_nanoseconds(), lines_dropped=dropped_lines())

    def _start(self) -> None:
        self._tally = Tally(self._bounds, self._operations)
        self._missing = 0
        self._dropped = 0
        self._reporting = threading.RLock()
        self._is_forking = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def _begin(self) -> None:
        """Tell the others at intervals."""
        if self._workers is not None:
            self._thread = threading.Thread(
                target=self._run, args=(self._stop,), name="switchover-metrics", daemon=True
            )
            self._thread.start()
            atexit.register(self.close)

    def _run(self, stop: threading.Event) -> None:
        while not stop.wait(WRITE_SECONDS):
            self.write()

    def _before_fork(self) -> None:
        """Nothing is half-written in a child, and it inherits no lock of another thread's."""
        self._is_forking = self._reporting.acquire(timeout=_FORK_SECONDS)

    def _after_fork_in_parent(self) -> None:
        if self._is_forking:
            self._reporting.release()

    def _after_fork_in_child(self) -> None:
        """What was counted is the parent's to tell; so is what it holds."""
        is_closed = self._stop.is_set()
        if self._workers is not None:
            self._workers.start()
            atexit.unregister(self.close)
        self._start()
        if is_closed:
            self._stop.set()
        else:
            self._begin()


def _growing(bounds: Sequence[float]) -> tuple[float, ...]:
    if not bounds or not all(low < high < float("inf") for low, high in zip((0.0, *bounds), bounds, strict=False)):
        raise ValueError(
            f"the bounds of a histogram grow, from above 0: {', '.join(map(str, bounds)) or 'there are none'}"
        )
    return tuple(bounds)


_started: weakref.WeakSet[Metrics] = weakref.WeakSet()


def _before_fork() -> None:
    for metrics in list(_started):
        metrics._before_fork()  # noqa: SLF001 - the module's own


def _after_fork_in_parent() -> None:
    for metrics in list(_started):
        metrics._after_fork_in_parent()  # noqa: SLF001


def _after_fork_in_child() -> None:
    for metrics in list(_started):
        metrics._after_fork_in_child()  # noqa: SLF001


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
