"""A way to a server behind a Unix socket on which connections break where a test wants it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

CHUNK = 65_536


class Wire:
    """Passes bytes on in both directions, and cuts every connection at the message that a test names.

    Attributes:
        seen: how many messages have come from clients since `cut_at` was last called.
    """

    def __init__(self, server: Path) -> None:
        self._server = server
        self._open: set[asyncio.StreamWriter] = set()
        self._cut_at: int | None = None
        self._is_after = False
        self.seen = 0

    def cut_at(self, message: int | None, *, after: bool = False) -> None:
        """Cut at a message of a client, counted from 1, once: before it is passed on, or when it is being answered.

        What a client sends before it waits for an answer is one message.
        """
        self._cut_at, self._is_after, self.seen = message, after, 0

    def cut(self) -> None:
        """Cut all connections now."""
        for writer in self._open:
            writer.transport.abort()

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client."""
        with suppress(OSError):
            from_server, to_server = await asyncio.open_unix_connection(self._server)
            ends = {writer, to_server}
            self._open |= ends
            try:
                await asyncio.gather(self._up(reader, to_server), self._down(from_server, writer))
            finally:
                self._open -= ends
                for end in ends:
                    end.transport.abort()

    async def _up(self, reader: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            self.seen += 1
            if self._is_due and not self._is_after:
                return self._cut()
            to_server.write(data)
        to_server.transport.abort()
        return None

    async def _down(self, from_server: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await from_server.read(CHUNK):
            if self._is_due and self._is_after:
                return self._cut()
            writer.write(data)
        writer.transport.abort()
        return None

    @property
    def _is_due(self) -> bool:
        return self._cut_at is not None and self.seen >= self._cut_at

    def _cut(self) -> None:
        self._cut_at = None
        self.cut()


@asynccontextmanager
async def cutting(server: Path, path: Path) -> AsyncIterator[Wire]:
    """Such a way, at the Unix socket `path`, to the server at another one."""
    wire = Wire(server)
    listening = await asyncio.start_unix_server(wire.pass_on, path)
    try:
        yield wire
    finally:
        listening.close()
        wire.cut()
