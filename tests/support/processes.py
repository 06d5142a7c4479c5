"""Real processes on 127.0.0.1, bounded in time, stopped by their own pid."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 20.0
KEY = "a-key-for-tests-alone-0123456789abcdef"


def clean_environment(**values: str) -> dict[str, str]:
    """This process's environment without anything that configures LiveTrip, and with `values`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("LIVETRIP_") and name not in ("BACKEND_MODE", "PYTHONWARNINGS")
    }
    return {**kept, "PYTHONPATH": str(ROOT / "tests"), **values}


@dataclass(frozen=True)
class Running:
    """A process that said where it listens."""

    process: subprocess.Popen[str]
    address: str
    log: Path

    def stop(self) -> int:
        """Ask it to end, and wait; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)


@contextmanager
def running(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Iterator[Running]:
    """A process that prints `listening on ADDRESS` once it is ready."""
    log = folder / "stderr.log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=dict(environment), cwd=folder
        )
    try:
        yield Running(process, _address(process, log), log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _address(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout is not None
    lines: queue.Queue[str] = queue.Queue()
    stdout = process.stdout
    threading.Thread(target=lambda: lines.put(stdout.readline()), daemon=True).start()
    try:
        line = lines.get(timeout=START_SECONDS).strip()
    except queue.Empty:
        line = ""
    if not line.startswith("listening on "):
        raise AssertionError(f"the process did not start: {log.read_text('utf-8')}")
    return line.removeprefix("listening on ")


@contextmanager
def running_api(folder: Path, *arguments: str, **environment: str) -> Iterator[Running]:
    """`livetrip-api` with a fresh SQLite database in `folder`."""
    settings = {"LIVETRIP_DATABASE_URL": f"sqlite:///{folder / 'livetrip.sqlite3'}", **environment}
    command = [sys.executable, "-m", "livetrip_api", *arguments]
    with running(command, folder, clean_environment(**settings)) as service:
        yield service


def livetrip(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command `livetrip` to its end."""
    command = [sys.executable, "-m", "livetrip_cli", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env=clean_environment(**environment), timeout=120, check=False
    )


def switchover(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command `switchover` to its end."""
    command = [sys.executable, "-c", "from switchover.cli import main; raise SystemExit(main())", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env=clean_environment(**environment), timeout=180, check=False
    )
