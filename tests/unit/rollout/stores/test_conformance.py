"""What every store does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from support.rollouts import beat, change
from support.store_model import StoreMachine
from support.waiting import eventually
from switchover.errors import RolloutConflict
from switchover.rollout import RolloutState, Share
from switchover.rollout.record import Event, verify
from switchover.rollout.stores import RolloutStore
from switchover.rollout.stores.worker import MOST_REPORT_BYTES


def test_before_the_first_change_everything_stays_here(store: RolloutStore) -> None:
    assert store.load() == RolloutState()
    assert list(store.history()) == []
    assert list(store.workers()) == []


def test_a_change_is_in_force_and_on_record(store: RolloutStore) -> None:
    state = store.change(change(why="first", windows={"a": [1]}, getTrip=100), expected=0)
    assert store.load() == state
    assert (state.version, state.shares) == (1, {"getTrip": Share(100)})
    (event,) = store.history()
    assert (event.version, event.why, event.windows, event.digest) == (1, "first", {"a": [1]}, state.head)
    assert abs(state.since["getTrip"] - time.time()) < 60


def test_a_change_for_another_version_changes_nothing(store: RolloutStore) -> None:
    first = store.change(change(getTrip=100), expected=0)
    for expected in (0, 2):
        with pytest.raises(
            RolloutConflict, match=f"version {expected} of the rollout, and version 1 is in force"
        ) as caught:
            store.change(change(getTrip=200), expected=expected)
        assert (caught.value.expected, caught.value.found) == (expected, 1)
    assert store.load() == first
    assert len(store.history()) == 1


def test_of_writers_at_the_same_time_one_wins_each_version(store: RolloutStore) -> None:
    writers, rounds = 6, 5
    barrier = threading.Barrier(writers, timeout=60)

    def write(number: int) -> int:
        won = 0
        for version in range(rounds):
            barrier.wait()
            try:
                store.change(change(why=f"{number}", getTrip=number), expected=version)
                won += 1
            except RolloutConflict as conflict:
                assert (conflict.expected, conflict.found) == (version, version + 1)
        return won

    with ThreadPoolExecutor(writers) as pool:
        won = sum(pool.map(write, range(writers)))
    assert won == rounds
    assert store.load().version == rounds
    assert verify(store.history(), state=store.load()) == ()


def test_the_record_holds_every_event(store: RolloutStore) -> None:
    assert list(store.record()) == []
    for version in range(3):
        store.change(change(getTrip=version), expected=version)
    assert list(store.record()) == list(store.history())
    assert verify(store.record(), state=store.load()) == ()


def test_figures_are_attached_to_an_event_that_has_none(store: RolloutStore) -> None:
    first = store.change(change(getTrip=1), expected=0)
    second = store.change(change(getTrip=2), expected=1)
    store.attach(1, first.head, {"getTrip": [1, "é"]})
    store.attach(2, second.head, None)
    store.attach(2, second.head, {})
    for events in (store.history(), store.record()):
        assert [event.windows for event in events if isinstance(event, Event)] == [{"getTrip": [1, "é"]}, {}]
        assert all(isinstance(event, Event) and event.windows_at for event in events)
        assert verify(events, state=store.load()) == ()
    assert [event.windows for event in store.history(after=1)] == [{}]
    assert store.change(change(getTrip=3), expected=2).version == 3
    assert verify(store.record(), state=store.load()) == ()


def test_figures_of_another_event_or_of_one_that_has_its_own_are_not_shown(store: RolloutStore) -> None:
    store.change(change(getTrip=1), expected=0)
    second = store.change(change(windows={"own": 1}, getTrip=2), expected=1)
    store.attach(1, "f" * 64, {"getTrip": 7})
    store.attach(2, second.head, {"getTrip": 7})
    store.attach(3, "f" * 64, {"getTrip": 7})
    assert [(event.windows, event.windows_at) for event in store.history()] == [(None, ""), ({"own": 1}, "")]


@pytest.mark.parametrize("windows", [float("nan"), object()])
def test_what_is_no_json_is_not_attached(store: RolloutStore, windows: object) -> None:
    state = store.change(change(getTrip=1), expected=0)
    with pytest.raises(ValueError, match="JSON"):
        store.attach(1, state.head, windows)
    assert store.history()[0].windows is None


def test_a_store_has_its_own_time(store: RolloutStore) -> None:
    before = store.now()
    state = store.change(change(getTrip=1), expected=0)
    assert int(before) <= state.since["getTrip"] <= store.now()
    assert abs(store.now() - time.time()) < 60


def test_history_comes_in_pages(store: RolloutStore) -> None:
    for version in range(5):
        store.change(change(getTrip=version), expected=version)
    assert [event.version for event in store.history()] == [1, 2, 3, 4, 5]
    assert [event.version for event in store.history(after=2)] == [3, 4, 5]
    assert [event.version for event in store.history(after=2, limit=2)] == [3, 4]
    assert [event.version for event in store.history(after=9)] == []


def test_waiting_ends_with_a_change(store: RolloutStore) -> None:
    store.load()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(store.wait, 0, 30)
        store.change(change(getTrip=1), expected=0)
        assert waiting.result(20) is True


def test_waiting_ends_at_once_if_another_version_is_there(store: RolloutStore) -> None:
    store.change(change(getTrip=1), expected=0)
    assert store.wait(0, 30) is True


def test_waiting_ends_with_its_time(store: RolloutStore) -> None:
    state = store.load()
    started = time.monotonic()
    assert store.wait(state.version, 0.05) is False
    assert 0.04 < time.monotonic() - started < 20


def test_workers_are_listed_by_their_last_sign_of_life(store: RolloutStore) -> None:
    store.heartbeat(beat("web-2", 1))
    store.heartbeat(beat("web-1", 1))
    store.heartbeat(beat("web-2", 2, problem="out of breath"))
    seen = store.workers()
    assert [worker.beat for worker in seen] == [beat("web-1", 1), beat("web-2", 2, problem="out of breath")]
    assert all(0 <= worker.age_seconds < 2 for worker in seen)
    assert "web-2 (pid 1 on machine, version 2, 0." in str(seen[1])
    assert str(seen[1]).endswith("s ago, out of breath)")


def test_what_a_worker_reports_is_kept_and_told_to_whom_asks(store: RolloutStore) -> None:
    store.heartbeat(beat("web-1", at=1.5, operations={"getTrip": [1, "\x00é"]}))
    store.heartbeat(beat("web-2"))
    assert [worker.beat for worker in store.workers()] == [
        beat("web-1", at=1.5, operations={"getTrip": [1, "\x00é"]}),
        beat("web-2"),
    ]
    assert [worker.beat for worker in store.workers(reports=False)] == [beat("web-1"), beat("web-2")]


@pytest.mark.parametrize("report", [{"a": "x" * MOST_REPORT_BYTES}, {"a": object()}, {"a": float("nan")}])
def test_a_report_that_cannot_be_kept_is_refused_before_it_gets_to_a_store(report: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"too long; 262144 are the most|is no JSON|not JSON compliant"):
        beat(**report)


def test_a_worker_that_leaves_is_gone_at_once(store: RolloutStore) -> None:
    store.heartbeat(beat("web-1"))
    store.leave("web-1")
    store.leave("web-unknown")
    assert list(store.workers()) == []


def test_a_worker_that_is_silent_expires(store: RolloutStore) -> None:
    store.heartbeat(beat("web-1"))
    assert len(store.workers()) == 1
    eventually(lambda: not store.workers(), 10)


def test_a_store_that_was_closed_can_be_used_again(store: RolloutStore) -> None:
    store.change(change(getTrip=1), expected=0)
    store.close()
    assert store.load().version == 1
    assert store.wait(0, 1) is True


def test_a_store_is_its_model(fresh: Callable[[], RolloutStore]) -> None:
    machine = type("OneStoreMachine", (StoreMachine,), {"fresh": staticmethod(fresh)})
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    bounds = settings(max_examples=15, stateful_step_count=12, suppress_health_check=checks)
    run_state_machine_as_test(machine, settings=bounds)
