"""The service as a second process, that lives and ends with the pages."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from livetrip_cli.child import address_of, stop

START_SECONDS = 60.0


class ServiceEnded(Exception):
    """The service did not start, or ended while pages were shown; what it wrote is on standard error."""


@dataclass(frozen=True, slots=True)
class Started:
    """The running service, and where it is."""

    process: asyncio.subprocess.Process
    url: str

    async def beside(self, showing: Coroutine[Any, Any, None]) -> None:
        """Show pages for as long as the service runs.

        Raises:
            ServiceEnded: it ended first.
        """
        pages, ended = asyncio.ensure_future(showing), asyncio.ensure_future(self.process.wait())
        try:
            await asyncio.wait({pages, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not pages.done():
                raise ServiceEnded(f"the service ended with exit code {self.process.returncode}")
            await pages
        finally:
            for task in (pages, ended):
                task.cancel()
            await asyncio.gather(pages, ended, return_exceptions=True)


@asynccontextmanager
async def started_service(key: str, port: int) -> AsyncIterator[Started]:
    """Start `livetrip-api` on a free port of this machine; stop it at the end, after the pages.

    Args:
        key: what the pages prove themselves with.
        port: where on this machine they are: photos are sent from there to the service.

    Raises:
        ServiceEnded: it did not start.
    """
    pages = ",".join(f"http://{name}:{port}" for name in ("127.0.0.1", "localhost"))
    environment = {**os.environ, "LIVETRIP_SERVICE_KEY": key, "LIVETRIP_PHOTOS_ORIGINS": pages}
    environment.pop("LIVETRIP_TRUST", None)
    # In a session of its own: Ctrl-C is for the pages, which still need the service for what they are doing.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "livetrip_cli.up.lifeline", "--host", "127.0.0.1", "--port", "0",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=environment, start_new_session=True,
    )  # fmt: skip
    try:
        yield Started(process, await _address(process))
    finally:
        await stop(process)


async def _address(process: asyncio.subprocess.Process) -> str:
    try:
        address = await address_of(process, START_SECONDS)
    except TimeoutError:
        raise ServiceEnded(f"the service said nothing for {START_SECONDS:g} s") from None
    if address is None:
        raise ServiceEnded(f"the service ended with exit code {await process.wait()}")
    return address
