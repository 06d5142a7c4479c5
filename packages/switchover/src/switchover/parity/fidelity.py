"""Local means what remote means: what a call that passes in-process would have met on the way through HTTP."""

from __future__ import annotations

import logging
import os
import queue
import random
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from switchover.errors import failure_of, outline

_log = logging.getLogger("switchover.parity")


class Fidelity(Enum):
    """How closely `direct` is held to what HTTP would do.

    STRICT sends every value through JSON, hands on the copy, and raises what it finds: for tests.
    SAMPLE looks at a share of the calls without changing them and reports what it finds: for production.
    OFF looks at none.
    """

    STRICT = "strict"
    SAMPLE = "sample"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that would go differently over HTTP.

    Attributes:
        operation: id in the contract.
        where: what part of the call (`arguments`, `answer`, `error`, `caller`) and the JSON Pointer in it.
        what: what is wrong with it.
        consequence: what would happen over HTTP.
        remedy: what to change so that the call passes; empty if `what` says it.
    """

    operation: str
    where: str
    what: str
    consequence: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.operation} {self.where}: {self.what}; over HTTP {self.consequence}"


Look = Callable[[], Sequence[Breach]]
"""Looks at one call, and tells what would have gone differently."""

Waiting = queue.Queue[Look | None]

Report = Callable[[Sequence[Breach]], None]
"""Takes the breaches of one sampled call. Called on a thread of the inspector's."""


def log_breaches(breaches: Sequence[Breach]) -> None:
    """Write each breach to the log `switchover.parity`."""
    for breach in breaches:
        _log.warning("%s", breach)


class Inspector:
    """Looks at sampled calls on a thread of its own. What it cannot keep up with is dropped, and counted.

    Args:
        share: of the calls, more than 0 and at most 1.
        report: takes what was found; the log `switchover.parity` if nothing else is said.

    Raises:
        ValueError: a share that is none.
    """

    MOST_WAITING: Final = 1000

    def __init__(self, share: float, report: Report = log_breaches) -> None:
        if not 0 < share <= 1:
            raise ValueError(f"a share is more than 0 and at most 1, not {share}")
        self.share = share
        self._report = report
        self._random = random.Random()  # noqa: S311 - chooses calls to look at, not secrets
        self._begin()
        _inspectors.add(self)

    def _begin(self) -> None:
        self.dropped = 0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._waiting: Waiting = queue.Queue(self.MOST_WAITING)

    def chooses(self) -> bool:
        """Is this call to be looked at?"""
        return self._random.random() < self.share

    def submit(self, look: Look) -> None:
        """Have a call looked at; never waits."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, args=(self._waiting,), daemon=True)
                self._thread.name = "switchover-fidelity"
                self._thread.start()
            try:
                self._waiting.put_nowait(look)
            except queue.Full:
                self.dropped += 1

    def close(self) -> None:
        """Look at what is waiting, and end the thread; a call that is submitted later starts another."""
        with self._lock:
            thread, waiting = self._thread, self._waiting
            self._thread, self._waiting = None, queue.Queue(self.MOST_WAITING)
        if thread is not None:
            waiting.put(None)
            thread.join()

    def _run(self, waiting: Waiting) -> None:
        while (look := waiting.get()) is not None:
            try:
                if breaches := look():
                    self._report(breaches)
            except Exception as error:  # a report that fails must not end the looking
                _log.error("a sampled call could not be looked at: %s", outline(error), extra=failure_of(error))


_inspectors: weakref.WeakSet[Inspector] = weakref.WeakSet()


def _after_fork() -> None:
    """Threads do not cross a fork, locks may be held in it, and what was waiting is the parent's to look at."""
    for inspector in list(_inspectors):
        inspector._begin()  # noqa: SLF001 - the module's own


os.register_at_fork(after_in_child=_after_fork)
