"""A fleet of real processes obeys, and who does not is named."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.fleet import rollout_store
from support.postgresql import postgresql_server
from support.processes import clean_environment, running
from support.rollouts import FixedPlan
from support.waiting import eventually
from switchover.errors import StoreUnavailable
from switchover.rollout import Share
from switchover.rollout.orders import Operator
from switchover.rollout.record import verify
from switchover.rollout.stores import RolloutStore
from switchover.rollout.stores.postgresql import PostgresqlRolloutStore

WORKERS = 4
OBJECTIVE_SECONDS = 1.0


@contextmanager
def fleet(kind: str, where: str, folder: Path) -> Iterator[tuple[RolloutStore, Operator, list[int]]]:
    command = [sys.executable, "-m", "support.fleet", kind, where, str(WORKERS)]
    store = rollout_store(kind, where)
    with running(command, folder, clean_environment()) as started:
        pids = [int(pid) for pid in started.address.split(",")]
        eventually(lambda: sorted(it.beat.pid for it in store.workers()) == sorted(pids), 30)
        yield store, Operator(store, FixedPlan(), who="kokoro"), pids
    eventually(lambda: not any(is_alive(pid) for pid in pids))
    store.close()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def obeyed_in(operator: Operator, share: int) -> float:
    """Seconds from the order until the last worker has obeyed."""
    started = time.monotonic()
    state = operator.set_share(Share(share), why="drill", is_forced=True)
    obeyed = operator.wait_obeyed(state.version, 20)
    assert obeyed.is_complete(), str(obeyed)
    assert obeyed.of == WORKERS
    return time.monotonic() - started


def told(kind: str, seconds: list[float]) -> None:
    ranked = sorted(seconds)
    shown = {f"p{part}": f"{ranked[min(len(ranked) - 1, len(ranked) * part // 100)]:.3f}" for part in (0, 50, 90, 99)}
    print(f"{kind}: {len(ranked)} changes obeyed by {WORKERS} workers, seconds: {shown}, max {ranked[-1]:.3f}")


def test_fifty_changes_in_a_file_are_each_obeyed_within_a_second(tmp_path: Path) -> None:
    with fleet("file", str(tmp_path / "rollout"), tmp_path) as (store, operator, _):
        seconds = [obeyed_in(operator, 100 + number) for number in range(50)]
        told("file", seconds)
        assert max(seconds) <= OBJECTIVE_SECONDS
        assert verify(store.history(), state=store.load()) == ()


def test_a_frozen_worker_is_named_and_a_dead_one_is_not_missed(tmp_path: Path) -> None:
    with fleet("file", str(tmp_path / "rollout"), tmp_path) as (store, operator, pids):
        os.kill(pids[1], signal.SIGSTOP)
        obeyed = operator.wait_obeyed(operator.rollback(why="wrong answers").version, 1.5)
        os.kill(pids[1], signal.SIGCONT)
        assert [worker.beat.pid for worker in obeyed.late] == [pids[1]]
        assert (obeyed.n, obeyed.of) == (WORKERS - 1, WORKERS)
        assert f"pid {pids[1]} on" in str(obeyed)
        assert operator.wait_obeyed(store.load().version, 20).is_complete()
        os.kill(pids[2], signal.SIGKILL)
        obeyed = operator.wait_obeyed(operator.resume().version, 20)
        assert (obeyed.n, obeyed.of, obeyed.is_complete()) == (WORKERS - 1, WORKERS - 1, True)
        assert {worker.beat.pid for worker in store.workers()} == {*pids} - {pids[2]}


def test_garbage_in_the_place_of_the_file_is_mended_by_whoever_sees_it_first(tmp_path: Path) -> None:
    with fleet("file", str(tmp_path / "rollout"), tmp_path) as (store, operator, _):
        obeyed_in(operator, 5000)
        before = store.load()
        (tmp_path / "rollout" / "state.json").write_bytes(os.urandom(100))
        assert store.load() == before
        assert obeyed_in(operator, 6000) <= 20
        assert {worker.beat.version for worker in store.workers()} == {2}


def test_a_fleet_on_postgresql_obeys_within_a_second_and_gets_over_a_restart(tmp_path: Path) -> None:
    with postgresql_server(tmp_path / "pg") as server:
        installing = PostgresqlRolloutStore(server.dsn)
        installing.install()
        installing.close()
        with fleet("postgresql", server.dsn, tmp_path) as (store, operator, _):
            seconds = [obeyed_in(operator, 100 + number) for number in range(20)]
            told("postgresql", seconds)
            assert max(seconds) <= OBJECTIVE_SECONDS
            server.stop()
            with pytest.raises(StoreUnavailable):
                operator.set_share(Share(1), why="", is_forced=True)
            server.start()
            eventually(lambda: len(store.workers()) == WORKERS, 30)
            obeyed_in(operator, 5000)
            assert obeyed_in(operator, 10_000) <= OBJECTIVE_SECONDS
            assert verify(store.history(), state=store.load()) == ()
