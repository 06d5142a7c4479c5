"""A process follows the store, whatever becomes of it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.clock import OwnedClock
from support.rollouts import change
from support.waiting import eventually
from switchover.disk import replace_file
from switchover.errors import StoreUnavailable
from switchover.rollout import Rollout, RolloutState, Share, forking
from switchover.rollout.follower import Follower
from switchover.rollout.following import FollowerStatus, Rhythm
from switchover.rollout.record import canonical, state_data
from switchover.rollout.stores import FakeRolloutStore, FileRolloutStore
from switchover.rollout.stores.process import start_of, this_place
from switchover.rollout.stores.worker import WorkerBeat

FAST = Rhythm(beat_seconds=0.05, back_off_seconds=0.01, longest_back_off_seconds=0.02)


class Table:
    """What is in force in this process."""

    def __init__(self) -> None:
        self.applied: list[RolloutState] = []
        self.failure: Exception | None = None

    def apply(self, state: RolloutState) -> None:
        if self.failure is not None:
            raise self.failure
        self.applied.append(state)

    @property
    def version(self) -> int | None:
        return self.applied[-1].version if self.applied else None


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def store() -> FakeRolloutStore:
    return FakeRolloutStore()


@pytest.fixture
def follower(store: FakeRolloutStore, table: Table) -> Iterator[Follower]:
    made = Follower(store, table.apply, name="web", rhythm=FAST)
    yield made
    assert made.stop()


def test_a_change_is_applied_and_the_version_told(store: FakeRolloutStore, table: Table, follower: Follower) -> None:
    follower.start()
    assert follower.wait_in_force(20)
    store.change(change(getTrip=100), expected=0)
    eventually(lambda: [it.beat.version for it in store.workers()] == [1])
    assert table.applied[-1].shares == {"getTrip": Share(100)}
    (worker,) = store.workers()
    assert (worker.beat.pid, worker.beat.id) == (os.getpid(), follower.status().worker_id)
    assert worker.beat.id.startswith("web-")
    assert str(follower.status()) == "version 1 in force"


def test_signs_of_life_carry_a_report(store: FakeRolloutStore, table: Table) -> None:
    follower = Follower(store, table.apply, report=lambda: {"calls": 3}, rhythm=FAST)
    follower.start()
    eventually(lambda: [it.beat.report for it in store.workers()] == [{"calls": 3}])
    assert follower.stop()


def test_a_report_that_cannot_be_made_keeps_no_sign_of_life_back(
    store: FakeRolloutStore, table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    made: list[dict[str, Any]] = []

    def report() -> dict[str, Any]:
        made.append({})
        if len(made) < 3:
            raise RuntimeError("secret")
        return {"calls": object()} if len(made) < 5 else {"calls": 3}

    follower = Follower(store, table.apply, report=report, rhythm=FAST)
    follower.start()
    eventually(lambda: len(made) >= 3)
    assert len(store.workers()) == 1
    eventually(lambda: [it.beat.report for it in store.workers()] == [{"calls": 3}])
    assert follower.stop()
    assert caplog.text.count("can tell nothing of its calls: builtins.RuntimeError") == 1
    assert "secret" not in caplog.text


def test_signs_of_life_come_without_changes(store: FakeRolloutStore, follower: Follower) -> None:
    beats = []
    noted = store.heartbeat

    def heartbeat(worker: WorkerBeat) -> None:
        beats.append(worker)
        noted(worker)

    store.heartbeat = heartbeat  # type: ignore[method-assign]
    follower.start()
    eventually(lambda: len(beats) >= 3)


def test_a_state_is_applied_once(store: FakeRolloutStore, table: Table, follower: Follower) -> None:
    follower.start()
    store.change(change(getTrip=100), expected=0)
    eventually(lambda: table.version == 1)
    follower.stop()
    assert len(table.applied) == len({state.version for state in table.applied})


def test_who_stops_signs_off_and_may_start_again(store: FakeRolloutStore, table: Table, follower: Follower) -> None:
    follower.start()
    follower.start()
    eventually(store.workers)
    assert follower.stop()
    assert follower.stop()
    assert list(store.workers()) == []
    store.change(change(getTrip=100), expected=0)
    follower.start()
    eventually(lambda: table.version == 1)


def test_an_outage_leaves_the_last_state_in_force_and_says_so(
    store: FakeRolloutStore, table: Table, follower: Follower, caplog: pytest.LogCaptureFixture
) -> None:
    store.change(change(getTrip=100), expected=0)
    follower.start()
    assert follower.wait_in_force(20)
    store.outage = "the disk is gone"
    eventually(lambda: follower.status().unavailable_seconds is not None)
    status = follower.status()
    assert (status.version, status.problem) == (1, "the disk is gone")
    assert status.unavailable_seconds is not None
    assert 0 <= status.unavailable_seconds < 60
    assert str(status).startswith("version 1 in force; the store has not answered for")
    assert str(status).endswith("s: the disk is gone")
    with caplog.at_level(logging.WARNING):
        store.outage = None
        store.change(change(getTrip=200), expected=1)
        eventually(lambda: table.version == 2 and not follower.status().problem)
    assert "answers again" in caplog.text
    assert [state.version for state in table.applied] == [1, 2]


def test_a_start_while_the_store_is_down_answers_everything_here(
    store: FakeRolloutStore, table: Table, follower: Follower
) -> None:
    store.outage = "down"
    follower.start()
    eventually(lambda: follower.status().problem == "down")
    assert table.applied == []
    assert not follower.wait_in_force(0)
    assert str(follower.status()).startswith("no state yet, so everything is answered in this process; ")
    store.outage = None
    eventually(lambda: table.version == 0)


def test_a_start_while_the_store_is_down_goes_by_the_cache(
    store: FakeRolloutStore, table: Table, tmp_path: Path
) -> None:
    cache = tmp_path / "rollout.json"
    first = Follower(store, table.apply, cache=cache, rhythm=FAST)
    first.start()
    state = store.change(change(getTrip=100), expected=0)
    eventually(lambda: table.version == 1)
    first.stop()
    store.outage = "down"
    other = Table()
    second = Follower(store, other.apply, cache=cache, rhythm=FAST)
    second.start()
    assert other.applied == [state]
    assert str(second.status()).startswith("version 1 in force, from the cache file")
    store.outage = None
    assert second.wait_in_force(20)
    assert second.status().is_from_cache is False
    second.stop()


@pytest.mark.parametrize("content", [None, b"", b"garbage", b"{}"])
def test_a_cache_that_cannot_be_used_is_none(
    store: FakeRolloutStore, table: Table, tmp_path: Path, content: bytes | None
) -> None:
    cache = tmp_path / "rollout.json"
    if content is not None:
        cache.write_bytes(content)
    store.outage = "down"
    follower = Follower(store, table.apply, cache=cache, rhythm=FAST)
    follower.start()
    assert follower.status().version is None
    follower.stop()


def test_a_cache_that_cannot_be_written_keeps_nobody_from_following(
    store: FakeRolloutStore, table: Table, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    follower = Follower(store, table.apply, cache=tmp_path / "missing" / "rollout.json", rhythm=FAST)
    follower.start()
    assert follower.wait_in_force(20)
    follower.stop()
    assert "cannot be written" in caplog.text


def test_a_state_that_cannot_be_applied_is_told_to_everyone(
    store: FakeRolloutStore, table: Table, follower: Follower
) -> None:
    follower.start()
    assert follower.wait_in_force(20)
    table.failure = TypeError("hunter2secret")
    store.change(change(getTrip=100), expected=0)
    eventually(lambda: any(it.beat.problem for it in store.workers()))
    (worker,) = store.workers()
    assert (worker.beat.version, worker.beat.problem) == (0, "version 1 cannot be applied: TypeError")
    eventually(lambda: follower.status().problem == worker.beat.problem)
    assert follower.status().unavailable_seconds is None
    table.failure = None
    eventually(lambda: table.version == 1)


@pytest.mark.parametrize("lost", [0, 1])
def test_a_store_that_lost_changes_is_not_followed_back(store: FakeRolloutStore, table: Table, lost: int) -> None:
    for version in range(3):
        store.change(change(getTrip=version + 1), expected=version)
    follower = Follower(store, table.apply, rhythm=FAST)
    follower.start()
    eventually(lambda: table.version == 3)
    other = FakeRolloutStore()
    for version in range(lost):
        other.change(change(getTrip=9), expected=version)
    store._state = other.load()
    eventually(lambda: "lost changes" in follower.status().problem)
    assert follower.status().version == 3
    assert store.workers()[0].beat.version == 3
    assert "version 3 is in force here" in store.workers()[0].beat.problem
    for version in range(lost, 4):
        store.change(change(getTrip=7), expected=version)
    eventually(lambda: table.version == 4)
    follower.stop()
    assert [state.version for state in table.applied] == [3, 4]


def test_another_state_of_the_same_version_is_not_followed(store: FakeRolloutStore, table: Table) -> None:
    store.change(change(getTrip=1), expected=0)
    follower = Follower(store, table.apply, rhythm=FAST)
    follower.start()
    eventually(lambda: table.version == 1)
    store.outage = "down"
    eventually(lambda: follower.status().problem == "down")
    store._state = RolloutState(version=1, head="f" * 64)
    store.outage = None
    eventually(lambda: "lost changes" in follower.status().problem)
    follower.stop()
    assert len(table.applied) == 1


def test_an_error_that_nobody_thought_of_ends_nothing_and_is_told_by_its_type(
    store: FakeRolloutStore, table: Table, follower: Follower
) -> None:
    load = store.load

    def broken() -> RolloutState:
        raise ZeroDivisionError("hunter2secret")

    store.load = broken  # type: ignore[method-assign]
    follower.start()
    eventually(lambda: follower.status().problem == "ZeroDivisionError")
    store.load = load  # type: ignore[method-assign]
    eventually(lambda: table.version == 0 and not follower.status().problem)


def test_a_clock_that_jumps_makes_no_time_negative(store: FakeRolloutStore, table: Table) -> None:
    now = [1000.0]
    follower = Follower(store, table.apply, rhythm=FAST, clock=lambda: now[0])
    store.outage = "down"
    follower.start()
    eventually(lambda: follower.status().problem)
    now[0] = 10.0
    assert follower.status().unavailable_seconds == 0
    now[0] = 1007.0
    assert follower.status().unavailable_seconds == 7
    follower.stop()


def test_a_stop_tells_if_the_store_keeps_the_thread(store: FakeRolloutStore, table: Table) -> None:
    reached, released = threading.Event(), threading.Event()

    def stuck(known: int, timeout: float) -> bool:
        reached.set()
        return released.wait(60)

    store.wait = stuck  # type: ignore[method-assign]
    follower = Follower(store, table.apply, rhythm=FAST)
    follower.start()
    assert reached.wait(20)
    thread = follower._thread
    assert follower.stop(0) is False
    released.set()
    assert thread is not None
    thread.join(20)
    assert not thread.is_alive()


@pytest.mark.parametrize("is_loaded", [True, False])
def test_a_forked_process_follows_under_an_id_of_its_own(tmp_path: Path, table: Table, is_loaded: bool) -> None:
    store = FileRolloutStore(tmp_path / "rollout", look_seconds=0.01)
    follower = Follower(store, table.apply, rhythm=FAST)
    if is_loaded:
        follower.start()
        assert follower.wait_in_force(20)
    else:
        (tmp_path / "rollout").write_bytes(b"in the way")
        follower.start()
        eventually(lambda: follower.status().problem)
    parent_id = follower.status().worker_id
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        is_well = follower.status().worker_id != parent_id and follower.wait_in_force(0) is is_loaded
        if is_loaded:
            eventually(lambda: table.version == 1)
            eventually(lambda: any(it.beat.pid == os.getpid() for it in store.workers()))
            is_well = is_well and len(store.workers()) == 2
            follower.stop()
        os.write(writing, b"well" if is_well else b"ill")
        os._exit(0)
    try:
        if is_loaded:
            store.change(change(getTrip=1), expected=0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert os.read(reading, 10) == b"well"
    finally:
        os.close(reading)
        os.close(writing)
        follower.stop()


@pytest.mark.parametrize("is_loaded", [True, False])
def test_after_a_fork_everything_begins_anew_but_what_is_in_force(
    store: FakeRolloutStore, table: Table, is_loaded: bool
) -> None:
    store.outage = None if is_loaded else "down"
    follower = Follower(store, table.apply, rhythm=FAST)
    follower.start()
    eventually(lambda: follower.wait_in_force(0) or follower.status().problem)
    before, thread, stop = follower.status(), follower._thread, follower._stop
    assert thread is not None
    forking._after_fork()
    assert follower._thread not in (None, thread)
    assert follower.wait_in_force(0) is is_loaded
    assert follower.status().version == before.version
    assert follower.status().worker_id != before.worker_id
    stop.set()
    thread.join(20)
    assert follower.stop()


def test_a_forked_process_does_not_follow_if_its_parent_did_not(tmp_path: Path, table: Table) -> None:
    follower = Follower(FileRolloutStore(tmp_path), table.apply)
    forking._after_fork()
    assert follower._thread is None
    child = os.fork()
    if child == 0:
        os._exit(1 if follower._thread is not None else 0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


class _Slow(FakeRolloutStore):
    """Loads when it is told to, at the latest after 20 seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.is_loading, self.goes_on, self.has_loaded = threading.Event(), threading.Event(), False

    def load(self) -> RolloutState:
        self.is_loading.set()
        self.goes_on.wait(20)
        self.has_loaded = True
        return super().load()


def test_a_fork_waits_until_the_thread_is_at_rest_so_that_the_child_inherits_no_lock_of_an_import(table: Table) -> None:
    store = _Slow()
    follower = Follower(store, table.apply, rhythm=FAST)
    follower.start()
    assert store.is_loading.wait(20)
    threading.Timer(0.1, store.goes_on.set).start()
    child = os.fork()
    if child == 0:
        os._exit(0 if store.has_loaded else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert follower.wait_in_force(20), "the lock is released in the parent"
    assert follower.stop()


def test_a_fork_does_not_wait_for_a_store_that_hangs(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking, "_FORK_SECONDS", 0.05)
    store = _Slow()
    follower = Follower(store, table.apply, rhythm=FAST)
    follower.start()
    assert store.is_loading.wait(20)
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os._exit(1 if store.has_loaded else 0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert time.monotonic() - started < 10
    store.goes_on.set()
    assert follower.wait_in_force(20)
    assert follower.stop()


def test_signs_of_life_carry_the_head_that_was_applied_the_process_and_the_lease(
    store: FakeRolloutStore, table: Table
) -> None:
    follower = Follower(store, table.apply, rhythm=FAST, lease_seconds=60, suspend=lambda _: None)
    follower.start()
    state = store.change(change(getTrip=100), expected=0)
    eventually(lambda: [(it.beat.version, it.beat.head) for it in store.workers()] == [(1, state.head)])
    (worker,) = store.workers()
    assert (worker.beat.place, worker.beat.started) == (this_place(), start_of(os.getpid()))
    assert (worker.beat.lease_seconds, worker.beat.is_parent) == (60, False)
    follower.stop()


def test_a_cache_of_another_history_is_not_taken_for_what_the_store_has(
    store: FakeRolloutStore, table: Table, tmp_path: Path
) -> None:
    cache = tmp_path / "rollout.json"
    replace_file(cache, canonical(state_data(RolloutState(version=1, head="f" * 64))).encode())
    state = store.change(change(getTrip=100), expected=0)
    follower = Follower(store, table.apply, cache=cache, rhythm=FAST)
    follower.start()
    eventually(lambda: "lost changes" in follower.status().problem)
    (worker,) = store.workers()
    assert (worker.beat.version, worker.beat.head) == (1, "f" * 64)
    assert "version 1 is in force here" in worker.beat.problem
    store.change(change(getTrip=0), expected=state.version)
    eventually(lambda: table.version == 2 and not follower.status().problem)
    follower.stop()


# -- a lease


class Leased:
    """A follower with a lease of a minute, in a time of its own."""

    def __init__(self, store: FakeRolloutStore, **given: Any) -> None:
        self.rollout, self.clock = Rollout(), OwnedClock(1000.0)
        self.rollout.cover(["getTrip"])
        self.follower = Follower(
            store,
            self.rollout.apply,
            rhythm=FAST,
            lease_seconds=60,
            suspend=self.rollout.suspend,
            lease_clock=self.clock,
            **given,
        )

    def side(self) -> str:
        return self.rollout.explain("getTrip", "aiko").side

    def look(self) -> None:
        """Have its thread look at the clock now, instead of when it would."""
        companion = self.follower._companion
        if companion._left() == 0.0:
            companion._lapse()


def test_a_lease_takes_calls_back_and_a_store_that_answers_gives_them_again(store: FakeRolloutStore) -> None:
    store.change(change(getTrip=10_000), expected=0)
    leased = Leased(store)
    leased.follower.start()
    eventually(lambda: leased.side() == "http")
    store.outage = "cut off"
    eventually(lambda: leased.follower.status().problem == "cut off")
    leased.clock.passes(59)
    leased.look()
    assert leased.side() == "http"
    leased.clock.passes(2)
    leased.look()
    assert (leased.side(), leased.follower.status().is_suspended) == ("direct", True)
    assert "the lease of 60 s has run out, so everything is answered in this process" in str(leased.follower.status())
    store.outage = None
    eventually(lambda: leased.side() == "http")
    leased.follower.stop()


def test_a_lease_that_ran_out_while_the_machine_was_suspended_is_noticed_at_once(store: FakeRolloutStore) -> None:
    store.change(change(getTrip=10_000), expected=0)
    leased = Leased(store)
    leased.follower.start()
    eventually(lambda: leased.side() == "http")
    store.outage = "cut off"
    eventually(lambda: leased.follower.status().problem == "cut off")
    leased.clock.passes(3600)  # and no time passes by the clock that threads wait by
    eventually(lambda: leased.side() == "direct")
    leased.follower.stop()


def test_a_lease_ends_by_itself_while_the_store_holds_the_follower_up(store: FakeRolloutStore) -> None:
    store.change(change(getTrip=10_000), expected=0)
    reached, released = threading.Event(), threading.Event()

    def stuck(known: int, timeout: float) -> bool:
        reached.set()
        return not released.wait(60)

    store.wait = stuck  # type: ignore[method-assign]
    rollout = Rollout()
    rollout.cover(["getTrip"])
    follower = Follower(store, rollout.apply, rhythm=FAST, lease_seconds=0.3, suspend=rollout.suspend)
    follower.start()
    assert reached.wait(20)
    assert rollout.explain("getTrip", "aiko").side == "http"
    eventually(lambda: follower.status().is_suspended)
    assert rollout.explain("getTrip", "aiko").side == "direct"
    released.set()
    eventually(lambda: not follower.status().is_suspended)
    follower.stop()


def test_a_lease_is_counted_from_signs_of_life_and_not_from_what_could_be_read(store: FakeRolloutStore) -> None:
    store.change(change(getTrip=10_000), expected=0)
    leased = Leased(store)
    leased.follower.start()
    eventually(lambda: leased.side() == "http")

    def read_only(worker: WorkerBeat) -> None:
        raise StoreUnavailable("read-only")

    store.heartbeat = read_only  # type: ignore[method-assign]
    eventually(lambda: leased.follower.status().problem == "read-only")
    leased.clock.passes(61)
    leased.look()
    store.change(change(getTrip=9_999), expected=1)
    eventually(lambda: leased.rollout.applied_version == 2)
    assert leased.side() == "direct"
    leased.follower.stop()


def test_with_a_lease_a_cache_sends_nothing_over_http_before_the_store_knows_of_the_process(
    store: FakeRolloutStore, tmp_path: Path
) -> None:
    state = store.change(change(getTrip=10_000), expected=0)
    cache = tmp_path / "rollout.json"
    replace_file(cache, canonical(state_data(state)).encode())
    store.outage = "down"
    leased = Leased(store, cache=cache)
    leased.follower.start()
    assert (leased.rollout.applied_version, leased.side()) == (1, "direct")
    store.outage = None
    eventually(lambda: leased.side() == "http")
    leased.follower.stop()


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_a_lease_needs_a_time_and_a_way_back(store: FakeRolloutStore, table: Table, seconds: float) -> None:
    with pytest.raises(ValueError, match="lease_seconds must be a positive number"):
        Follower(store, table.apply, lease_seconds=seconds, suspend=lambda _: None)
    with pytest.raises(ValueError, match=r"lease_seconds needs suspend=rollout\.suspend"):
        Follower(store, table.apply, lease_seconds=60)


# -- the end of a process


FOLLOWING = """
import os, sys, time
from switchover.rollout.follower import Follower
from switchover.rollout.stores import FileRolloutStore
follower = Follower(FileRolloutStore(sys.argv[1]), lambda _: None)
follower.start()
assert follower.wait_in_force(30)
while not follower._store.workers():
    time.sleep(0.01)
"""


@pytest.mark.parametrize("ending", ["", "sys.exit(3)", "raise RuntimeError('crash')"])
def test_a_process_that_ends_signs_off_by_itself_and_at_once(tmp_path: Path, ending: str) -> None:
    subprocess.run(
        [sys.executable, "-c", f"{FOLLOWING}\n{ending}", str(tmp_path)], timeout=60, check=False, capture_output=True
    )
    assert list((tmp_path / "workers").iterdir()) == []


def test_a_process_that_ends_while_its_store_hangs_ends_all_the_same(tmp_path: Path) -> None:
    hanging = f"""{FOLLOWING}
follower._store.leave = lambda _: time.sleep(60)
started = time.monotonic()
import atexit
from switchover.rollout import forking as module
atexit.unregister(module._at_exit)
module._at_exit()
took = time.monotonic() - started
print("ended" if took < 20 else took, flush=True)
os._exit(0)
"""
    done = subprocess.run(
        [sys.executable, "-c", hanging, str(tmp_path)], timeout=60, check=True, capture_output=True, text=True
    )
    assert done.stdout == "ended\n"


def test_a_process_that_was_killed_is_not_listed_on_its_machine(tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", f"{FOLLOWING}\nos.kill(os.getpid(), 9)", str(tmp_path)],
        timeout=60,
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -9
    assert len(list((tmp_path / "workers").glob("*.json"))) == 1
    assert FileRolloutStore(tmp_path).workers() == []


# -- who only forks workers


def test_who_forked_workers_and_made_no_call_says_so_until_it_makes_one(store: FakeRolloutStore, table: Table) -> None:
    calls = [0]
    follower = Follower(store, table.apply, report=lambda: {"calls": calls[0]}, rhythm=FAST)
    follower.start()
    eventually(lambda: [it.beat.report for it in store.workers()] == [{"calls": 0}])
    assert not store.workers()[0].beat.is_parent
    forking._after_fork_in_parent()
    eventually(lambda: store.workers()[0].beat.is_parent)
    calls[0] = 1
    eventually(lambda: not store.workers()[0].beat.is_parent)
    follower.stop()


def test_who_forked_and_cannot_tell_of_its_calls_stays_a_worker(
    store: FakeRolloutStore, table: Table, follower: Follower
) -> None:
    follower.start()
    eventually(store.workers)
    forking._after_fork_in_parent()
    state = store.change(change(getTrip=100), expected=0)
    eventually(lambda: [it.beat.version for it in store.workers()] == [state.version])
    assert not store.workers()[0].beat.is_parent


@pytest.mark.parametrize("name", ["", "---", "a b/ü", "x" * 300])
def test_any_name_becomes_part_of_an_id(store: FakeRolloutStore, table: Table, name: str) -> None:
    WorkerBeat(id=Follower(store, table.apply, name=name).status().worker_id, host="h", pid=1, version=0)


def test_pauses_grow_have_an_end_and_part() -> None:
    rhythm = Rhythm(back_off_seconds=1, longest_back_off_seconds=5, chance=lambda: 1.0)
    assert [rhythm.pause(failures) for failures in (1, 2, 3, 4, 1000)] == [1, 2, 4, 5, 5]
    assert Rhythm(back_off_seconds=1, chance=lambda: 0.0).pause(1) == 0.5


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
@pytest.mark.parametrize("name", ["beat_seconds", "back_off_seconds", "longest_back_off_seconds"])
def test_a_rhythm_needs_times(name: str, seconds: float) -> None:
    times: dict[str, Any] = {name: seconds}
    with pytest.raises(ValueError, match=f"{name} has to be more than 0 seconds"):
        Rhythm(**times)


def test_a_status_without_a_problem_is_short() -> None:
    assert str(FollowerStatus(worker_id="web", version=3)) == "version 3 in force"
