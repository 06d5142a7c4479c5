"""What workers tell of their calls over HTTP adds up to evidence."""

from __future__ import annotations

from typing import Any

from support.rollouts import beat
from switchover.rehearsal.evidence import Evidence
from switchover.rollout.reporting import FORMAT, OperationReport
from switchover.rollout.stores import WorkerSeen
from switchover.rollout.windows import WindowSnapshot


def told(worker: str, at: Any, **last: float | None) -> WorkerSeen:
    """A worker that told of its operations at a time, with as many failures as it told letters."""
    operations = {
        name: OperationReport(
            direct=WindowSnapshot(seconds=10),
            http=WindowSnapshot(seconds=10, failed=int(seconds or 0) % 10),
            last_http_at=seconds,
        ).to_json()
        for name, seconds in last.items()
    }
    return WorkerSeen(beat(worker, format=FORMAT, at=at, operations=operations, leftOut=0), 0.1)


def test_the_last_call_of_any_operation_counts_from_the_order_on() -> None:
    evidence = Evidence(["getTrip", "listTrips"])
    evidence.add([told("web-1", 105.0, getTrip=100.0, listTrips=102.5, getMap=104.0)])
    (found,) = evidence.after(101.0, 0.0)
    assert (found.worker, found.seconds) == ("web-1", 1.5)
    assert evidence.after(103.0, 0.0)[0].seconds == 0.0
    assert evidence.after(106.0, 0.0)[0].seconds is None


def test_a_report_that_was_told_before_or_later_or_is_none_changes_nothing_back() -> None:
    evidence = Evidence(["getTrip"])
    evidence.add([told("web-1", 105.0, getTrip=103.0)])
    evidence.add([told("web-1", 104.0, getTrip=109.0), told("web-2", "soon", getTrip=109.0)])
    assert [(it.worker, it.seconds) for it in evidence.after(101.0, 0.0)] == [("web-1", 2.0), ("web-2", None)]
    evidence.add([told("web-1", 106.0, getTrip=None)])
    assert evidence.after(101.0, 0.0)[0].seconds == 2.0


def test_a_worker_that_has_called_nothing_since_it_began_is_told_apart() -> None:
    evidence = Evidence(["getTrip"])
    evidence.add(
        [told("web-1", 105.0, getTrip=100.5), told("web-2", 105.0, getTrip=99.0), told("web-3", 105.0, getMap=100.5)]
    )
    assert [(it.seconds, it.has_called) for it in evidence.after(101.0, 100.0)] == [(0, True), (0, False), (0, False)]


def test_of_failures_the_most_that_was_told_counts() -> None:
    evidence = Evidence(["getTrip", "listTrips"])
    evidence.add([told("web-1", 101.0, getTrip=103.0, listTrips=101.0)])
    evidence.add([told("web-1", 102.0, getTrip=101.0)])
    assert evidence.after(100.0, 0.0)[0].failed == 3 + 1


def test_an_operation_is_proven_by_any_worker_since_then() -> None:
    evidence = Evidence(["getTrip", "listTrips"])
    evidence.add([told("web-1", 101.0, getTrip=99.0), told("web-2", 101.0, getTrip=100.0, listTrips=99.0)])
    assert list(evidence.unproven(100.0)) == ["listTrips"]
    assert list(evidence.unproven(99.0)) == []


def test_whoever_has_not_told_since_then_is_waited_for() -> None:
    evidence = Evidence(["getTrip"])
    evidence.add([told("web-1", 101.0), told("web-2", 99.0)])
    assert evidence.have_told(["web-1"], 100.0)
    assert not evidence.have_told(["web-1", "web-2"], 100.0)
    assert not evidence.have_told(["web-3"], 100.0)
