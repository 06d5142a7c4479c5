"""A file that somebody sends, on this machine's disk for as long as a request takes: never whole in memory, gone afterwards."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import BinaryIO, Final

CHUNK: Final = 1024 * 1024
"""How much is written, hashed and read at once, beside the event loop."""

START: Final = 64
"""Bytes that tell what kind of picture it is."""


class Spool:
    """Bytes in the order they came.

    Attributes:
        size: how many, once `end` was called.
        start: the first `START` of them.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._pending = bytearray()
        self.size = 0
        self.start = b""

    async def add(self, content: bytes) -> None:
        """More bytes. Whoever sends them waits for the disk."""
        self.start = (self.start + content[:START])[:START]
        self._pending += content
        self.size += len(content)
        if len(self._pending) >= CHUNK:
            await self._write()

    async def end(self) -> bytes:
        """Nothing more comes; the SHA-256 of everything."""
        await self._write()
        return self._digest.digest()

    async def content(self) -> AsyncIterator[bytes]:
        """All of it, from the beginning."""
        await asyncio.to_thread(self._file.seek, 0)
        while chunk := await asyncio.to_thread(self._file.read, CHUNK):
            yield chunk

    async def _write(self) -> None:
        pending, self._pending = bytes(self._pending), bytearray()
        await asyncio.to_thread(self._keep, pending)

    def _keep(self, content: bytes) -> None:
        self._digest.update(content)
        self._file.write(content)


@asynccontextmanager
async def spool() -> AsyncIterator[Spool]:
    """An empty one, in the folder for temporary files; its file has no name that anybody could open."""
    file = await asyncio.to_thread(tempfile.TemporaryFile)
    try:
        yield Spool(file)
    finally:
        await asyncio.to_thread(file.close)
