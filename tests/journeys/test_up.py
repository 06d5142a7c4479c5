"""`livetrip up` in service mode: two processes that end together, whichever ends first and however."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.processes import STOP_SECONDS, clean_environment


@pytest.fixture
def up(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """The process, and the addresses of service and pages."""
    command = [sys.executable, "-m", "livetrip_cli", "up", "--port", "0"]
    with (tmp_path / "stderr.log").open("wb") as stderr:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stderr, text=True, cwd=tmp_path,
            env=clean_environment(BACKEND_MODE="service"),
        )  # fmt: skip
    assert process.stdout is not None
    try:
        said = process.stdout.readline() + process.stdout.readline()
        addresses = re.findall(r"http://127\.0\.0\.1:\d+", said)
        assert len(addresses) == 2, (tmp_path / "stderr.log").read_text("utf-8")
        yield process, addresses[0], addresses[1]
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)
        process.stdout.close()


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", timeout=5).status_code < 500
    except httpx.TransportError:
        return False


def silent(address: str) -> bool:
    until = time.monotonic() + STOP_SECONDS
    while time.monotonic() < until:
        if not answers(address):
            return True
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_service_ends_with_the_pages(up: tuple[subprocess.Popen[str], str, str], number: signal.Signals) -> None:
    process, service, pages = up
    assert answers(service)
    assert httpx.get(f"{pages}/sign-in", timeout=20).status_code == 200
    process.send_signal(number)
    assert process.wait(STOP_SECONDS) == (0 if number is signal.SIGINT else -signal.SIGKILL)
    assert silent(service)
    assert silent(pages)
