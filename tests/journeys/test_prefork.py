"""Processes of a server with pre-forked workers: who counts, and who is gone, with a real gunicorn."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from support.operating import written
from support.processes import START_SECONDS, STOP_SECONDS, clean_environment, switchover
from support.waiting import eventually
from switchover.rollout.stores import FileRolloutStore

SECONDS = 60.0


@pytest.fixture
def store(tmp_path: Path) -> FileRolloutStore:
    written(tmp_path)
    return FileRolloutStore(tmp_path / ".switchover" / "rollout")


def environment(folder: Path) -> dict[str, str]:
    return clean_environment(STORE=str(folder / ".switchover" / "rollout"))


@contextmanager
def gunicorn(folder: Path, *options: str) -> Iterator[tuple[int, str]]:
    """A master with two workers; its pid and its address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    command = [sys.executable, "-m", "gunicorn", "--workers", "2", "--bind", address, "--no-control-socket", *options]
    with (folder / "gunicorn.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "support.wsgi_follower:application"], cwd=folder, env=environment(folder), stdout=log, stderr=log
        )
    try:
        eventually(lambda: answers(address), START_SECONDS)
        yield process.pid, f"http://{address}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(address: str) -> bool:
    host, _, port = address.partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def workers(store: FileRolloutStore, *, parents: bool = False) -> set[int]:
    return {seen.beat.pid for seen in store.workers() if seen.beat.is_parent is parents}


def test_a_master_that_loaded_the_application_and_forked_is_no_worker(store: FileRolloutStore, tmp_path: Path) -> None:
    with gunicorn(tmp_path, "--preload") as (master, url):
        eventually(lambda: workers(store, parents=True) == {master} and len(workers(store)) == 2, SECONDS)
        assert httpx.get(url).text == "Kokoro"
        done = switchover("rollback", "--why", "drill", cwd=tmp_path)
        assert (done.returncode, "2 of 2 workers obeyed" in done.stdout) == (0, True), done.stdout
        status = switchover("status", cwd=tmp_path)
        assert (status.returncode, "(1 more only forked workers, and made no call)" in status.stdout) == (0, True)
    assert store.workers() == []


def test_workers_that_a_reload_replaced_are_not_waited_for(store: FileRolloutStore, tmp_path: Path) -> None:
    with gunicorn(tmp_path) as (master, _):
        eventually(lambda: len(workers(store)) == 2, SECONDS)
        before = workers(store)
        os.kill(master, signal.SIGHUP)
        eventually(lambda: len(workers(store)) == 2 and not workers(store) & before, SECONDS)
        started = switchover("start", cwd=tmp_path)
        assert (started.returncode, started.stderr) == (0, ""), started.stderr
        assert "2 of 2 workers obeyed" in started.stdout
    assert store.workers() == []


def test_a_single_command_of_the_application_leaves_no_worker_behind(store: FileRolloutStore, tmp_path: Path) -> None:
    started = time.monotonic()
    program = "import support.wsgi_follower as app; assert app.follower.wait_in_force(30); print('routes')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    print(f"a single command took {time.monotonic() - started:.2f} s in all")
    assert (done.returncode, done.stdout, done.stderr) == (0, "routes\n", "")
    assert store.workers() == []
