"""Now and then, what nobody needs any more of photos is removed: beside the calls, by the process that has the backend."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, Protocol

from livetrip_adapters.photos import PhotoSettings
from switchover import CallError
from switchover.errors.outline import failure_of, outline

_log: Final = logging.getLogger("livetrip.photos")

MOST_ROUNDS: Final = 50
"""How often in a row a collection goes on before it lets somebody else have the database; each removes at most 100 objects."""

JITTER: Final = 0.2
"""Processes that were started together are not to collect together."""


class Collects(Protocol):
    """Something that removes what nobody needs, a little at a time."""

    async def collect(self) -> int:
        """How many objects were removed."""
        ...


class HasPhotos(Protocol):
    """A backend."""

    @property
    def photos(self) -> Collects:
        """What there is to be collected."""
        ...


Pause = Callable[[float], Awaitable[None]]


@asynccontextmanager
async def collecting(
    backend: HasPhotos,
    settings: PhotoSettings,
    *,
    pause: Pause = asyncio.sleep,
    jitter: Callable[[], float] = random.random,
) -> AsyncIterator[None]:
    """Collect at the pace of the settings for as long as the block runs. What was begun is given up at its end, and can be.

    Arguments:
        backend: whose photos.
        settings: `collect_seconds` between two collections, give or take `JITTER`; 0: never.
        pause: waits for seconds.
        jitter: a share of it, 0 to 1.
    """
    if settings.collect_seconds == 0:
        yield
        return
    task = asyncio.create_task(_collect(backend.photos, settings.collect_seconds, pause, jitter))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _collect(photos: Collects, seconds: float, pause: Pause, jitter: Callable[[], float]) -> None:
    while True:
        await pause(seconds * (1 + JITTER * (2 * jitter() - 1)))
        try:
            for _ in range(MOST_ROUNDS):
                if await photos.collect() == 0:
                    break
        except CallError as error:
            _log.warning("photos were not collected: %s", error)
        except Exception as error:  # a background task ends here; the next round may fare better
            _log.error("photos were not collected: %s", outline(error), extra=failure_of(error))
