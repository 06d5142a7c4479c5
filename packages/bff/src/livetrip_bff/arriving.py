"""Completions under way: each photo once, a few at a time, and seen through when whoever asked has gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from livetrip_core import PhotoId
from switchover.errors import ServiceUnavailable

AT_ONCE: Final = 3
"""How many uploads are in memory at once, each of up to 64 MiB."""

MOST_WAITING: Final = 64
"""How many more may wait for one of them to be done."""

RETRY_AFTER_SECONDS: Final = 5


class Arrivals:
    """Runs what completes an upload.

    A caller that gave up waiting and asks again joins what is under way, so that impatience makes no work.
    """

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._turn = asyncio.Semaphore(at_once)
        self._most = at_once + most_waiting
        self._under_way: dict[PhotoId, asyncio.Task[None]] = {}

    async def of(self, photo_id: PhotoId, make: Callable[[], Awaitable[None]]) -> None:
        """Complete a photo by `make`, or wait for what is just completing it.

        Raises:
            ServiceUnavailable: too many are waiting already.
        """
        task = self._under_way.get(photo_id)
        if task is None:
            if len(self._under_way) >= self._most:
                raise ServiceUnavailable("Too many photos are being looked into.", retry_after=RETRY_AFTER_SECONDS)
            task = self._under_way[photo_id] = asyncio.create_task(self._made(make))
            task.add_done_callback(lambda done: self._forget(photo_id, done))
        await asyncio.shield(task)

    async def aclose(self) -> None:
        """Give up what nobody can be told of any more."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _made(self, make: Callable[[], Awaitable[None]]) -> None:
        async with self._turn:
            await make()

    def _forget(self, photo_id: PhotoId, done: asyncio.Task[None]) -> None:
        del self._under_way[photo_id]
        if not done.cancelled():
            done.exception()  # whoever waits for it is told; if everybody has gone, nobody is to be warned of it
