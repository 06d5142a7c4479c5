"""What `livetrip up` shows, as a process."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livetrip_adapters import live_trip_port
from livetrip_adapters.rollout import live_trip_plan
from support.processes import STOP_SECONDS, clean_environment
from switchover import FileRolloutStore
from switchover.rollout import Share
from switchover.rollout.orders import Operator

_DIARY = re.compile(r"the diary is at (http://127\.0\.0\.1:\d+)")


@dataclass(frozen=True)
class Up:
    """The process, what it has said, and what it complains about."""

    process: subprocess.Popen[str]
    said: list[str]
    log: Path

    @property
    def pages(self) -> str:
        """Where the diary is."""
        return self.said[-1].removeprefix("the diary is at ").partition(";")[0]

    @property
    def service(self) -> str:
        """Where the service is."""
        return next(line.removeprefix("the service is at ") for line in self.said if line.startswith("the service"))

    def to_type(self) -> dict[str, str]:
        """The lines that are there to be typed, by what they begin with."""
        lines = [line.strip() for line in self.said if line.startswith("  ")]
        return {re.sub(r"^.*switchover (\w+).*$", r"\1", line).partition(" ")[0]: line for line in lines}

    def calls(self) -> list[dict[str, Any]]:
        """The lines of the pages' calls, where it logs JSON."""
        lines = [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]
        return [line for line in lines if line["service"] == "livetrip-web" and "wiring" in line]

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """End it by a signal; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)


@contextmanager
def up(folder: Path, *arguments: str, **environment: str) -> Iterator[Up]:
    """`livetrip up` in a folder, once it has said where the diary is; stopped by Ctrl-C."""
    command = [sys.executable, "-m", "livetrip_cli", "up", "--port", "0", *arguments]
    log = folder / "stderr.log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stderr, text=True, cwd=folder, env=clean_environment(**environment)
        )
    assert process.stdout is not None
    started = Up(process, [], log)
    try:
        for line in process.stdout:
            started.said.append(line.rstrip("\n"))
            if _DIARY.match(line):
                break
        else:
            raise AssertionError(f"it did not start: {log.read_text('utf-8')}")
        yield started
    finally:
        started.stop()
        process.stdout.close()


@contextmanager
def shown_diary(mode: str, folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Where the diary is, with the sample data in it, and its process. In service mode, every call has been moved to the service."""
    with up(folder, "--sample-data", BACKEND_MODE=mode, LIVETRIP_LOG_FORMAT="json") as started:
        assert started.said[-1].endswith("; sign in as aiko")
        if mode == "service":
            _move_everything(folder)
        yield started.pages, started.process
    if mode == "service":
        calls = started.calls()
        assert "http" in {call["wiring"] for call in calls}
        assert [call for call in calls if call["reason"] == "fallback"] == []


def _move_everything(folder: Path) -> None:
    store = FileRolloutStore(folder / ".livetrip" / "rollout")
    try:
        operator = Operator(store, live_trip_plan(live_trip_port()), who="tests")
        state = operator.set_share(Share(10_000), why="the tests of a service")
        assert operator.wait_obeyed(state.version, 20).is_complete()
    finally:
        store.close()
