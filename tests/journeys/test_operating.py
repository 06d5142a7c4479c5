"""An operator at a terminal, and a fleet of real processes."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.fleet import rollout_store
from support.operating import written
from support.processes import clean_environment, running
from support.rollouts import beat
from support.waiting import eventually
from switchover.rollout.stores import RolloutStore

WORKERS = 4
SECONDS = 60.0
OBJECTIVE_SECONDS = 1.0
COMMAND = (sys.executable, "-c", "from switchover.cli import main; raise SystemExit(main())")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    written(tmp_path)
    return tmp_path


def environment() -> dict[str, str]:
    return {name: value for name, value in clean_environment().items() if name != "SWITCHOVER_ROLLOUT_STORE"}


def switchover(project: Path, *arguments: str | bytes) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=project,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def known(project: Path) -> RolloutStore:
    """The store, which a worker follows that applies nothing."""
    store = rollout_store("file", str(project / ".switchover" / "rollout"))
    store.heartbeat(beat())
    return store


@contextmanager
def fleet(project: Path) -> Iterator[tuple[RolloutStore, list[int]]]:
    where = str(project / ".switchover" / "rollout")
    store = rollout_store("file", where)
    with running(
        [sys.executable, "-m", "support.fleet", "file", where, str(WORKERS)], project, environment()
    ) as started:
        pids = [int(pid) for pid in started.address.split(",")]
        eventually(lambda: sorted(it.beat.pid for it in store.workers()) == sorted(pids), 30)
        yield store, pids


def test_a_rollback_returns_when_all_workers_have_obeyed_and_says_how_long_it_took(project: Path) -> None:
    with fleet(project) as (store, _):
        assert switchover(project, "start").returncode == 0
        seconds = []
        for number in range(5):
            done = switchover(project, "set", "--all", str(number + 1), "--why", "drill")
            done = switchover(project, "rollback", "reads", "--why", f"drill {number}")
            assert (done.returncode, done.stderr) == (0, "")
            found = re.search(r"4 of 4 workers obeyed, ([0-9.]+) s after the order", done.stdout)
            assert found, done.stdout
            seconds.append(float(found[1]))
            assert {it.beat.version for it in store.workers()} == {store.load().version}
            assert switchover(project, "resume").returncode == 0
        print(f"rollback obeyed by {WORKERS} workers, seconds after the order: {sorted(seconds)}")
        assert max(seconds) <= OBJECTIVE_SECONDS
        status = json.loads(switchover(project, "status", "--json").stdout)
        assert [worker["isObeying"] for worker in status["workers"]] == [True] * WORKERS


def test_a_frozen_worker_is_named_and_the_exit_code_tells_the_truth(project: Path) -> None:
    with fleet(project) as (_, pids):
        os.kill(pids[2], signal.SIGSTOP)
        try:
            done = switchover(project, "rollback", "--why", "wrong answers", "--wait", "1.5")
        finally:
            os.kill(pids[2], signal.SIGCONT)
        assert done.returncode == 1
        assert "3 of 4 workers obeyed" in done.stdout
        assert [line for line in done.stdout.splitlines() if line.startswith("NOT OBEYED by ")] == [
            line for line in done.stdout.splitlines() if f"(pid {pids[2]} on " in line
        ]
        assert f"(pid {pids[2]} on " in done.stdout
        eventually(lambda: switchover(project, "status").returncode == 0, SECONDS)


def test_a_watch_ends_cleanly_at_ctrl_c_without_a_terminal(project: Path) -> None:
    known(project)
    with subprocess.Popen(
        [*COMMAND, "watch", "--every", "0.2"],
        cwd=project,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        while "createTrip" not in (line := process.stdout.readline()) and "lendBook" not in line:
            assert line, "it ended before it showed anything"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (0, "")


def test_a_watch_ends_cleanly_at_ctrl_c_in_a_terminal(project: Path) -> None:
    known(project)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "watch", "--every", "0.2"],
        cwd=project,
        env=environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        seen = b""
        until = time.monotonic() + SECONDS
        while seen.count(b"\x1b[H\x1b[J") < 2:
            assert time.monotonic() < until
            seen += os.read(ours, 65536)
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 0
    seen = b""
    while b"\x1b[?25h" not in seen:
        seen += os.read(ours, 65536)
    os.close(ours)
    assert b"Traceback" not in seen


def test_ctrl_c_while_a_command_is_still_being_loaded_leaves_no_traceback(project: Path) -> None:
    program = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "switchover.rollout.fleet":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
from switchover.cli import main
raise SystemExit(main(["watch"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "switchover: interrupted; nothing was changed\n")


def test_whoever_edits_the_record_is_found_out(project: Path) -> None:
    for arguments in (("hold", "reads", "--why", "freeze"), ("rollback", "--why", "wrong answers"), ("resume",)):
        switchover(project, *arguments, "--wait", "0", "--create")
    done = switchover(project, "history", "--verify")
    assert (done.returncode, "all 3 events hold" in done.stdout) == (0, True)
    path = project / ".switchover" / "rollout" / "history.jsonl"
    path.write_text(path.read_text().replace("wrong answers", "no reason"))
    done = switchover(project, "history", "--verify")
    assert (done.returncode, done.stderr) == (1, "")
    assert "DOES NOT HOLD: event 2: version 2 was edited: its digest does not fit" in done.stdout
    path.write_bytes(b"\xff\n".join(path.read_bytes().split(b"\n")[:1]) + b"\xff\n")
    done = switchover(project, "history", "--verify")
    assert (done.returncode, "DOES NOT HOLD: event 1: this is no event" in done.stdout) == (1, True)


def test_bytes_that_are_no_text_end_in_no_traceback(project: Path) -> None:
    arguments: tuple[bytes, ...]
    for arguments in (
        (b"rollback", b"--create", b"--wait", b"0", b"--why", b"\xff"),
        (b"rollback", b"\xff", b"--why", b"\xff"),
        (b"hold", b"--as", b"\xff"),
        (b"status", b"\xff"),
    ):
        done = switchover(project, *arguments)
        assert done.returncode in (0, 1, 2)
        assert "Traceback" not in done.stderr
    assert switchover(project, "history").returncode == 0
    assert switchover(project, "history", "--json").returncode == 0


@pytest.mark.parametrize(
    "command", ["status", "watch", "start", "promote", "set", "hold", "resume", "rollback", "history", "explain"]
)
def test_help_teaches_with_examples(project: Path, command: str) -> None:
    done = switchover(project, command, "--help")
    assert done.returncode == 0
    assert f"  switchover {command}" in done.stdout
    assert "SWITCHOVER_ROLLOUT_STORE" in done.stdout
