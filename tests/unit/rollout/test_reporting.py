"""What a worker says of its calls is what it did, fits, and is read with care."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.clock import OwnedClock
from switchover.rollout import CircuitState, Rollout, reporting
from switchover.rollout.record import canonical
from switchover.rollout.reporting import OperationReport, Reporter, reports_of
from switchover.rollout.stores.worker import MOST_REPORT_BYTES
from switchover.rollout.windows import LatencySketch, OutcomeWindows, WindowSnapshot
from switchover.telemetry import Recorder
from switchover.telemetry.events import CallEvent, Kind, Outcome


def event(
    operation: str, wiring: str, *, at: float = 1000.0, outcome: Outcome = Outcome.OK, took: float = 0.01
) -> CallEvent:
    return CallEvent(0, operation, wiring, outcome, "", "bucket", at, took, None, None)


def reporter(rollout: Rollout | None = None) -> Reporter:
    return Reporter(rollout or Rollout(), OutcomeWindows(clock=OwnedClock()), clock=lambda: 2000.0)


def told(made: Reporter, *events: CallEvent) -> dict[str, OperationReport]:
    made.windows(events)
    made(events)
    return reports_of(json.loads(canonical(made.report())))


def test_both_sides_the_circuit_and_the_last_call_over_http_are_told() -> None:
    rollout = Rollout()
    rollout.cover(["getTrip", "listTrips"])
    made = reporter(rollout)
    http = [event("getTrip", "http", at=at) for at in (1001.0, 1003.5, 1002.0)]
    found = told(made, event("getTrip", "direct"), event("getTrip", "direct", outcome=Outcome.FAILED), *http)
    assert sorted(found) == ["getTrip", "listTrips"]
    trip = found["getTrip"]
    assert (trip.direct.calls, trip.direct.error_rate, trip.http.calls) == (2, 0.5, 3)
    assert (trip.last_http_at, found["listTrips"].last_http_at) == (1003.5, None)
    assert trip.circuit is CircuitState.CLOSED
    assert made.report()["at"] == 2000.0


def test_calls_that_are_served_are_no_side() -> None:
    assert told(reporter(), event("getTrip", "serve")) == {}


def test_a_recorder_is_watched_with_one_call() -> None:
    recorder = Recorder()
    made = Reporter.watching(recorder, Rollout())
    recorder.put((0, Kind("getTrip", "http"), 1.0, 2.0, None, None))
    recorder.close()
    assert made.report()["operations"]["getTrip"]["lastHttpAt"] > 0
    assert made.report()["operations"]["getTrip"]["http"]["ok"] == 1


def test_what_does_not_fit_is_left_out_from_the_least_called_on() -> None:
    made = reporter()
    many = [event(f"operation{number:04}" + "x" * 200, "http") for number in range(1000)]
    made.windows([*many, event("busy", "http"), event("busy", "http")])
    report = made.report()
    assert len(canonical(report)) <= MOST_REPORT_BYTES
    assert report["leftOut"] == 1001 - len(report["operations"]) > 0
    assert "busy" in report["operations"]


def test_a_forked_child_tells_nothing_of_its_parents_calls() -> None:
    made = reporter()
    told(made, event("getTrip", "http"))
    child = os.fork()
    if child == 0:
        os._exit(0 if reports_of(made.report()) == {} else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert reports_of(made.report())["getTrip"].last_http_at == 1000.0
    reporting._after_fork()
    assert reports_of(made.report())["getTrip"].last_http_at is None


windows = st.builds(
    WindowSnapshot,
    seconds=st.just(10.0),
    ok=st.integers(0, 9),
    failed=st.integers(0, 9),
    latency=st.lists(st.floats(0.001, 10)).map(LatencySketch.of),
)
operation_reports = st.builds(
    OperationReport,
    direct=windows,
    http=windows,
    circuit=st.sampled_from(CircuitState),
    last_http_at=st.none() | st.floats(0, 1e10),
)


@given(operation_reports)
def test_a_report_is_read_as_it_was_written(report: OperationReport) -> None:
    assert OperationReport.of_json(json.loads(canonical(report.to_json()))) == report


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(anything)
def test_what_is_no_report_is_left_out(value: Any) -> None:
    good = OperationReport(direct=WindowSnapshot(seconds=10), http=WindowSnapshot(seconds=10))
    operations = {"getTrip": value, "listTrips": good.to_json()}
    assert reports_of({"format": 1, "at": 0, "operations": operations, "leftOut": 0}) == {"listTrips": good}
    assert reports_of({"format": 2, "operations": operations}) == {}
    assert reports_of({"format": 1, "operations": [value]}) == {}


@pytest.mark.parametrize("last", [True, "1", float("inf"), float("nan"), []])
def test_a_time_that_is_none_is_refused(last: object) -> None:
    window = WindowSnapshot(seconds=10).to_json()
    data = {"direct": window, "http": window, "circuit": "closed", "lastHttpAt": last}
    with pytest.raises(ValueError, match=r"#/lastHttpAt is .*; it has to be seconds since 1970, or null"):
        OperationReport.of_json(data)
