"""`livetrip up` in both modes: what it shows, and how it ends, whichever process ends first and however."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from journeys.conftest import MODES
from support.pages import Browser
from support.processes import STOP_SECONDS, clean_environment
from support.shown import up
from support.waiting import eventually

SIGNALS = [signal.SIGINT, signal.SIGTERM]


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", timeout=5).status_code < 500
    except httpx.TransportError:
        return False


def children(process: subprocess.Popen[str]) -> list[int]:
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in found.read_text().split()]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("number", SIGNALS)
async def test_it_shows_the_sample_says_nothing_else_and_ends_by_a_signal(
    mode: str, number: signal.Signals, tmp_path: Path
) -> None:
    with up(tmp_path, "--sample-data", BACKEND_MODE=mode) as started:
        begun = children(started.process)
        browser = Browser(None, origin=started.pages)
        async with browser.client:
            trips = await browser.sign_in("aiko")
            for method in ("HEAD", "GET"):  # one after the other on one connection
                assert (await browser.client.request(method, "/trips")).status_code == 200
        assert "Kyoto in autumn" in trips.text
        assert len(begun) == (mode == "service")
        assert started.stop(number) == 0
        assert not any(map(is_running, begun))
        assert started.log.read_text("utf-8") == ""
        assert not answers(started.pages)


def test_the_service_ends_with_pages_that_were_killed(tmp_path: Path) -> None:
    with up(tmp_path, BACKEND_MODE="service") as started:
        service = started.service
        assert answers(service)
        assert started.stop(signal.SIGKILL) == -signal.SIGKILL
        eventually(lambda: not answers(service), STOP_SECONDS, what="the end of the service")
        assert "Traceback" not in started.log.read_text("utf-8")


def test_a_service_that_dies_is_told_and_the_pages_end_with_it(tmp_path: Path) -> None:
    with up(tmp_path, BACKEND_MODE="service") as started:
        [service] = children(started.process)
        os.kill(service, signal.SIGKILL)
        assert started.process.wait(STOP_SECONDS) == 1
        said = started.log.read_text("utf-8")
        assert said == "livetrip up: the service ended (signal 9), and so do the pages\n"
        assert not answers(started.pages)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_start_that_is_interrupted_leaves_nothing_behind(number: signal.Signals, tmp_path: Path) -> None:
    with (tmp_path / "stderr.log").open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "livetrip_cli", "up", "--port", "0"],
            stdout=subprocess.PIPE, stderr=stderr, text=True, cwd=tmp_path, env=clean_environment(BACKEND_MODE="service"),
        )  # fmt: skip
    eventually(lambda: children(process), 60, what="the service's process")
    begun = children(process)
    process.send_signal(number)
    said, _ = process.communicate(timeout=STOP_SECONDS)
    assert process.returncode == (130 if number is signal.SIGINT else -number)
    eventually(lambda: not any(map(is_running, begun)), what="the end of the service")
    assert said == ""
    assert "Traceback" not in (tmp_path / "stderr.log").read_text("utf-8")
