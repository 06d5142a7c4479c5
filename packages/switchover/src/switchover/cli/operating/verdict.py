"""Whether a rollout is healthy, as a monitor needs it: an exit code, and the reasons for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from switchover.cli.operating.rendering import duration
from switchover.rollout.circuit import CircuitState
from switchover.rollout.fleet.figures import SideFigures
from switchover.rollout.fleet.view import FleetView, OperationView, WorkerView
from switchover.telemetry.objectives import Objective, Objectives

_STATES: Final = ("healthy", "wrong", "unknown")
_WORDS: Final = ("healthy", "WRONG", "CANNOT SAY")
NO_WORKER: Final = "no worker follows this rollout"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `status` says.

    Attributes:
        code: the exit code: 0 healthy, 1 something is wrong, 2 cannot say.
        reasons: a sentence each; none for 0.
    """

    code: int
    reasons: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """Yield it for people, a line for each reason."""
        yield from (f"{_WORDS[self.code]}: {reason}" for reason in self.reasons)
        if not self.reasons:
            yield _WORDS[self.code]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {"state": _STATES[self.code], "exitCode": self.code, "reasons": list(self.reasons)}


def judge(view: FleetView, objectives: Objectives) -> Verdict:
    """Judge a rollout by its workers and by the calls of the last 10 seconds.

    Kill switch and hold are decisions, and no fault. A side with fewer calls than `minimum_calls` is not judged: one
    failure in three calls is no error rate of 33 %.
    """
    wrong = [reason for worker in view.workers for reason in _worker(worker)]
    for operation in view.operations:
        wrong += _circuits(operation)
        for name, side in (("in-process", operation.figures.direct), ("over HTTP", operation.figures.http)):
            if side.calls >= objectives.minimum_calls:
                where = f"{operation.operation} {name}"
                wrong += _side(where, side, objectives.of(operation.operation))
    if wrong:
        return Verdict(1, tuple(wrong))
    return Verdict(0) if view.workers else Verdict(2, (NO_WORKER,))


def _worker(worker: WorkerView) -> Iterator[str]:
    if not worker.is_obeying:
        yield f"worker {worker.seen} has not converged: {worker.judged.what}"
    elif worker.seen.beat.problem:
        yield f"worker {worker.seen} reports a problem"


def _circuits(view: OperationView) -> Iterator[str]:
    circuits = view.figures.circuits
    for state, word in ((CircuitState.OPEN, "open"), (CircuitState.HALF_OPEN, "half open")):
        if circuits.get(state):
            yield f"{view.operation}: the circuit is {word} in {circuits[state]} of {sum(circuits.values())} workers"


def _side(where: str, side: SideFigures, objective: Objective) -> Iterator[str]:
    if side.error_rate is not None and side.error_rate >= objective.error_rate.share:
        failed = f"{100 * side.error_rate:.3g} % of {side.calls} calls failed"
        yield f"{where}: {failed}; the objective is less than {objective.error_rate.percent:f} %"
    if side.p95 is not None and side.p95 > objective.p95.seconds:
        yield f"{where}: the p95 is {duration(side.p95)}; the objective is {objective.p95}"
