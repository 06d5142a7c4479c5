"""However a command's output or its life ends: it does its work, says what it did, and its exit code is true."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.operating import written
from support.processes import clean_environment
from support.rollouts import beat, change
from switchover.rollout.stores import FileRolloutStore

SECONDS = 60.0
COMMAND = (sys.executable, "-c", "from switchover.cli import main; raise SystemExit(main())")

STOPPED = """
import os, signal, sys, time
from switchover.rollout.stores import FileRolloutStore

change = FileRolloutStore.change

class Interrupting(FileRolloutStore):
    def change(self, *arguments, **named):
        BODY

import switchover.rollout.stores.opening as opening
opening.FileRolloutStore = Interrupting
from switchover.cli import main
raise SystemExit(main())
"""
"""A command whose store sends the process a signal at a given point."""


@pytest.fixture
def store(tmp_path: Path) -> FileRolloutStore:
    """A project whose store has a worker that applies nothing."""
    written(tmp_path)
    store = FileRolloutStore(tmp_path / ".switchover" / "rollout")
    store.heartbeat(beat())
    return store


def environment() -> dict[str, str]:
    return {name: value for name, value in clean_environment().items() if name != "SWITCHOVER_ROLLOUT_STORE"}


def run_with_closed_pipes(folder: Path, *arguments: str, streams: tuple[str, ...]) -> int:
    """Run a command whose named streams are pipes that no process reads any more; the exit code."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        closed = dict.fromkeys(streams, writing)
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=folder,
            env=environment(),
            stdout=closed.get("stdout", subprocess.DEVNULL),
            stderr=closed.get("stderr", subprocess.DEVNULL),
            timeout=SECONDS,
            check=False,
        )
    finally:
        os.close(writing)
    return done.returncode


CASES = [
    (["rollback", "--wait", "0"], 0),
    (["rollback", "--wait", "0.01"], 1),
    (["hold", "--wait", "0"], 0),
    (["promote"], 1),
    (["status"], 1),
    (["status", "--json"], 1),
    (["history", "--verify"], 1),
    (["watch", "--every", "0.05"], 0),
    (["probe", "http://127.0.0.1:1", "--region", "here", "--every", "0.1s"], 1),
    (["routes"], 0),
    (["freeze", "--check"], 0),
    (["plan", "show"], 0),
    (["plan", "check", "--plan", "no.toml"], 2),
    (["--help"], 0),
    (["rollback", "--help"], 0),
    (["rollback", "--nonsense"], 2),
]


@pytest.mark.parametrize("streams", [("stdout",), ("stderr",), ("stdout", "stderr")], ids="+".join)
@pytest.mark.parametrize(("arguments", "code"), CASES, ids=[" ".join(arguments) for arguments, _ in CASES])
def test_closed_pipes_keep_the_exit_code(
    store: FileRolloutStore, tmp_path: Path, arguments: list[str], code: int, streams: tuple[str, ...]
) -> None:
    if "--every" in arguments and "stdout" not in streams:  # its output is read, so it would not end
        arguments = [*arguments, "--count", "1"]
    if arguments[0] == "history":
        store.change(change(getBook=100), expected=0)
        path = tmp_path / ".switchover" / "rollout" / "history.jsonl"
        path.write_text(path.read_text().replace("kokoro", "nobody"))
    if arguments[0] == "status":
        store.change(change(getBook=100), expected=0)  # and the worker has not applied it
    assert run_with_closed_pipes(tmp_path, *arguments, streams=streams) == code


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", "> /dev/full", "2> /dev/full"])
def test_rollback_is_carried_out_without_any_output(store: FileRolloutStore, tmp_path: Path, redirection: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *COMMAND, "rollback", "--wait", "0"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert store.load().is_pinned
    (event,) = store.history()  # and nothing else was written into its files
    assert event.action == "rollback"
    said = "switchover: the output: No space left on device\n" if redirection == "> /dev/full" else ""
    assert done.stderr == said


def test_a_closed_pipe_of_a_shell_keeps_the_exit_code(store: FileRolloutStore, tmp_path: Path) -> None:
    store.change(change(getBook=100), expected=0)
    script = '"$@" | head -1 > /dev/null; echo "${PIPESTATUS[0]}"'
    done = subprocess.run(
        ["bash", "-c", script, "bash", *COMMAND, "status"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("1\n", "")


def run_stopped(folder: Path, body: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", STOPPED.replace("BODY", body), *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


ENDINGS = [
    (signal.SIGINT, 130, "interrupted"),
    (signal.SIGTERM, 143, "terminated"),
    (signal.SIGHUP, 129, "the terminal is gone"),
]


@pytest.mark.parametrize(("number", "code", "word"), ENDINGS)
def test_a_signal_between_the_change_and_the_line_says_what_was_done(
    store: FileRolloutStore, tmp_path: Path, number: signal.Signals, code: int, word: str
) -> None:
    body = f"state = change(self, *arguments, **named); os.kill(os.getpid(), {int(number)}); return state"
    done = run_stopped(tmp_path, body, "rollback")
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(f"switchover: {word}; carried out: version 1 is in force; whether all workers")
    assert store.load().is_pinned


@pytest.mark.parametrize(("number", "code", "word"), ENDINGS)
def test_a_signal_before_the_change_says_that_nothing_was_changed(
    store: FileRolloutStore, tmp_path: Path, number: signal.Signals, code: int, word: str
) -> None:
    program = f"""
import os, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "switchover.rollout.orders.operator":
            os.kill(os.getpid(), {int(number)})

sys.meta_path.insert(0, Interrupting())
from switchover.cli import main
raise SystemExit(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program, "rollback"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (code, "", f"switchover: {word}; nothing was changed\n")
    assert store.load().version == 0


def test_a_signal_that_meets_a_refusal_shows_the_refusal(store: FileRolloutStore, tmp_path: Path) -> None:
    body = "os.kill(os.getpid(), signal.SIGINT); raise RolloutRefused('held', 'it is held')"
    body = f"from switchover.errors import RolloutRefused; {body}"
    done = run_stopped(tmp_path, body, "rollback")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "switchover: it is held\n")
    assert store.load().version == 0


def test_a_second_signal_ends_a_command_whose_store_does_not_answer(store: FileRolloutStore, tmp_path: Path) -> None:
    body = "os.kill(os.getpid(), signal.SIGINT); os.kill(os.getpid(), signal.SIGINT); time.sleep(600)"
    done = run_stopped(tmp_path, body, "rollback")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.startswith("switchover: interrupted; the store has not answered, so the change may be in force")


@pytest.mark.parametrize(("number", "code", "word"), ENDINGS)
def test_a_signal_while_workers_are_waited_for_says_what_is_in_force(
    store: FileRolloutStore, tmp_path: Path, number: signal.Signals, code: int, word: str
) -> None:
    with subprocess.Popen(
        [*COMMAND, "rollback", "--wait", "50"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "carried out: version 1 is in force\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out) == (code, "")
    assert err.startswith(f"switchover: {word}; carried out: version 1 is in force; whether all workers")


def test_a_signal_that_the_process_was_started_to_ignore_is_ignored(store: FileRolloutStore, tmp_path: Path) -> None:
    body = "os.kill(os.getpid(), signal.SIGHUP); return change(self, *arguments, **named)"
    done = subprocess.run(
        ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh", sys.executable, "-c", STOPPED.replace("BODY", body),
         "rollback", "--wait", "0"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert store.load().is_pinned
