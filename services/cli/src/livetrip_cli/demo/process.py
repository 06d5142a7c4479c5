"""The service as a process of its own, for as long as the demo needs it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 30.0
STOP_SECONDS = 15.0


class ServiceDidNotStart(Exception):
    """The process ended, or said nothing, before it listened; with what it wrote."""


@dataclass(frozen=True, slots=True)
class RunningService:
    """Where the service is, and where it writes."""

    url: str
    pid: int
    log: Path

    def last_words(self, lines: int = 5) -> str:
        """The end of its log."""
        return "\n".join(_said(self.log).splitlines()[-lines:])


@asynccontextmanager
async def running_service(folder: Path, key: str) -> AsyncIterator[RunningService]:
    """Start `livetrip-api` on a free port of this machine, with a database in `folder`; stop it at the end.

    Raises:
        ServiceDidNotStart: it did not.
    """
    log = folder / "service.log"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LIVETRIP_")},
        "LIVETRIP_DATABASE_URL": f"sqlite:///{folder / 'service.sqlite3'}",
        "LIVETRIP_SERVICE_KEY": key,
    }
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "livetrip_api", "--port", "0", stdout=asyncio.subprocess.PIPE, stderr=stderr, env=environment
        )  # fmt: skip
    try:
        yield RunningService(await _address(process, log), process.pid, log)
    finally:
        await stop(process)


async def _address(process: asyncio.subprocess.Process, log: Path) -> str:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
    except TimeoutError:
        raise ServiceDidNotStart(_said(log) or f"it said nothing for {START_SECONDS:g} s") from None
    text = line.decode("utf-8", "replace").strip()
    if not text.startswith("listening on "):
        raise ServiceDidNotStart(_said(log) or f"it ended with exit code {await process.wait()}")
    return text.removeprefix("listening on ")


def _said(log: Path) -> str:
    return log.read_text("utf-8", "replace").strip()


async def stop(process: asyncio.subprocess.Process) -> None:
    """By its own pid: asked first, made to after a while."""
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
