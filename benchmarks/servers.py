"""Servers as processes of their own, on free ports of this machine, stopped by their own pid."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def uvicorn(app: str) -> AsyncIterator[int]:
    """One uvicorn worker; its port."""
    async with _running(app, "-m", "uvicorn", app, "--log-level", "warning", "--no-access-log", "--port") as port:
        yield port


@asynccontextmanager
async def granian(app: str) -> AsyncIterator[int]:
    """One granian worker; its port."""
    async with _running(
        app, "-m", "granian", "--interface", "asgi", "--no-log", "--workers", "1", app, "--port"
    ) as port:
        yield port


@asynccontextmanager
async def _running(name: str, *command: str) -> AsyncIterator[int]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        str(port),
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _listening(name, port, process)
        yield port
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()
                await process.wait()


async def _listening(name: str, port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(30):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return
    raise SystemExit(f"{name} did not start")
