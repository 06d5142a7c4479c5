"""Local means what remote means: what a call that passes in-process would have met on the way through HTTP."""

from __future__ import annotations

import logging
import queue
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

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
    """

    operation: str
    where: str
    what: str
    consequence: str

    def __str__(self) -> str:
        return f"{self.operation} {self.where}: {self.what}; over HTTP {self.consequence}"


Report = Callable[[Sequence[Breach]], None]
"""Takes the breaches of one sampled call. Called on a thread of the inspector's."""


def log_breaches(breaches: Sequence[Breach]) -> None:
    """Write each breach to the log `switchover.parity`."""
    for breach in breaches:
        _log.warning("%s", breach)


class Inspector:
    """Looks at sampled calls on a thread of its own. What it cannot keep up with is dropped, and counted."""

    MOST_WAITING: Final = 1000

    def __init__(self, share: float, report: Report = log_breaches) -> None:
        if not 0 < share <= 1:
            raise ValueError(f"a share lies between 0 and 1, not at {share}")
        self.share = share
        self.dropped = 0
        self._report = report
        self._waiting: queue.Queue[Callable[[], Sequence[Breach]] | None] = queue.Queue(self.MOST_WAITING)
        self._random = random.Random()  # noqa: S311 - chooses calls to look at, not secrets
        self._thread: threading.Thread | None = None

    def chooses(self) -> bool:
        """Is this call to be looked at?"""
        return self._random.random() < self.share

    def submit(self, look: Callable[[], Sequence[Breach]]) -> None:
        """Have a call looked at; never waits."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="switchover-fidelity", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait(look)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Look at what is waiting, and end the thread."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while (look := self._waiting.get()) is not None:
            try:
                if breaches := look():
                    self._report(breaches)
            except Exception:  # a report that fails must not end the looking
                _log.exception("a sampled call could not be looked at")
