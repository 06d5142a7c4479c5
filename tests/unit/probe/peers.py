"""The other side of a probe: servers on the loopback that say exactly what a test wants, plain and over TLS."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""What a server does with a connection, once the head of a request is there."""


@dataclass
class Peer:
    """A server, and what it was asked."""

    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    closed_early: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """Where it listens."""
        return f"{scheme}://{host}:{self.port}"


@asynccontextmanager
async def peer(talk: Talk, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncIterator[Peer]:
    """A server in this event loop. Connections that are still open at the end are cut."""
    known, running = Peer(), set[asyncio.Task[None]]()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            known.requests.append(await reader.readuntil(b"\r\n\r\n"))
            await talk(reader, writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            known.closed_early.set()
        except asyncio.CancelledError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, host, 0, ssl=tls)
    known.port = server.sockets[0].getsockname()[1]
    try:
        yield known
    finally:
        server.close()
        for task in running:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*running, return_exceptions=True)


def says(*pieces: bytes) -> Talk:
    """Answers with these bytes, and closes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    return talk


def answers(status: str = "200 OK", body: bytes = b"", content_type: str | None = "application/json") -> Talk:
    """Answers with a whole HTTP message."""
    return says(message(status, body, content_type))


def message(
    status: str = "200 OK", body: bytes = b"", content_type: str | None = "application/json", *more: str
) -> bytes:
    """A whole HTTP message."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *more]
    lines += [f"content-type: {content_type}"] if content_type is not None else []
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def falls_silent(*pieces: bytes) -> Talk:
    """Says this much, and then nothing until the other side leaves."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await says(*pieces)(reader, writer)
        await reader.read()

    return talk
