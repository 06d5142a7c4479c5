"""What the diary needs of the world: a place to keep things, the time, and fresh identifiers.

Everything that is read and written within one unit of work is one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from livetrip_core.cursor import Cursor
from livetrip_core.entry import Entry
from livetrip_core.idempotency import AnsweredRequest, KeyedRequest
from livetrip_core.identifiers import EntryId, TripId, UserId
from livetrip_core.moment import Moment
from livetrip_core.trip import Trip


class TripRepository(Protocol):
    """Keeps trips."""

    async def add(self, trip: Trip) -> None:
        """Keep a new trip."""
        ...

    async def get(self, trip_id: TripId) -> Trip:
        """The trip, whoever owns it. Raises TripNotFound."""
        ...

    async def page(self, owner: UserId, *, after: Cursor | None, limit: int) -> Sequence[Trip]:
        """The first `limit` trips of an owner below a position, from the highest position down."""
        ...

    async def save(self, trip: Trip) -> None:
        """Keep a changed trip in place of the version before it. Raises VersionConflict, TripNotFound."""
        ...

    async def remove(self, trip_id: TripId) -> None:
        """Forget a trip and its entries. Raises TripNotFound."""
        ...


class EntryRepository(Protocol):
    """Keeps the entries of trips."""

    async def add(self, entry: Entry) -> None:
        """Keep a new entry. Raises TripNotFound."""
        ...

    async def get(self, trip_id: TripId, entry_id: EntryId) -> Entry:
        """The entry of that trip. Raises EntryNotFound."""
        ...

    async def page(self, trip_id: TripId, *, after: Cursor | None, limit: int) -> Sequence[Entry]:
        """The first `limit` entries of a trip above a position, from the lowest position up."""
        ...

    async def moments(self, trip_id: TripId) -> Sequence[Moment]:
        """When and where all entries of a trip happened, in no certain order."""
        ...

    async def save(self, entry: Entry) -> None:
        """Keep a changed entry in place of the version before it. Raises VersionConflict, EntryNotFound."""
        ...

    async def remove(self, trip_id: TripId, entry_id: EntryId) -> None:
        """Forget an entry. Raises EntryNotFound."""
        ...


class IdempotencyStore(Protocol):
    """Remembers the requests that happened, for `idempotency.KEPT_FOR`."""

    async def claim(self, request: KeyedRequest, *, now: datetime) -> AnsweredRequest | None:
        """Take the key of a request, or learn what happened under it; waits for whoever is just using it.

        None: the key is this request's, which is to be carried out and recorded in the same unit of work.
        """
        ...

    async def record(self, request: KeyedRequest, answer: str) -> None:
        """Remember the answer to a request whose key was claimed in this unit of work."""
        ...


class UnitOfWork(Protocol):
    """One transaction."""

    @property
    def trips(self) -> TripRepository:
        """The trips."""
        ...

    @property
    def entries(self) -> EntryRepository:
        """Their entries."""
        ...

    @property
    def requests(self) -> IdempotencyStore:
        """The requests that happened."""
        ...

    async def ping(self) -> None:
        """Have the store answer something trivial."""
        ...


class UnitOfWorkFactory(Protocol):
    """Opens units of work. Leaving one commits it; leaving it with any exception undoes all of it."""

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """One that only reads, and sees one state of the store throughout."""
        ...

    def writing(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """One that may write."""
        ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The time, in UTC."""
        ...


class IdentifierSource(Protocol):
    """Makes identifiers that nothing has yet."""

    def next(self) -> UUID:
        """A UUIDv7, higher than all that this source made before."""
        ...
