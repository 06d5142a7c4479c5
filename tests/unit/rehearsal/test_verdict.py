"""The verdict: missed if, and only if, something is beyond its bound."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from switchover.rehearsal import Measures, Objective, WorkerHttp, missed
from unit.rehearsal.made import GOOD, OBEYED, measures, objectives


@given(measures, objectives)
def test_it_is_missed_if_and_only_if_any_measure_is_beyond_its_bound(found: Measures, objective: Objective) -> None:
    is_beyond = (
        any(step.of == 0 or step.obeyed < step.of or step.seconds > objective.obeyed_seconds for step in found.steps)
        or any(worker.seconds is None or worker.seconds > objective.http_seconds for worker in found.http)
        or not all(worker.has_called for worker in found.http)
        or sum(step.failed for step in found.steps) > objective.failed
        or sum(step.wrong for step in found.steps) > objective.wrong
        or sum(worker.failed for worker in found.http) > objective.service_failures
        or sum(step.calls for step in found.steps) == 0
        or not found.http
        or bool(found.unproven or found.broken_off or found.left)
    )
    assert bool(missed(found, objective)) == is_beyond


BROKEN: dict[str, tuple[Measures, str]] = {
    "a worker that did not obey": (
        replace(GOOD, steps=(replace(OBEYED, obeyed=3, seconds=5.0, late=("web-2 (pid 7)",)),)),
        "set (version 1): 3 of 4 workers obeyed within 5.00 s; not: web-2 (pid 7)",
    ),
    "nobody to obey": (
        replace(GOOD, steps=(replace(OBEYED, obeyed=0, of=0),)),
        "set (version 1): 0 of 0 workers obeyed within 0.05 s",
    ),
    "a worker that obeyed late": (
        replace(GOOD, steps=(replace(OBEYED, seconds=1.01),)),
        "set (version 1): the last worker obeyed after 1.01 s; 1 s are the most",
    ),
    "a call over HTTP after the rollback": (
        replace(GOOD, http=(WorkerHttp(worker="web-1", seconds=2.5),)),
        "web-1 called over HTTP 2.50 s after the rollback; 1 s are the most",
    ),
    "a worker that told nothing": (
        replace(GOOD, http=(WorkerHttp(worker="web-1", seconds=None),)),
        "web-1 did not tell of its calls over HTTP after the rollback",
    ),
    "a worker that the load does not reach": (
        replace(GOOD, http=(WorkerHttp(worker="web-1", seconds=0.0, has_called=False),)),
        "web-1 made no call over HTTP, so nothing was seen of its way back: the load does not reach it",
    ),
    "no worker that told anything": (
        replace(GOOD, http=()),
        "no worker told of its calls over HTTP after the rollback",
    ),
    "a failed call": (replace(GOOD, steps=(replace(OBEYED, failed=1),)), "1 of 10 calls failed; 0 may"),
    "a wrong answer": (
        replace(GOOD, steps=(replace(OBEYED, wrong=1),)),
        "1 of 10 answers differ from before; 0 may",
    ),
    "a service that failed": (
        replace(GOOD, http=(WorkerHttp(worker="web-1", seconds=0.0, failed=3),)),
        "the service failed at least 3 calls, which were answered in-process; 0 may fail",
    ),
    "no load": (replace(GOOD, steps=(replace(OBEYED, calls=0),)), "the load made no call"),
    "nothing over HTTP": (replace(GOOD, unproven=("getTrip",)), "no worker told of a call over HTTP of getTrip"),
    "an early end": (replace(GOOD, broken_off="interrupted"), "it was broken off: interrupted"),
    "a share that is left": (
        replace(GOOD, left="getTrip is at 1 %"),
        "not everything is as it was before: getTrip is at 1 %",
    ),
}


@pytest.mark.parametrize(("found", "sentence"), BROKEN.values(), ids=BROKEN)
def test_what_was_missed_is_said(found: Measures, sentence: str) -> None:
    assert missed(found, Objective()) == (sentence,)


def test_nothing_is_said_where_nothing_was_missed() -> None:
    assert missed(GOOD, Objective()) == ()
