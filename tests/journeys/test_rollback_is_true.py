"""What `rollback` says is held to what workers do afterwards: in every situation in which it was wrong once, on both stores."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from support.operating import written
from support.postgresql import RunningPostgresql, postgresql_server
from support.processes import Running, clean_environment, running, switchover
from support.waiting import eventually
from switchover.rollout.orders.convergence import LEASE_MARGIN_SECONDS, SILENT_SECONDS
from switchover.rollout.record import verify
from switchover.rollout.stores import FileRolloutStore, RolloutStore, WorkerSeen
from switchover.rollout.stores.postgresql import PostgresqlRolloutStore

SETTLED_SECONDS = 1.0
"""So long decisions are looked at after a command has returned."""


@dataclass
class Kind:
    """A kind of store, and what may happen to it."""

    folder: Path
    store: RolloutStore
    address: str
    kind: str
    where: Callable[[str], str]
    cut_off: Callable[[str], Callable[[], None]]
    backup: Callable[[], Callable[[], None]]


@dataclass
class World:
    """A project, its store, and workers that decide."""

    it: Kind
    stack: ExitStack
    workers: list[Running] = field(default_factory=list)

    def starts(self, *names: str, lease: float | None = None) -> None:
        for name in names:
            folder = self.it.folder / name
            folder.mkdir()
            extra = [] if lease is None else [str(lease)]
            command = [sys.executable, "-m", "support.decider", self.it.kind, self.it.where(name), str(folder / "log")]
            self.workers.append(self.stack.enter_context(running([*command, *extra], folder, clean_environment())))
        pids = {worker.process.pid for worker in self.workers}
        eventually(lambda: {seen.beat.pid for seen in self.it.store.workers()} == pids, 30)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return switchover(*arguments, cwd=self.it.folder, SWITCHOVER_ROLLOUT_STORE=self.it.address)

    def goes_up(self) -> None:
        done = self.run("set", "--all", "100", "--why", "drill")
        assert done.returncode == 0, done.stdout + done.stderr
        eventually(lambda: all(self.decisions(worker) for worker in self.workers))

    def decisions(self, worker: Running) -> list[float]:
        """When it decided for the service."""
        return [float(line) for line in (worker.log.parent / "log").read_text().splitlines()]

    def still_calls(self, worker: Running) -> bool:
        """Whether it decides for the service after this moment."""
        now = time.monotonic()
        time.sleep(SETTLED_SECONDS)  # what is looked for is that nothing happens
        return any(at > now for at in self.decisions(worker))

    def seen(self, worker: Running) -> WorkerSeen:
        return next(seen for seen in self.it.store.workers() if seen.beat.pid == worker.process.pid)

    def waits_until_silent(self, worker: Running, seconds: float = SILENT_SECONDS + 1) -> None:
        eventually(lambda: self.seen(worker).age_seconds > seconds, seconds + 30)


@pytest.fixture(params=["file", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    written(tmp_path)
    with ExitStack() as stack:
        is_file = request.param == "file"
        server = None if is_file else stack.enter_context(postgresql_server(tmp_path / "pg"))
        it = file_kind(tmp_path) if server is None else postgresql_kind(tmp_path, server)
        stack.callback(it.store.close)
        yield World(it, stack)


def file_kind(folder: Path) -> Kind:
    """Each worker reaches the folder through a link of its own, which can be cut."""
    real = folder / "rollout"
    real.mkdir()

    def where(name: str) -> str:
        (folder / f"link-{name}").symlink_to(real)
        return str(folder / f"link-{name}")

    def cut_off(name: str) -> Callable[[], None]:
        link = folder / f"link-{name}"
        link.unlink()
        link.write_bytes(b"in the way")

        def again() -> None:
            link.unlink()
            link.symlink_to(real)

        return again

    def backup() -> Callable[[], None]:
        kept = folder / "backup"
        kept.mkdir()
        for name in ("state.json", "history.jsonl"):
            shutil.copy(real / name, kept)

        def restore() -> None:
            for name in ("history.jsonl", "state.json"):
                shutil.copy(kept / name, real / f"{name}.new")
                (real / f"{name}.new").replace(real / name)

        return restore

    return Kind(folder, FileRolloutStore(real), f"file:{real}", "file", where, cut_off, backup)


def postgresql_kind(folder: Path, server: RunningPostgresql) -> Kind:
    """Each worker has a role of its own, which can be shut out."""
    store = PostgresqlRolloutStore(server.dsn)
    store.install()

    def ask(*statements: str) -> list[Any]:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            found: list[Any] = []
            for statement in statements:
                cursor = connection.execute(statement.encode())
                found = cursor.fetchall() if cursor.description else []
            return found

    def where(name: str) -> str:
        ask(f"CREATE ROLE {name} LOGIN", f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}")
        return f"postgresql://{name}@/postgres?host={quote(str(server.folder))}"

    def cut_off(name: str) -> Callable[[], None]:
        ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{name}'"
        ask(f"ALTER ROLE {name} NOLOGIN", ended)

        def again() -> None:
            ask(f"ALTER ROLE {name} LOGIN")

        return again

    def backup() -> Callable[[], None]:
        tables = ("switchover_rollout", "switchover_rollout_history")
        ask(*(f"CREATE TABLE kept_{table} AS TABLE {table}" for table in tables))

        def restore() -> None:
            ask(
                *(f"DELETE FROM {table}" for table in tables),
                *(f"INSERT INTO {table} TABLE kept_{table}" for table in tables),
            )

        return restore

    return Kind(folder, store, server.dsn, "postgresql", where, cut_off, backup)


def test_a_store_that_was_restored_from_a_backup_is_passed_and_no_call_goes_over_http(world: World) -> None:
    world.starts("one", "two")
    world.goes_up()
    restore = world.it.backup()
    for number in range(3):
        assert world.run("set", "getBook", str(90 + number), "--why", "drill").returncode == 0
    restore()
    held = {seen.beat.version for seen in world.it.store.workers()}
    assert held == {4}
    eventually(lambda: all(seen.beat.problem for seen in world.it.store.workers()))
    assert "of another history" in world.run("status").stdout
    refused = world.run("hold", "--why", "x")
    assert (refused.returncode, "workers do not follow it" in refused.stderr) == (1, True)
    done = world.run("rollback", "getBook", "--why", "wrong answers")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert (
        "workers held version 4 of another history. Version 5 passes it, and takes EVERY operation back" in done.stdout
    )
    assert "2 of 2 workers obeyed" in done.stdout
    assert [world.still_calls(worker) for worker in world.workers] == [False, False]
    state = world.it.store.load()
    assert (state.version, state.is_pinned, state.shares) == (5, True, {})
    assert verify(world.it.store.record(), state=state) == ()
    assert world.run("history", "--verify").returncode == 0


def test_a_worker_that_is_cut_off_is_named_for_as_long_as_it_calls(world: World) -> None:
    world.starts("one", "two")
    world.goes_up()
    again = world.it.cut_off("two")
    world.waits_until_silent(world.workers[1])
    done = world.run("rollback", "--why", "wrong answers", "--wait", "1")
    assert done.returncode == 1
    assert "1 of 2 workers obeyed" in done.stdout
    pid = world.workers[1].process.pid
    assert re.search(rf"^NOT OBEYED by web-\S+ \(pid {pid} on .*: not heard for [0-9]+ s$", done.stdout, re.MULTILINE)
    assert "switchover forget WORKER --why TEXT" in done.stdout
    assert [world.still_calls(worker) for worker in world.workers] == [False, True]
    again()
    eventually(lambda: world.run("rollback", "--why", "again").returncode == 0, 60)
    assert not world.still_calls(world.workers[1])


def test_a_worker_that_is_cut_off_goes_back_by_its_lease_and_counts_from_then_on(world: World) -> None:
    world.starts("one", "two", lease=3)
    world.goes_up()
    world.it.cut_off("two")
    world.waits_until_silent(world.workers[1], 3 + LEASE_MARGIN_SECONDS + 0.5)
    done = world.run("rollback", "--why", "wrong answers")
    assert (done.returncode, "2 of 2 workers obeyed" in done.stdout) == (0, True), done.stdout
    assert "its lease of 3 s has run out, so it answers everything in its own process" in done.stdout
    assert [world.still_calls(worker) for worker in world.workers] == [False, False]


def test_a_frozen_worker_is_named_and_one_that_was_killed_is_not_missed(world: World) -> None:
    world.starts("one", "two", "three")
    world.goes_up()
    _, frozen, killed = (worker.process for worker in world.workers)
    killed.kill()
    killed.wait(20)
    frozen.send_signal(signal.SIGSTOP)
    try:
        world.waits_until_silent(world.workers[1])
        done = world.run("rollback", "--why", "wrong answers", "--wait", "1")
    finally:
        frozen.send_signal(signal.SIGCONT)
    assert done.returncode == 1
    assert "1 of 2 workers obeyed" in done.stdout
    assert (f"pid {frozen.pid} on" in done.stdout, f"pid {killed.pid} on" in done.stdout) == (True, False)
    eventually(lambda: world.run("status").returncode == 0, 60)
    assert not world.still_calls(world.workers[1])


def test_a_rollback_that_is_undone_while_it_waits_says_by_whom(world: World) -> None:
    world.starts("one", "two")
    world.goes_up()
    process = world.workers[1].process
    process.send_signal(signal.SIGSTOP)
    found: list[subprocess.CompletedProcess[str]] = []
    rollback = threading.Thread(
        target=lambda: found.append(world.run("rollback", "--why", "wrong answers", "--wait", "60"))
    )
    try:
        rollback.start()
        eventually(lambda: world.it.store.load().is_pinned, 60)
        assert world.run("resume", "--as", "aiko", "--why", "it was me", "--wait", "0").returncode == 0
    finally:
        process.send_signal(signal.SIGCONT)
        rollback.join(90)
    (done,) = found
    assert done.returncode == 1
    assert "2 of 2 workers obeyed" in done.stdout
    assert re.search(r"^NO LONGER IN FORCE: version 3, .*resume.* by aiko.*it was me", done.stdout, re.MULTILINE)


def test_a_lost_folder_is_passed_once_its_workers_have_found_out(tmp_path: Path) -> None:
    written(tmp_path)
    with ExitStack() as stack:
        world = World(file_kind(tmp_path), stack)
        world.starts("one", "two")
        world.goes_up()
        real = tmp_path / "rollout"
        real.rename(tmp_path / "elsewhere")
        real.mkdir()
        eventually(lambda: len(world.it.store.workers()) == 2, 60)
        done = world.run("rollback", "--why", "wrong answers")
        assert (done.returncode, "2 of 2 workers obeyed" in done.stdout) == (0, True), done.stdout + done.stderr
        assert [world.still_calls(worker) for worker in world.workers] == [False, False]
        assert os.path.exists(real / "state.json")
