"""Windows of outcomes: what is in them, when it leaves them, and what adding up does."""

from __future__ import annotations

import json
import math
import os
import signal
import threading
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.rollout.windows import LatencySketch, OutcomeWindows, WindowSnapshot, outcomes
from switchover.telemetry import Recorder
from switchover.telemetry.events import CallEvent, Kind, Outcome


class Clock:
    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def event(
    duration: float = 0.01, outcome: Outcome = Outcome.OK, operation: str = "getTrip", wiring: str = "http"
) -> CallEvent:
    return CallEvent(0, operation, wiring, outcome, "", "bucket", 0.0, duration, None, None)


def told(ended: Sequence[Outcome]) -> list[CallEvent]:
    return [event(outcome=outcome) for outcome in ended]


snapshots = st.builds(
    WindowSnapshot,
    seconds=st.just(10.0),
    ok=st.integers(0, 9),
    refused=st.integers(0, 9),
    failed=st.integers(0, 9),
    cancelled=st.integers(0, 9),
    latency=st.lists(st.floats(1e-6, 100), max_size=9).map(LatencySketch.of),
)


def test_calls_are_counted_by_operation_wiring_and_outcome() -> None:
    windows = OutcomeWindows(clock=Clock())
    windows(told([Outcome.OK, Outcome.OK, Outcome.FAILED, Outcome.REFUSED, Outcome.CANCELLED, Outcome.CANCELLED]))
    windows([event(operation="listTrips"), event(wiring="direct", outcome=Outcome.FAILED)])
    found = windows.snapshot("getTrip", "http")
    assert (found.ok, found.failed, found.refused, found.cancelled, found.calls) == (2, 1, 1, 2, 6)
    assert found.error_rate == pytest.approx(1 / 6)
    assert found.latency.count == 6
    assert windows.snapshot("getTrip", "direct").error_rate == 1
    assert windows.snapshot("listTrips", "http").ok == 1
    assert list(windows.snapshots()) == [("getTrip", "direct"), ("getTrip", "http"), ("listTrips", "http")]


def test_what_was_never_called_has_an_empty_window() -> None:
    windows = OutcomeWindows(clock=Clock())
    empty = windows.snapshot("getTrip", "http")
    assert empty == WindowSnapshot(seconds=10.0)
    assert (empty.calls, empty.error_rate, empty.p50, empty.p95, empty.p99) == (0, None, None, None, None)
    assert windows.snapshot("getTrip", "http", is_long=True).seconds == 300.0
    assert windows.snapshots() == {}


def test_a_call_leaves_the_short_window_after_ten_seconds_and_the_long_one_after_five_minutes() -> None:
    clock = Clock(1000.0)
    windows = OutcomeWindows(clock=clock)
    windows([event()])
    clock.now = 1009.99
    assert windows.snapshot("getTrip", "http").calls == 1
    clock.now = 1010.0
    assert windows.snapshot("getTrip", "http").calls == 0
    clock.now = 1299.99
    assert windows.snapshot("getTrip", "http", is_long=True).calls == 1
    assert windows.snapshots() == {("getTrip", "http"): WindowSnapshot(seconds=10.0)}
    clock.now = 1300.0
    assert windows.snapshot("getTrip", "http", is_long=True).calls == 0
    assert windows.snapshots(is_long=True) == {}


@given(st.lists(st.tuples(st.floats(0, 40), st.sampled_from(Outcome), st.floats(1e-6, 100)), max_size=40))
def test_windows_hold_exactly_what_is_recent(steps: list[tuple[float, Outcome, float]]) -> None:
    clock = Clock(500.0)
    windows = OutcomeWindows(clock=clock)
    calls: list[tuple[int, Outcome, float]] = []
    for pause, outcome, duration in steps:
        clock.now += pause
        windows([event(duration, outcome)])
        calls.append((math.floor(clock.now), outcome, duration))
        now = math.floor(clock.now)
        for is_long, first in ((False, now - 9), (True, (now // 10 - 29) * 10)):
            recent = [call for call in calls if call[0] >= first]
            found = windows.snapshot("getTrip", "http", is_long=is_long)
            assert found.calls == len(recent)
            assert found.failed == sum(call[1] is Outcome.FAILED for call in recent)
            assert found.latency == LatencySketch.of([call[2] for call in recent])


def test_a_clock_that_goes_back_stops_time_and_does_not_keep_old_calls() -> None:
    clock = Clock(5000.0)
    windows = OutcomeWindows(clock=clock)
    windows([event()])
    clock.now = 5004.0
    windows([event()])
    clock.now = 10.0
    windows([event()])
    assert windows.snapshot("getTrip", "http").calls == 3
    clock.now = 15.9
    assert windows.snapshot("getTrip", "http").calls == 3
    clock.now = 16.0
    assert windows.snapshot("getTrip", "http").calls == 2
    clock.now = 20.0
    assert windows.snapshot("getTrip", "http").calls == 0


def test_large_batches_are_counted_whole() -> None:
    windows = OutcomeWindows(clock=Clock())
    durations = [0.001 * (1 + number % 997) for number in range(10_001)]
    windows([event(duration) for duration in durations])
    found = windows.snapshot("getTrip", "http")
    assert found.calls == found.latency.count == 10_001
    assert found.p50 == pytest.approx(sorted(durations)[5000], rel=0.02)
    assert found.p95 == pytest.approx(sorted(durations)[9500], rel=0.02)
    assert found.p99 == pytest.approx(sorted(durations)[9900], rel=0.02)


def test_looking_changes_nothing() -> None:
    windows = OutcomeWindows(clock=Clock())
    windows([event(), event()])
    assert windows.snapshot("getTrip", "http") == windows.snapshot("getTrip", "http")
    windows([event()])
    assert windows.snapshot("getTrip", "http").latency.count == 3


def test_threads_may_feed_and_look_at_once() -> None:
    windows, barrier = OutcomeWindows(clock=Clock()), threading.Barrier(5)
    looks: list[int] = []

    def feed() -> None:
        barrier.wait(10)
        for _ in range(200):
            windows(told([Outcome.OK, Outcome.FAILED]))

    def look() -> None:
        barrier.wait(10)
        for _ in range(100):
            found = windows.snapshot("getTrip", "http")
            assert found.ok == found.failed
            assert found.latency.count == found.calls
            looks.append(found.calls)

    threads = [threading.Thread(target=feed) for _ in range(4)] + [threading.Thread(target=look)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(looks) == 100
    assert looks == sorted(looks)
    assert windows.snapshot("getTrip", "http").calls == 4 * 200 * 2


def test_a_recorder_feeds_windows() -> None:
    recorder, windows = Recorder(), OutcomeWindows()
    recorder.subscribe(windows)
    recorder.put((next(recorder.lane("http").numbers), Kind("getTrip", "http", Outcome.FAILED), 1.0, 1.25, None, None))
    recorder.close()
    found = windows.snapshot("getTrip", "http")
    assert (found.calls, found.failed) == (1, 1)
    assert found.p50 == pytest.approx(0.25, rel=0.02)


def in_a_child(check: Callable[[], bool]) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # from Python 3.12 on: threads and fork
        child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(10)
            code = 0 if check() else 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_forked_child_starts_with_empty_windows_even_if_they_were_in_use() -> None:
    windows = OutcomeWindows(clock=Clock())
    windows([event()])

    def starts_anew() -> bool:
        before = windows.snapshot("getTrip", "http").calls
        windows([event(), event()])
        return before == 0 and windows.snapshot("getTrip", "http").calls == 2

    with windows._lock:
        assert in_a_child(starts_anew) == 0
    assert windows.snapshot("getTrip", "http").calls == 1


def test_what_follows_a_fork_forgets_all_windows_there_are() -> None:
    windows = OutcomeWindows(clock=Clock())
    windows([event()])
    outcomes._after_fork()
    assert windows.snapshots() == {}


def test_lengths_may_be_chosen() -> None:
    clock = Clock()
    windows = OutcomeWindows(glance=1.0, horizon=2.0, clock=clock)
    windows([event()])
    clock.now = 1.0
    assert windows.snapshot("getTrip", "http") == WindowSnapshot(seconds=1.0)
    assert windows.snapshot("getTrip", "http", is_long=True).calls == 1
    clock.now = 2.0
    assert windows.snapshot("getTrip", "http", is_long=True).calls == 0


@pytest.mark.parametrize(("glance", "horizon"), [(0.0, 1.0), (-1.0, 1.0), (10.0, 10.0), (10.0, 25.0)])
def test_lengths_that_do_not_fit_are_refused(glance: float, horizon: float) -> None:
    with pytest.raises(ValueError, match="a horizon is a whole number of glances"):
        OutcomeWindows(glance=glance, horizon=horizon)


@given(snapshots, snapshots, snapshots)
def test_snapshots_add_up_in_any_order(one: WindowSnapshot, two: WindowSnapshot, three: WindowSnapshot) -> None:
    assert one.merge(two) == two.merge(one)
    assert one.merge(two).merge(three) == one.merge(two.merge(three))
    assert one.merge(WindowSnapshot(seconds=10.0)) == one
    assert one.merge(two).calls == one.calls + two.calls


@given(snapshots)
def test_a_snapshot_survives_json(snapshot: WindowSnapshot) -> None:
    assert WindowSnapshot.of_json(json.loads(json.dumps(snapshot.to_json()))) == snapshot


def test_windows_of_different_lengths_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="windows of 10 s and of 300 s do not add up"):
        WindowSnapshot(seconds=10).merge(WindowSnapshot(seconds=300))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seconds": 0}, "seconds is no number above 0"),
        ({"seconds": True}, "seconds is no number above 0"),
        ({"seconds": float("inf")}, "seconds is no number above 0"),
        ({"seconds": "10"}, "seconds is no number above 0"),
        ({"ok": -1}, "ok is no number of calls"),
        ({"failed": True}, "failed is no number of calls"),
        ({"refused": 1.5}, "refused is no number of calls"),
        ({"latency": {}}, r"latency is no list of \[bucket, count\]"),
    ],
)
def test_what_no_window_told_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        WindowSnapshot.of_json({**WindowSnapshot(seconds=10).to_json(), **change})


def test_what_is_no_object_is_refused() -> None:
    not_an_object: Any = []
    with pytest.raises(ValueError, match="a window has the members"):
        WindowSnapshot.of_json(not_an_object)
