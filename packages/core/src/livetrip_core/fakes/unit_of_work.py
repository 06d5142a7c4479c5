"""Transactions over a shelf in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from livetrip_core.fakes.clock import FakeClock
from livetrip_core.fakes.photos import InMemoryPhotoRepository
from livetrip_core.fakes.repositories import InMemoryEntryRepository, InMemoryIdempotencyStore, InMemoryTripRepository
from livetrip_core.fakes.shelf import Shelf
from livetrip_core.ports import Clock


class InMemoryUnitOfWork:
    """A `UnitOfWork` over one state of the shelf. `clock`: of the shelf, see `now`."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._clock = clock
        self.trips = InMemoryTripRepository(shelf)
        self.entries = InMemoryEntryRepository(shelf)
        self.photos = InMemoryPhotoRepository(shelf)
        self.requests = InMemoryIdempotencyStore(shelf, clock)

    async def ping(self) -> None:
        """Memory always answers."""

    async def now(self) -> datetime:
        """Return the time by the clock of the shelf."""
        return self._clock.now()


class InMemoryUnitOfWorkFactory:
    """A `UnitOfWorkFactory` in memory, for one event loop.

    Writers wait for each other and work on a copy, which takes the place of the shelf when they commit. So an
    exception leaves nothing behind, and readers see the state that was last committed when they began.

    Args:
        clock: of the memory, which judges how old idempotency keys and uploads are; one that stands
            still by default.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock: Clock = clock or FakeClock()
        self._shelf = Shelf()
        self._writers = asyncio.Lock()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[InMemoryUnitOfWork]:
        """A unit of work that only reads."""
        yield InMemoryUnitOfWork(self._shelf.copy(), self._clock)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[InMemoryUnitOfWork]:
        """A unit of work that may write."""
        async with self._writers:
            draft = self._shelf.copy()
            yield InMemoryUnitOfWork(draft, self._clock)
            self._shelf = draft
