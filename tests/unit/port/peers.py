"""The other side of a connection: a real service on a thread, and raw servers that say exactly what a test wants."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn


@contextmanager
def served(app: Any, uds: Path | None = None) -> Iterator[str]:
    """An ASGI application behind uvicorn; gives the address, `http://…` or `unix:…`."""
    if uds is not None:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(uds))
        address = f"unix:{uds}"
    else:
        listener = socket.create_server(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        listener.listen()
        yield address
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[None]]
"""What a raw server does with a connection; the number counts connections from 0."""


TURNS = 10
"""Of an event loop, in which what was begun is over: what was accepted is a connection, what was closed is let go."""


class RawServer:
    """A server that speaks as it is told. `requests` is what it was sent, whole requests only."""

    def __init__(self, talk: Talk) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._talk = talk
        self._asked = threading.Semaphore(0)
        self._writers: list[asyncio.StreamWriter] = []

    async def was_asked(self) -> None:
        """Wait, in a client's event loop, for a request that nobody waited for yet."""
        assert await asyncio.to_thread(self._asked.acquire, timeout=10)

    async def request(self, reader: asyncio.StreamReader) -> bytes:
        """The next request, with its body; b"" at the end."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return b""
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        found = head + await reader.readexactly(length)
        self.requests.append(found)
        self._asked.release()
        return found

    async def end(self) -> None:
        """Cut every connection off."""
        for _ in range(TURNS):
            await asyncio.sleep(0)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, self.connections = self.connections, self.connections + 1
        self._writers.append(writer)
        try:
            await self._talk(reader, writer, number)
            await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


@contextmanager
def raw_server(talk: Callable[[RawServer], Talk], tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, RawServer]]:
    """A raw server on a thread of its own, so that blocking clients can be tested too."""
    server: RawServer = RawServer(lambda *connection: talk(server)(*connection))  # noqa: PLW0108 - `server` comes to be here
    ready, loop = threading.Event(), asyncio.new_event_loop()
    address: list[str] = []
    over = asyncio.Event()

    async def run() -> None:
        listening = await asyncio.start_server(server._connected, "127.0.0.1", 0, ssl=tls)
        address.append(f"http{'s' if tls else ''}://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
        ready.set()
        await over.wait()
        # No more is accepted, and what was accepted is connected first: asyncio drops, unclosed, what meets a closed server half way.
        loop.remove_reader(listening.sockets[0].fileno())
        await server.end()
        listening.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield address[0], server
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """A whole answer."""
    lines = [
        f"HTTP/1.1 {status}",
        *(headers or ("content-type: application/json",)),
        f"content-length: {len(body)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + body


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    """Parts of a body."""
    for part in parts:
        yield part
