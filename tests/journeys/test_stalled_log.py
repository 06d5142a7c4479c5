"""Processes whose log nobody reads: they go on answering, end when they should, and say afterwards what is missing."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from support.pipes import Pipe
from support.processes import KEY, START_SECONDS, STOP_SECONDS, clean_environment
from support.waiting import eventually
from switchover.telemetry.metrics import names
from switchover.telemetry.metrics.rendering import Exposition
from unit.telemetry.metrics.counted import value

WARNED = {"connection": "upgrade", "upgrade": "websocket"}
"""What uvicorn warns about, on the event loop, whatever the process serves."""

REQUESTS = 60
"""Each with two warnings: more than the pipe of a page holds."""

API = [sys.executable, "-m", "livetrip_api", "--port", "0"]
WEB = [sys.executable, "-m", "livetrip_web", "--port", "0"]
UP = [sys.executable, "-m", "livetrip_cli", "up", "--port", "0"]


@dataclass
class Stalled:
    """A process, where it listens, and the pipe that it logs to."""

    process: subprocess.Popen[str]
    said: list[str]
    log: Pipe

    def address(self, before: str) -> str:
        """The address in the last line that it said."""
        return next(line for line in reversed(self.said) if line.startswith(before)).removeprefix(before)

    def stop(self) -> int:
        """Ask it to end; the exit code."""
        self.process.terminate()
        return self.process.wait(STOP_SECONDS)


@contextmanager
def stalled(command: Sequence[str], folder: Path, last: str, **settings: str) -> Iterator[Stalled]:
    """A process that has said its last line on standard output, and whose standard error nobody reads."""
    log = Pipe()
    environment = clean_environment(LIVETRIP_DATABASE_URL=f"sqlite:///{folder / 'diary.sqlite3'}", **settings)
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=log.writing, text=True, cwd=folder, env=environment
    )
    log.stream.close()
    said: list[str] = []
    ready: queue.Queue[bool] = queue.Queue()

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.strip())
            if line.startswith(last):
                ready.put(True)
        ready.put(False)

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    try:
        assert ready.get(timeout=START_SECONDS), said
        yield Stalled(process, said, log)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        log.read_on()
        listening.join(STOP_SECONDS)
        assert process.stdout is not None
        process.stdout.close()


def warn(address: str, times: int = REQUESTS) -> None:
    """Have it warn, one request after the other; each is answered."""
    with httpx.Client(base_url=address, timeout=10) as client:
        for _ in range(times):
            assert client.get("/api/health", headers=WARNED).status_code < 500


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_service_goes_on_and_ends(log_format: str, tmp_path: Path) -> None:
    settings = {"LIVETRIP_SERVICE_KEY": KEY, "LIVETRIP_LOG_FORMAT": log_format}
    with stalled(API, tmp_path, "listening on ", **settings) as service:
        warn(service.address("listening on "))
        started = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - started < 10


def test_lines_come_again_when_the_reader_is_back(tmp_path: Path) -> None:
    with stalled(API, tmp_path, "listening on ", LIVETRIP_SERVICE_KEY=KEY) as service:
        address = service.address("listening on ")
        warn(address)
        service.log.read_on()
        eventually(lambda: service.log.read.count(b"Unsupported upgrade request.") == REQUESTS, what="every line")
        warn(address, 1)
        eventually(lambda: service.log.read.count(b"Unsupported upgrade request.") == REQUESTS + 1, what="the next")
        assert service.stop() == 0
    assert all(line.startswith("{") and line.endswith("}") for line in service.log.lines())


def test_what_a_full_queue_drops_is_counted_at_the_next_scrape_and_reported(tmp_path: Path) -> None:
    size, calls = 100_000, 120
    command = [sys.executable, "-m", "support.logging_service", str(size)]
    with stalled(command, tmp_path, "listening on ") as service:
        address = service.address("listening on ")

        def dropped() -> float:
            found = httpx.get(f"{address}/metrics", timeout=10).raise_for_status()
            return value(Exposition(found.headers["content-type"], found.content), names.LOG_LINES_DROPPED)

        assert dropped() == 0
        with httpx.Client(base_url=address, timeout=10) as client:
            for _ in range(calls):
                assert client.post("/call").status_code == 204
        eventually(lambda: dropped() > 0, what="the count")
        service.log.read_on()

        def reported() -> int:
            # What is read may end within a line.
            whole = bytes(service.log.read).rpartition(b"\n")[0].decode().splitlines()
            return sum(json.loads(line).get("count", 0) for line in whole if "log_lines_lost" in line)

        eventually(lambda: reported() == dropped(), what="the report of all of them")
        assert service.stop() == 0
    about_calls = [
        line for line in map(json.loads, service.log.lines()) if line["event"] == "call" or "xxx" in line["event"]
    ]
    assert len(about_calls) + reported() == 2 * calls


def test_pages_go_on_and_end(tmp_path: Path) -> None:
    with stalled(WEB, tmp_path, "listening on ", LIVETRIP_WEB_DEV_SIGN_IN="1") as pages:
        warn(pages.address("listening on "))
        assert pages.stop() == 0


@pytest.mark.parametrize("log_format", ["json", None])
def test_pages_and_the_service_beside_them_go_on_and_end_on_one_pipe(log_format: str | None, tmp_path: Path) -> None:
    settings = {"BACKEND_MODE": "service", **({"LIVETRIP_LOG_FORMAT": log_format} if log_format else {})}
    with stalled(UP, tmp_path, "the diary is at ", **settings) as both:
        for address in (both.address("the diary is at "), both.address("the service is at ")):
            warn(address)
        assert both.stop() == 0
