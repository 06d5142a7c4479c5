"""The recorder: in order, bounded, counted, flushed."""

from __future__ import annotations

import logging
import os
import random
import threading
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover import Recorder
from switchover.telemetry import CallEvent, Kind, Outcome, TraceContext

OK = Kind("getNote", "direct", user_of=str)
HERE = TraceContext(1, 2)


def record(recorder: Recorder, count: int = 1) -> None:
    for _ in range(count):
        recorder.put((next(recorder.lane("direct").numbers), OK, 1.0, 3.5, HERE, None))


def test_an_event_says_what_happened_and_how_long_it_took() -> None:
    recorder, seen = Recorder(), list[CallEvent]()
    recorder.subscribe(seen.extend)
    now = time.time(), time.perf_counter()
    recorder.put((next(recorder.lane("direct").numbers), OK, now[1], now[1] + 2.5, HERE, "aiko"))
    recorder.close()
    [event] = seen
    assert event == CallEvent(1, "getNote", "direct", Outcome.OK, "", "wired", event.at, event.duration, HERE, "aiko")
    assert event.duration == pytest.approx(2.5)
    assert event.at == pytest.approx(now[0], abs=1)


def test_a_caller_that_cannot_be_told_is_nobody() -> None:
    def broken(caller: object) -> str:
        raise RuntimeError("the team's code")

    recorder, seen = Recorder(), list[CallEvent]()
    recorder.subscribe(seen.extend)
    recorder.put((0, OK._replace(user_of=broken), 1.0, 2.0, HERE, "aiko"))
    recorder.close()
    assert seen[0].user is None


def test_calls_under_way_are_those_that_have_begun_and_not_ended() -> None:
    recorder = Recorder()
    lane = recorder.lane("http")
    for _ in range(3):
        next(lane.begun)
    next(lane.numbers)
    assert recorder.in_flight == {"http": 2}
    assert in_a_child(lambda: recorder.in_flight == {"http": 0}) == 0


def test_events_arrive_by_themselves_within_a_moment() -> None:
    recorder, arrived = Recorder(), threading.Event()
    recorder.subscribe(lambda batch: arrived.set())
    record(recorder)
    assert arrived.wait(5)
    recorder.close()


def test_events_come_in_the_order_in_which_the_calls_ended() -> None:
    recorder, seen = Recorder(), list[CallEvent]()
    numbers = list(range(1, 201))
    random.Random(1).shuffle(numbers)
    for number in numbers:
        recorder.put((number, OK, 0.0, float(number), HERE, None))
    recorder.subscribe(seen.extend)
    recorder.close()
    assert [event.number for event in seen] == list(range(1, 201))
    assert recorder.dropped == 0


@given(st.lists(st.one_of(st.integers(1, 40), st.none()), max_size=30), st.integers(1, 20))
def test_every_drop_is_counted(steps: list[int | None], capacity: int) -> None:
    recorder, seen, recorded = Recorder(capacity), list[CallEvent](), 0
    recorder._subscribers.append(seen.extend)  # without its thread: here, flushing is up to the test
    for step in steps:
        if step is None:
            recorder.flush()
        else:
            record(recorder, step)
            recorded += step
    recorder.flush()
    assert len(seen) + recorder.dropped == recorded
    assert [event.number for event in seen] == sorted(event.number for event in seen)


def test_drops_are_counted_exactly_when_threads_overtake_each_other() -> None:
    recorder, seen = Recorder(1000), list[CallEvent]()
    recorder.subscribe(seen.extend)
    threads = [threading.Thread(target=record, args=(recorder, 2000)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()
    assert len(seen) + recorder.dropped == 8000


def test_closing_hands_over_what_is_left_and_can_be_done_twice() -> None:
    recorder, seen = Recorder(), list[CallEvent]()
    recorder.subscribe(seen.extend)
    recorder.close()
    record(recorder, 3)
    recorder.close()
    assert len(seen) == 3


def test_whoever_subscribes_after_closing_gets_what_is_flushed() -> None:
    recorder, seen = Recorder(), list[CallEvent]()
    recorder.close()
    recorder.subscribe(seen.extend)
    record(recorder)
    recorder.flush()
    assert len(seen) == 1


def test_a_subscriber_may_close_the_recorder() -> None:
    recorder, closed = Recorder(), threading.Event()

    def close(batch: Sequence[CallEvent]) -> None:
        recorder.close()
        closed.set()

    recorder.subscribe(close)
    record(recorder)
    assert closed.wait(5)


def test_a_subscriber_that_fails_is_logged_and_the_others_see_everything(caplog: pytest.LogCaptureFixture) -> None:
    recorder, seen = Recorder(), list[CallEvent]()

    def fail(batch: Sequence[CallEvent]) -> None:
        raise ValueError("no")

    recorder.subscribe(fail)
    recorder.subscribe(seen.extend)
    with caplog.at_level(logging.ERROR, "switchover.telemetry"):
        record(recorder)
        recorder.close()
    assert len(seen) == 1
    assert "a subscriber failed on 1 events" in caplog.text


def test_a_recorder_holds_at_least_one_event() -> None:
    with pytest.raises(ValueError, match="at least 1 event, not 0"):
        Recorder(0)


def in_a_child(check: object) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # from Python 3.12 on: threads and fork
        child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if callable(check) and check() else 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_forked_child_tells_its_own_events_and_none_of_its_parent(tmp_path: Path) -> None:
    recorder, seen = Recorder(), list[CallEvent]()
    told = threading.Event()

    def take(batch: Sequence[CallEvent]) -> None:
        seen.extend(batch)
        told.set()

    recorder.subscribe(take)
    with recorder._flushing:  # a fork finds locks held and events waiting
        record(recorder, 5)

        def child() -> bool:
            told.clear()
            seen.clear()
            record(recorder, 2)
            return told.wait(10) and len(seen) == 2 and recorder.dropped == 0

        assert in_a_child(child) == 0
    recorder.close()
    assert len(seen) == 5


def test_a_closed_recorder_stays_closed_in_a_child() -> None:
    recorder, seen = Recorder(), list[CallEvent]()
    recorder.subscribe(seen.extend)
    recorder.close()
    assert in_a_child(lambda: recorder._thread is None and recorder._stop.is_set()) == 0


def test_a_recorder_that_nobody_watches_has_no_thread_in_a_child() -> None:
    recorder = Recorder()
    assert in_a_child(lambda: recorder._thread is None) == 0
