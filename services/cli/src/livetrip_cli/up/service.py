"""The service as a second process, that lives and ends with the pages."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from livetrip_cli.child import address_of, stop

START_SECONDS: Final = 60.0

_TOLD: Final = (1, 2)
"""Exit codes of `livetrip-api` after it has said why."""


class ServiceEnded(Exception):
    """The service ended while pages were shown; what it wrote is on standard error."""


class ServiceDidNotStart(Exception):
    """The service said nothing, or ended first.

    Attributes:
        has_told: it has said why, on standard error.
    """

    def __init__(self, message: str, *, has_told: bool = False) -> None:
        super().__init__(message)
        self.has_told = has_told


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
                raise ServiceEnded(f"the service ended ({_how(self.process.returncode)}), and so do the pages")
            await pages
        finally:
            for task in (pages, ended):
                task.cancel()
            await asyncio.gather(pages, ended, return_exceptions=True)


@asynccontextmanager
async def started_service(environment: Mapping[str, str]) -> AsyncIterator[Started]:
    """Start `livetrip-api` on this machine, at LIVETRIP_API_PORT or a free port; stop it at the end, after the pages.

    Args:
        environment: of the service.

    Raises:
        ServiceDidNotStart: it did not.
    """
    port = () if "LIVETRIP_API_PORT" in environment else ("--port", "0")
    # In a session of its own: Ctrl-C is for the pages, which still need the service for what they are doing.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "livetrip_cli.up.lifeline", "--host", "127.0.0.1", *port,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=environment, start_new_session=True,
    )  # fmt: skip
    try:
        yield Started(process, await _address(process))
    finally:
        await stop(process)


async def _address(process: asyncio.subprocess.Process) -> str:
    try:
        if (address := await address_of(process, START_SECONDS)) is not None:
            return address
        code = await asyncio.wait_for(process.wait(), START_SECONDS)
    except TimeoutError:
        raise ServiceDidNotStart(f"the service did not say within {START_SECONDS:g} s where it listens") from None
    raise ServiceDidNotStart(f"the service did not start ({_how(code)})", has_told=code in _TOLD)


def _how(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
