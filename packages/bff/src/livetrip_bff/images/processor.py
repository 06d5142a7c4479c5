"""Pictures are looked into beside the event loop, a few at a time."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

from livetrip_bff.images.developing import MAX_PIXELS, develop
from livetrip_core import Development, PhotoFormat

WORKERS: Final = 2
"""How many pictures are decoded at once. Pillow decodes, scales and encodes without holding the interpreter."""

NICENESS: Final = 10
"""How far the threads stand back for the event loop where there are too few cores, on systems where a thread can (Linux)."""


class PillowImageProcessor:
    """An `ImageProcessor` on threads of its own; whoever comes while all are busy waits."""

    def __init__(self, workers: int = WORKERS, max_pixels: int = MAX_PIXELS) -> None:
        self._threads = ThreadPoolExecutor(
            workers, thread_name_prefix="livetrip-images", initializer=_stand_back, initargs=(NICENESS,)
        )
        self._max_pixels = max_pixels

    async def checksum(self, content: bytes) -> str:
        """SHA-256 of bytes."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _checksum, content)

    async def develop(self, content: bytes, kind: PhotoFormat) -> Development:
        """Free a picture of everything else, and make thumbnails."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, develop, content, kind, self._max_pixels)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _stand_back(niceness: int) -> None:
    if sys.platform == "linux":  # elsewhere this would be the whole process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
