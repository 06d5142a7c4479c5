"""What a rehearsal measures, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One order, and what came of it.

    Attributes:
        order: `set`, `rollback`, `resume`.
        share: that it gave the operations, in steps of 0.01 %.
        version: of the state that it led to.
        at: when it was given, in seconds since 1970.
        obeyed, of: workers that obeyed, and workers there were.
        seconds: from the order until the last worker had obeyed, or until nobody waited any more.
        late: the workers that had not obeyed by then, as people read them.
        calls, failed, wrong: of the load, until the next order.
    """

    order: str
    share: int
    version: int
    at: float
    obeyed: int
    of: int
    seconds: float
    late: tuple[str, ...] = ()
    calls: int = 0
    failed: int = 0
    wrong: int = 0

    @property
    def is_obeyed(self) -> bool:
        """Was there a worker, and did all of them obey?"""
        return self.of > 0 and self.obeyed == self.of


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerHttp:
    """What a worker told of its calls over HTTP after the rollback.

    Attributes:
        worker: its id.
        seconds: from the order until the last call over HTTP began in it, 0 if that was before the order; None if it told nothing.
        failed: calls over HTTP that failed there during the rehearsal, as far as its windows reach.
        has_called: did it tell of any call over HTTP during the rehearsal? One that the load did not reach shows nothing.
    """

    worker: str
    seconds: float | None
    failed: int = 0
    has_called: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A call that failed, or was answered in another way than before.

    Attributes:
        call: which.
        what: class of the exception, or the places where the answer differs, as JSON Pointers. Never a value.
        step: number of the step, from 0.
        is_wrong: was it answered?
    """

    call: str
    what: str
    step: int
    is_wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What a rehearsal came to.

    Attributes:
        steps: in order.
        http: by worker, after the rollback.
        skipped: calls that were not made, because too many were under way.
        unproven: operations that no worker told of having called over HTTP.
        troubles: the first of them.
        broken_off: why it did not come to its end; "" if it did.
        left: what is not as it was before; "" if all is.
    """

    steps: tuple[Step, ...] = ()
    http: tuple[WorkerHttp, ...] = ()
    skipped: int = 0
    unproven: tuple[str, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    broken_off: str = ""
    left: str = ""

    @property
    def calls(self) -> int:
        """Made by the load."""
        return sum(step.calls for step in self.steps)

    @property
    def failed(self) -> int:
        """Of the load's calls."""
        return sum(step.failed for step in self.steps)

    @property
    def wrong(self) -> int:
        """Answers that differ."""
        return sum(step.wrong for step in self.steps)

    @property
    def service_failures(self) -> int:
        """Calls over HTTP that failed; the caller was answered in-process."""
        return sum(worker.failed for worker in self.http)
