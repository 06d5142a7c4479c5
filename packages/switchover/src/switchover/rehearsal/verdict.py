"""Was the objective met? Every measure beyond its bound is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from switchover.rehearsal.measures import Measures, Step, WorkerHttp


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """The bounds of a rehearsal.

    Attributes:
        obeyed_seconds: within which all workers have to obey each order.
        http_seconds: within which, after the rollback, the last call over HTTP has to have begun in each worker.
        failed: calls that may fail.
        wrong: answers that may differ.
        service_failures: calls that the service may fail, though callers were answered.
    """

    obeyed_seconds: float = 1.0
    http_seconds: float = 1.0
    failed: int = 0
    wrong: int = 0
    service_failures: int = 0


def missed(measures: Measures, objective: Objective) -> tuple[str, ...]:
    """What was missed, as sentences; nothing if the objective was met."""
    return tuple(_missed(measures, objective))


def _missed(measures: Measures, objective: Objective) -> Iterator[str]:
    if measures.broken_off:
        yield f"it was broken off: {measures.broken_off}"
    if measures.left:
        yield f"not everything is as it was before: {measures.left}"
    for step in measures.steps:
        yield from _disobeyed(step, objective.obeyed_seconds)
    for worker in measures.http:
        yield from _lingering(worker, objective.http_seconds)
    yield from _beyond(measures, objective)
    yield from _unshown(measures)


def _beyond(measures: Measures, objective: Objective) -> Iterator[str]:
    of = f"of {measures.calls}"
    if measures.failed > objective.failed:
        yield f"{measures.failed} {of} calls failed; {objective.failed} may"
    if measures.wrong > objective.wrong:
        yield f"{measures.wrong} {of} answers differ from before; {objective.wrong} may"
    failures = measures.service_failures
    if failures > objective.service_failures:
        yield f"the service failed at least {failures} calls, which were answered in-process; {objective.service_failures} may fail"


def _unshown(measures: Measures) -> Iterator[str]:
    """What has to have happened for the rest to show anything."""
    if not measures.http:
        yield "no worker told of its calls over HTTP after the rollback"
    if not measures.calls:
        yield "the load made no call"
    if measures.unproven:
        yield f"no worker told of a call over HTTP of {', '.join(measures.unproven)}"


def _disobeyed(step: Step, bound: float) -> Iterator[str]:
    what = f"{step.order} (version {step.version})"
    if not step.is_obeyed:
        late = f"; not: {', '.join(step.late)}" if step.late else ""
        yield f"{what}: {step.obeyed} of {step.of} workers obeyed within {step.seconds:.2f} s{late}"
    elif step.seconds > bound:
        yield f"{what}: the last worker obeyed after {step.seconds:.2f} s; {bound:g} s are the most"


def _lingering(worker: WorkerHttp, bound: float) -> Iterator[str]:
    if worker.seconds is None:
        yield f"{worker.worker} did not tell of its calls over HTTP after the rollback"
    elif worker.seconds > bound:
        yield f"{worker.worker} called over HTTP {worker.seconds:.2f} s after the rollback; {bound:g} s are the most"
    elif not worker.has_called:
        yield f"{worker.worker} made no call over HTTP, so nothing was seen of its way back: the load does not reach it"
