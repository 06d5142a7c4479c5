"""Whether the process behind a heartbeat still runs: known on its own machine, and nowhere guessed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.rollouts import beat
from support.waiting import eventually
from switchover.rollout.stores import FileRolloutStore, RolloutStore, WorkerBeat
from switchover.rollout.stores.process import has_ended, start_of, this_place
from switchover.rollout.stores.worker import beat_data, beat_of


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


def beat_by(pid: int, **said: Any) -> WorkerBeat:
    values: dict[str, Any] = {"place": this_place(), "started": start_of(pid), **said}
    return WorkerBeat(id="web-1", host="machine", pid=pid, version=0, **values)


def test_a_process_that_runs_is_known_to_run_also_while_it_is_frozen(child: subprocess.Popen[bytes]) -> None:
    started = start_of(child.pid)
    assert not has_ended(this_place(), child.pid, started)
    child.send_signal(signal.SIGSTOP)
    assert not has_ended(this_place(), child.pid, started)
    child.send_signal(signal.SIGCONT)


def test_a_process_that_ended_is_known_to_have_also_before_its_parent_asks(child: subprocess.Popen[bytes]) -> None:
    started = start_of(child.pid)
    child.kill()
    eventually(lambda: has_ended(this_place(), child.pid, started))
    child.wait()
    assert has_ended(this_place(), child.pid, started)


def test_a_process_id_that_is_used_again_is_another_process() -> None:
    assert has_ended(this_place(), os.getpid(), "1")
    assert not has_ended(this_place(), os.getpid(), start_of(os.getpid()))


@pytest.mark.parametrize(
    ("place", "started"),
    [("", "1"), ("another boot and namespace", "1"), (f"{this_place()}x", "1"), (this_place(), "")],
)
def test_what_happened_elsewhere_is_not_guessed(place: str, started: str) -> None:
    assert not has_ended(place, os.getpid(), started)


@pytest.mark.parametrize("fresh", ["file", "postgresql"], indirect=True)
def test_a_worker_that_ended_is_not_listed_and_one_of_unknown_place_is(
    store: RolloutStore, child: subprocess.Popen[bytes]
) -> None:
    store.heartbeat(beat_by(child.pid))
    store.heartbeat(beat("older-kit"))
    assert [it.beat.id for it in store.workers()] == ["older-kit", "web-1"]
    child.kill()
    child.wait()
    assert [it.beat.id for it in store.workers(reports=False)] == ["older-kit"]


def test_a_restart_of_the_machine_ended_all_that_a_file_lists(tmp_path: Path) -> None:
    store = FileRolloutStore(tmp_path)
    store.heartbeat(beat_by(os.getpid(), place=f"an-earlier-boot {this_place().partition(' ')[2]}"))
    assert store.workers() == []


# -- a beat of another version


def test_a_beat_of_an_older_kit_is_read_and_one_of_a_newer_kit_too() -> None:
    older = {"id": "web-1", "host": "machine", "pid": 1, "version": 3, "problem": ""}
    assert beat_of(older) == beat("web-1", 3)
    assert beat_data(beat("web-1", 3)) == older
    assert beat_of({**older, "contract": "sha256:…", "head": 7, "lease_seconds": "long"}) == beat("web-1", 3)
    said = WorkerBeat(
        id="w", host="h", pid=1, version=3, head="a" * 64, place="p", started="s", lease_seconds=6.5, is_parent=True
    )
    assert beat_of(beat_data(said)) == said
    for name in older:
        with pytest.raises(ValueError, match=f"#/{name} is missing"):
            beat_of({key: value for key, value in older.items() if key != name})
