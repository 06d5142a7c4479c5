"""A service as a process hosts it, in the event loop of a test, and requests to it byte by byte."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from switchover.port.hosting import Address, host
from switchover.port.serve import Service

SECONDS = 20.0


@asynccontextmanager
async def hosted(service: Service, **given: Any) -> AsyncIterator[Address]:
    """Where a service listens; a signal of its own ends it when the block is left, unless one has come."""
    ready: asyncio.Future[Address] = asyncio.get_running_loop().create_future()
    hosting = asyncio.ensure_future(host(service, Address(port=0), on_ready=ready.set_result, **given))
    async with asyncio.timeout(SECONDS):
        waiting: set[asyncio.Future[Any]] = {hosting, ready}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert ready.done(), hosting.exception()
        try:
            yield ready.result()
        finally:
            if not service.gate.is_closed:
                os.kill(os.getpid(), signal.SIGTERM)
            await hosting


async def said_to(address: Address, sent: bytes) -> tuple[bytes, dict[str, str], bytes]:
    """What is answered to these bytes on a connection of their own: status line, headers in lower case, body."""
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(sent)
    said = await reader.read()
    writer.close()
    head, _, body = said.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert len(headers) == len(lines)
    return status.encode(), {name.lower(): value for name, value in headers.items()}, body
