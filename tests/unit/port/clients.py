"""A desk's clients by every transport that goes over a network, closed afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from switchover import AiohttpTransport, HttpxTransport
from unit.port.desk import blocking_desk_port, desk_port

NETWORKED = ("httpx", "aiohttp", "blocking httpx")

Connecting = Callable[..., Any]
"""Makes the client of an address; `timeouts` and `credentials` go to the port, the rest to the transport."""


@asynccontextmanager
async def connecting(kind: str) -> AsyncIterator[Connecting]:
    """Clients of one kind."""
    async with AsyncExitStack() as stack:

        def connect(address: str, *, timeouts: Any = None, credentials: Any = None, **given: Any) -> Any:
            transport = AiohttpTransport(address, **given) if kind == "aiohttp" else HttpxTransport(address, **given)
            stack.push_async_callback(transport.aclose)
            port: Any = blocking_desk_port() if kind.startswith("blocking") else desk_port()
            proof = {"trust": "open"} if credentials is None else {"credentials": credentials}
            return port.http(transport=transport, timeouts=timeouts, **proof)

        yield connect
