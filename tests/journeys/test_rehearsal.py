"""`switchover rehearse` on a running system: four web-side workers, a service, one database, one state in a folder."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.processes import KEY, ROOT, Running, clean_environment, running_api, switchover
from support.rehearsing import seeded
from support.rollouts import FixedPlan
from support.waiting import eventually
from support.web_worker import web_workers
from switchover import FileRolloutStore
from switchover.rehearsal import report_of
from switchover.rollout import Share
from switchover.rollout.orders import Operator
from switchover.rollout.record import verify

READS = ("getHealth", "getSession", "listTrips", "getTrip", "getTripSummary", "listEntries", "getEntry")
"""All that the load has a call of: those of photos would need some."""

WORKERS = 4
USERS = [f"traveller-{number}" for number in range(6)]
SETTINGS = """\
[tool.switchover]
contract = "{contract}"
rollout = "{plan}"
store = "file:rollout"
rehearsal = "support.rehearsing:calls"
"""


@dataclass(frozen=True)
class System:
    """Everything that runs."""

    folder: Path
    service: Running
    workers: tuple[Running, ...]
    environment: dict[str, str]

    @property
    def store(self) -> FileRolloutStore:
        return FileRolloutStore(self.folder / "rollout")

    def begin(self, *options: str) -> Command:
        command = [
            sys.executable,
            "-c",
            "from switchover.cli import main; raise SystemExit(main())",
            "rehearse",
            *options,
        ]
        return Command(
            subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder,
                env=clean_environment(**self.environment),
            )
        )  # fmt: skip

    def report(self) -> dict[str, Any]:
        text = (self.folder / "rehearsal.json").read_text("utf-8")
        assert report_of(text).to_json() == json.loads(text)
        found: dict[str, Any] = json.loads(text)
        return found


class Command:
    """`switchover rehearse`, as it runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said = ""

    def until(self, pattern: str) -> None:
        """Read on until a line has been said."""
        assert self.process.stdout is not None
        while not re.search(pattern, self.said, re.MULTILINE):
            line = self.process.stdout.readline()
            assert line, f"it ended before it said {pattern}: {self.said}{self.process.communicate(timeout=60)}"
            self.said += line

    def end(self) -> int:
        """Wait for the end; the exit code."""
        try:
            out, errors = self.process.communicate(timeout=120)
        finally:
            self.process.kill()
        self.said += out + errors
        assert "Traceback" not in self.said, self.said
        return self.process.returncode


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    database = f"sqlite:///{tmp_path / 'livetrip.sqlite3'}"
    (tmp_path / "pyproject.toml").write_text(
        SETTINGS.format(
            contract=ROOT / "openapi" / "openapi.yaml",
            plan=ROOT / "packages/adapters/src/livetrip_adapters/rollout.toml",
        )
    )
    with ExitStack() as stack:
        service = stack.enter_context(running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY))
        travellers = asyncio.run(seeded(service.address, USERS))
        workers = stack.enter_context(
            web_workers(
                tmp_path,
                WORKERS,
                service_url=service.address,
                database_url=database,
                plan=ROOT / "packages/adapters/src/livetrip_adapters/rollout.toml",
            )
        )
        environment = {"WEB_WORKERS": ",".join(it.address for it in workers), "TRAVELLERS": json.dumps(travellers)}
        system = System(tmp_path, service, workers, environment)
        eventually(lambda: len(system.store.workers()) == WORKERS)
        yield system


def is_as_before(system: System) -> bool:
    state = system.store.load()
    assert verify(system.store.history(), state=state) == ()
    return not state.shares and not state.pinned and not state.held and not state.is_pinned


def test_it_passes_and_writes_evidence_that_a_doctor_believes(system: System) -> None:
    command = system.begin(*READS, "--rate", "60", "--hold", "1500ms", "--why", "drill of the quarter")
    assert command.end() == 0, command.said
    report = system.report()
    measures = report["measures"]
    assert report["passed"] is True
    assert [(step["order"], step["share"]) for step in measures["steps"]] == [
        ("set", 100), ("set", 1000), ("set", 5000), ("set", 10_000), ("rollback", 0), ("resume", 0),
    ]  # fmt: skip
    assert all(step["obeyed"] == step["of"] == WORKERS for step in measures["steps"])
    assert sum(step["calls"] for step in measures["steps"]) > 100
    assert len(measures["http"]) == WORKERS
    assert sorted(report["subject"]["operations"]) == sorted(READS)
    assert is_as_before(system)
    assert {event.action for event in system.store.history()} == {"set", "rollback", "resume"}
    assert all(event.why.endswith(": drill of the quarter") for event in system.store.history())
    told = (system.folder / "rehearsal.md").read_text("utf-8")
    assert told.startswith("# Rehearsal of a rollback: passed\n")
    assert told in command.said
    print(
        report["distribution"],
        [(it["worker"], it["seconds"]) for it in measures["http"]],
        sum(step["calls"] for step in measures["steps"]),
    )
    doctor = json.loads(switchover("doctor", "--json", cwd=system.folder).stdout)
    assert doctor["steps"][-1]["state"] == "done"


def test_a_worker_that_is_frozen_during_the_rollback_is_named(system: System) -> None:
    command = system.begin("--hold", "1500ms", "--stages", "50,100", "getTrip", "listTrips")
    command.until(r"^set 100 %")
    frozen = system.workers[2].process.pid
    os.kill(frozen, signal.SIGSTOP)
    try:
        code = command.end()
    finally:
        os.kill(frozen, signal.SIGCONT)
    assert code == 1, command.said
    missed = " ".join(system.report()["missed"])
    assert re.search(
        rf"rollback \(version 3\): 3 of 4 workers obeyed within [0-9.]+ s; not: web-[^ ]* \(pid {frozen} on", missed
    )
    assert is_as_before(system)
    eventually(lambda: all(it.beat.version == system.store.load().version for it in system.store.workers()))


def test_a_service_that_is_killed_while_shares_rise_costs_nobody_an_answer(system: System) -> None:
    command = system.begin(*READS, "--hold", "1500ms")
    command.until(r"^set 10 %")
    system.service.process.send_signal(signal.SIGKILL)
    assert command.end() == 1, command.said
    report = system.report()
    assert sum(step["failed"] for step in report["measures"]["steps"]) == 0
    assert sum(step["wrong"] for step in report["measures"]["steps"]) == 0
    assert report["measures"]["broken_off"] == ""
    (missed,) = report["missed"]
    assert re.fullmatch(r"the service failed at least [0-9]+ calls, which were answered in-process; 0 may fail", missed)
    assert is_as_before(system)


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_signal_in_the_middle_rolls_back(system: System, number: signal.Signals, code: int, word: str) -> None:
    command = system.begin(*READS, "--hold", "1m")
    command.until(r"^set 1 %")
    command.process.send_signal(number)
    assert command.end() == code, command.said
    assert f"it was broken off: {word}" in command.said
    assert "\nrollback " in command.said
    assert is_as_before(system)
    assert system.report()["passed"] is False


def test_it_does_not_start_where_it_would_disturb(system: System) -> None:
    operator = Operator(system.store, FixedPlan(), who="kokoro")
    operator.set_share(Share(1000), ["getTrip"], why="for real")
    refused = system.begin("getTrip")
    assert refused.end() == 1
    assert "a rollout is under way: getTrip at 10 %" in refused.said
    assert len(system.store.history()) == 1
    command = system.begin("getTrip", "--from-current", "--stages", "1,50", "--hold", "1500ms")
    assert command.end() == 0, command.said
    assert system.store.load().shares == {"getTrip": Share(1000)}
    assert [it["share"] for it in system.report()["measures"]["steps"]] == [5000, 0, 0, 1000]
