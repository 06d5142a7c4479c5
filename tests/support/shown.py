"""What `livetrip up` shows, as a process."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.processes import STOP_SECONDS, clean_environment

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
    """Where the diary is, with the sample data in it, and its process."""
    with up(folder, "--sample-data", BACKEND_MODE=mode) as started:
        assert started.said[-1].endswith("; sign in as aiko")
        yield started.pages, started.process
