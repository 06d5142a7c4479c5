"""One event loop on a thread, for servers that stand between the processes of a test."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

_R = TypeVar("_R")
_SECONDS = 20.0


class LoopThread:
    """Runs coroutines for a test that is not asynchronous itself."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, _R]) -> _R:
        """Return what the coroutine returns, within 20 seconds."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_SECONDS)

    def close(self) -> None:
        """Cancel what still runs, and end the thread."""
        self.run(_cancel_others())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_SECONDS)
        self._loop.close()


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def loop_thread() -> Iterator[LoopThread]:
    """A loop for as long as a test needs it."""
    loop = LoopThread()
    try:
        yield loop
    finally:
        loop.close()
