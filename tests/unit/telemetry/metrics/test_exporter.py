"""What a process tells when it is scraped: at once, exactly, and for itself alone after a fork."""

from __future__ import annotations

import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from switchover import Metrics, Recorder
from switchover.telemetry import Kind, TraceContext
from switchover.telemetry.metrics import exporter, names
from switchover.telemetry.metrics.process import resident_bytes
from unit.telemetry.metrics.counted import BOUNDS, OPERATIONS, value

CALL = {"operation": "getTrip", "wiring": "serve"}
SERVED = Kind("getTrip", "serve")


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    recorder.lane("serve")
    yield recorder
    recorder.close()


def metrics_in(recorder: Recorder, folder: Path) -> Metrics:
    return Metrics(recorder, OPERATIONS, BOUNDS, directory=folder / "workers")


def call(recorder: Recorder, kind: Kind = SERVED, seconds: float = 0.2) -> None:
    lane = recorder.lane(kind.wiring)
    next(lane.begun)
    recorder.put((next(lane.numbers), kind, 1.0, 1.0 + seconds, TraceContext(0xABC, 1), None))


def calls(metrics: Metrics) -> float:
    return value(metrics.exposition(), names.CALLS, {**CALL, "outcome": "ok"})


def test_everything_is_there_before_the_first_call(recorder: Recorder) -> None:
    found = Metrics(recorder, OPERATIONS, BOUNDS).exposition()
    for operation in OPERATIONS:
        for outcome in names.OUTCOMES:
            labels = {"operation": operation, "wiring": "serve", "outcome": outcome}
            assert value(found, names.CALLS, labels) == 0
    assert value(found, f"{names.DURATION}_bucket", {**CALL, "le": "0.3"}) == 0
    assert value(found, names.IN_FLIGHT, {"wiring": "serve"}) == 0
    assert value(found, names.EVENTS_DROPPED) == 0
    assert value(found, names.PROCESS_CPU) > 0
    assert value(found, names.PROCESS_MEMORY) > 2**20
    assert b"http" not in found.body


def test_a_call_that_has_just_ended_is_in_the_scrape(recorder: Recorder) -> None:
    metrics = Metrics(recorder, OPERATIONS, BOUNDS)
    call(recorder)
    assert calls(metrics) == 1
    call(recorder)
    assert calls(metrics) == 2


def test_a_call_under_way_is_a_call_in_flight(recorder: Recorder) -> None:
    metrics = Metrics(recorder, OPERATIONS, BOUNDS)
    next(recorder.lane("serve").begun)
    assert value(metrics.exposition(), names.IN_FLIGHT, {"wiring": "serve"}) == 1


def test_calls_in_this_process_are_in_flight_only_where_all_of_them_are_counted() -> None:
    for spans in (False, True):
        recorder = Recorder(spans=spans)
        recorder.lane("direct")
        assert Metrics(recorder, OPERATIONS, BOUNDS).report().gauges.in_flight == ({"direct": 0} if spans else {})
        recorder.close()


def test_a_refusal_of_the_metrics_themselves_is_counted(recorder: Recorder) -> None:
    metrics = Metrics(recorder, OPERATIONS, BOUNDS)
    metrics.refused("expired")
    metrics.refused("no word of ours")
    found = metrics.exposition()
    assert value(found, names.REFUSALS, {"reason": "expired"}) == 1
    assert value(found, names.REFUSALS, {"reason": "other"}) == 1


def test_a_drop_is_told_once_it_cannot_be_on_its_way_any_more(recorder: Recorder) -> None:
    metrics = Metrics(recorder, OPERATIONS, BOUNDS)
    late, lost = next(recorder.lane("serve").numbers), next(recorder.lane("serve").numbers)
    assert lost == late + 1
    call(recorder)
    assert value(metrics.exposition(), names.EVENTS_DROPPED) == 0
    recorder.put((late, SERVED, 1.0, 1.2, None, None))
    assert value(metrics.exposition(), names.EVENTS_DROPPED) == 1
    assert value(metrics.exposition(), names.EVENTS_DROPPED) == 1


@pytest.mark.parametrize("bounds", [(), (0.0, 1.0), (2.0, 1.0), (1.0, 1.0), (1.0, float("inf")), (float("nan"),)])
def test_bounds_that_do_not_grow_are_refused(recorder: Recorder, bounds: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="the bounds of a histogram grow, from above 0"):
        Metrics(recorder, OPERATIONS, bounds)


def test_a_process_that_is_alone_has_nobody_to_tell(recorder: Recorder) -> None:
    metrics = Metrics(recorder, OPERATIONS, BOUNDS)
    metrics.write()
    exporter._before_fork()
    exporter._after_fork_in_child()
    metrics.close()
    metrics.close()
    assert calls(metrics) == 0


# -- several processes ------------------------------------------------------------------------------------------------


def test_two_processes_of_one_service_tell_the_sum(recorder: Recorder, tmp_path: Path) -> None:
    other = Recorder()
    mine, theirs = metrics_in(recorder, tmp_path), metrics_in(other, tmp_path)
    call(recorder)
    call(other)
    theirs.write()
    assert calls(mine) == 2
    theirs.close()
    theirs.close()
    other.close()
    assert [calls(mine), calls(mine)] == [2, 2]
    mine.close()


def test_the_numbers_are_told_by_themselves(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = threading.Event()
    monkeypatch.setattr(exporter, "WRITE_SECONDS", 0.01)
    write = Metrics.write

    def writing(metrics: Metrics) -> None:
        write(metrics)
        written.set()

    monkeypatch.setattr(Metrics, "write", writing)
    metrics = metrics_in(recorder, tmp_path)
    assert written.wait(20)
    assert any(name.startswith("worker-") for name in os.listdir(tmp_path / "workers"))
    metrics.close()


def test_the_last_calls_of_a_process_are_told_when_it_closes(recorder: Recorder, tmp_path: Path) -> None:
    other = Recorder()
    theirs = metrics_in(other, tmp_path)
    call(other)
    theirs.close()
    other.close()
    mine = metrics_in(recorder, tmp_path)
    assert calls(mine) == 1
    mine.close()


def in_a_child(check: Callable[[], bool]) -> int:
    """Run a check in a forked child; 0 if it holds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads, which is what is asked here
        child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if check() else 2
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_forked_child_counts_for_itself_and_is_added(recorder: Recorder, tmp_path: Path) -> None:
    metrics = metrics_in(recorder, tmp_path)
    call(recorder)
    metrics.write()

    def child() -> bool:
        call(recorder)
        call(recorder)
        return calls(metrics) == 3 and len(os.listdir(tmp_path / "workers")) == 3

    assert in_a_child(child) == 0
    assert [calls(metrics), calls(metrics)] == [3, 3]
    assert sum(name.startswith("worker-") for name in os.listdir(tmp_path / "workers")) == 1
    metrics.close()


def test_a_child_does_not_keep_its_parent_alive(recorder: Recorder, tmp_path: Path) -> None:
    """A worker that forked once and was killed is gone, whoever of its children runs on."""
    ready, told = os.pipe()
    pids: list[int] = []

    def parent_of_another() -> bool:
        other = Recorder()
        metrics = metrics_in(other, tmp_path)
        call(other)
        metrics.report()
        grandchild = os.fork()
        if grandchild == 0:
            os.write(told, f"{os.getpid()}".encode())
            signal.pause()
        return True

    assert in_a_child(parent_of_another) == 0
    pids.append(int(os.read(ready, 20)))
    try:
        mine = metrics_in(recorder, tmp_path)
        seen = mine.report()
        assert seen.totals.series["getTrip"]["serve"].outcomes["ok"] == 1
        assert (tmp_path / "workers" / "remainder.json").exists()
        mine.close()
    finally:
        os.kill(pids[0], signal.SIGKILL)
        os.close(ready)
        os.close(told)


def test_a_child_of_a_process_that_has_closed_its_metrics_starts_nothing(recorder: Recorder, tmp_path: Path) -> None:
    metrics = metrics_in(recorder, tmp_path)
    metrics.close()
    assert in_a_child(lambda: metrics._thread is None and metrics._stop.is_set()) == 0


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_a_child_begins_with_is_nothing(recorder: Recorder, tmp_path: Path, is_closed: bool) -> None:
    """What happens in a child, done here."""
    metrics = metrics_in(recorder, tmp_path)
    call(recorder)
    metrics.report()
    stop, thread = metrics._stop, metrics._thread
    assert thread is not None
    if is_closed:
        metrics.close()
    exporter._before_fork()
    exporter._after_fork_in_child()
    stop.set()
    thread.join(20)
    assert metrics.report().totals.series["getTrip"]["serve"].outcomes["ok"] == 1
    assert (tmp_path / "workers" / "remainder.json").exists()
    assert metrics._tally.totals((), dropped=0, cpu=0).series["getTrip"]["serve"].outcomes["ok"] == 0
    assert (metrics._thread is None) is is_closed
    metrics.close()
    assert metrics._workers is not None
    metrics._workers.close()


def test_a_fork_does_not_wait_for_ever_for_a_scrape(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporter, "_FORK_SECONDS", 0.01)
    metrics = Metrics(recorder, OPERATIONS, BOUNDS)
    is_inside, may_leave = threading.Event(), threading.Event()

    def scrape() -> None:
        with metrics._reporting:
            is_inside.set()
            assert may_leave.wait(20)

    thread = threading.Thread(target=scrape)
    thread.start()
    assert is_inside.wait(20)
    assert in_a_child(lambda: calls(metrics) == 0) == 0
    may_leave.set()
    thread.join(20)
    assert calls(metrics) == 0


def test_memory_is_not_known_everywhere(tmp_path: Path) -> None:
    assert resident_bytes(tmp_path / "statm") is None
    (tmp_path / "statm").write_text("12 7 3\n")
    assert resident_bytes(tmp_path / "statm") == 7 * os.sysconf("SC_PAGE_SIZE")
    (tmp_path / "statm").write_text("")
    assert resident_bytes(tmp_path / "statm") is None
