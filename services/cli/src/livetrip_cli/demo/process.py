"""The service as a process of its own, for as long as the demo needs it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from livetrip_cli.child import address_of, stop

START_SECONDS = 30.0


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
    try:
        address = await address_of(process, START_SECONDS)
    except TimeoutError:
        raise ServiceDidNotStart(_said(log) or f"it said nothing for {START_SECONDS:g} s") from None
    if address is None:
        raise ServiceDidNotStart(_said(log) or f"it ended with exit code {await process.wait()}")
    return address


def _said(log: Path) -> str:
    return log.read_text("utf-8", "replace").strip()
