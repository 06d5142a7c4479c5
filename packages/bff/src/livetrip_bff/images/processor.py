"""Pictures are looked into beside the event loop, a few at a time."""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

from livetrip_bff.images.assistant import Assistant
from livetrip_bff.images.developing import MAX_PIXELS
from livetrip_core import Development, PhotoFormat

WORKERS: Final = 2
"""How many pictures are decoded at once."""


class PillowImageProcessor:
    """An `ImageProcessor` in processes of its own; whoever comes while all are busy waits.

    In a thread, Pillow would hold the interpreter for as long as it encodes: everything else in this process would wait.
    """

    def __init__(self, workers: int = WORKERS, max_pixels: int = MAX_PIXELS) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="livetrip-images")
        self._all = [Assistant() for _ in range(workers)]
        self._free = list(self._all)
        self._max_pixels = max_pixels

    async def checksum(self, content: bytes) -> str:
        """SHA-256 of bytes."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _checksum, content)

    async def develop(self, content: bytes, kind: PhotoFormat) -> Development:
        """Free a picture of everything else, and make thumbnails."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._develop, content, kind)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for assistant in self._all:
            assistant.dismiss()
        await asyncio.to_thread(self._close)

    def _develop(self, content: bytes, kind: PhotoFormat) -> Development:
        assistant = self._free.pop()  # there are as many as threads
        try:
            return assistant.develop(content, kind, self._max_pixels)
        finally:
            self._free.append(assistant)

    def _close(self) -> None:
        self._threads.shutdown(cancel_futures=True)
        for assistant in self._all:
            assistant.close()


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
