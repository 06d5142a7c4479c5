"""A process that this one starts: it says where it listens, and is stopped by its own pid."""

from __future__ import annotations

import asyncio
import signal
from typing import Final

STOP_SECONDS: Final = 15.0

_LISTENING: Final = "listening on "


async def address_of(process: asyncio.subprocess.Process, seconds: float) -> str | None:
    """Where it listens; None if it ends, or says something else, first.

    Raises:
        TimeoutError: it said nothing for so long.
    """
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), seconds)
    text = line.decode("utf-8", "replace").strip()
    return text.removeprefix(_LISTENING) if text.startswith(_LISTENING) else None


async def stop(process: asyncio.subprocess.Process) -> None:
    """Asked first, made to after a while."""
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
