"""Threads for backends whose methods are plain `def`.

They are daemons: a call that does not end cannot keep a process alive that was told to stop. (asyncio's and anyio's threads are joined
when the interpreter ends, however long that takes.)
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import queue
import threading
from collections.abc import Callable
from typing import Any

_Work = tuple[asyncio.AbstractEventLoop, "asyncio.Future[tuple[Any, BaseException | None]]", Callable[[], Any]]


class Threads:
    """At most `most` threads, started when they are needed."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._started = 0
        self._idle = threading.Semaphore(0)
        self._waiting: queue.SimpleQueue[_Work] = queue.SimpleQueue()

    async def run(self, target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call `target` in a thread, with the context variables of the caller. Cancelling gives up the wait, not the call."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[tuple[Any, BaseException | None]] = loop.create_future()
        context = contextvars.copy_context()
        self._waiting.put((loop, future, lambda: context.run(target, *args, **kwargs)))
        if not self._idle.acquire(blocking=False) and self._started < self._most:
            self._started += 1
            threading.Thread(target=self._work, name=f"switchover-serve-{self._started}", daemon=True).start()
        result, error = await future
        if error is not None:
            raise error
        return result

    def _work(self) -> None:
        while True:
            loop, future, call = self._waiting.get()
            found = (None, None) if future.cancelled() else _outcome(call)
            self._idle.release()  # before the caller hears of it, so that its next call finds this thread
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, future, found)
            del loop, future, call, found


def _outcome(call: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    try:
        return call(), None
    except BaseException as error:
        return None, error


def _settle(future: asyncio.Future[Any], found: tuple[Any, BaseException | None]) -> None:
    if not future.cancelled():
        future.set_result(found)
