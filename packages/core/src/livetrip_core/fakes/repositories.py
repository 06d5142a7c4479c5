"""The repositories over a shelf in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from livetrip_core.cursor import Cursor
from livetrip_core.entry import Entry
from livetrip_core.errors import EntryNotFound, TripNotFound, VersionConflict
from livetrip_core.fakes.shelf import Claim, Shelf
from livetrip_core.idempotency import KEPT_FOR, AnsweredRequest, KeyedRequest
from livetrip_core.identifiers import EntryId, TripId, UserId
from livetrip_core.moment import Moment
from livetrip_core.ports import Clock
from livetrip_core.trip import Trip


class InMemoryTripRepository:
    """A `TripRepository` over a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def add(self, trip: Trip) -> None:
        """Keep a new trip."""
        self._shelf.trips[trip.id] = trip

    async def get(self, trip_id: TripId) -> Trip:
        """The trip, whoever owns it."""
        if trip_id not in self._shelf.trips:
            raise TripNotFound
        return self._shelf.trips[trip_id]

    async def page(self, owner: UserId, *, after: Cursor | None, limit: int) -> Sequence[Trip]:
        """The first trips of an owner below a position."""
        own = (trip for trip in self._shelf.trips.values() if trip.owner == owner)
        below = [trip for trip in own if after is None or trip.position < after]
        return sorted(below, key=lambda trip: trip.position, reverse=True)[:limit]

    async def save(self, trip: Trip) -> None:
        """Keep a changed trip in place of the version before it."""
        kept = await self.get(trip.id)
        if kept.version != trip.version - 1:
            raise VersionConflict(kept.version)
        self._shelf.trips[trip.id] = trip

    async def remove(self, trip_id: TripId) -> None:
        """Forget a trip, its entries and its photos."""
        await self.get(trip_id)
        del self._shelf.trips[trip_id]
        for entry in [entry for entry in self._shelf.entries.values() if entry.trip_id == trip_id]:
            del self._shelf.entries[entry.id]
        for photo in [photo for photo in self._shelf.photos.values() if photo.trip_id == trip_id]:
            del self._shelf.photos[photo.id]


class InMemoryEntryRepository:
    """An `EntryRepository` over a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def add(self, entry: Entry) -> None:
        """Keep a new entry."""
        if entry.trip_id not in self._shelf.trips:
            raise TripNotFound
        self._shelf.entries[entry.id] = entry

    async def get(self, trip_id: TripId, entry_id: EntryId) -> Entry:
        """The entry of that trip."""
        entry = self._shelf.entries.get(entry_id)
        if entry is None or entry.trip_id != trip_id:
            raise EntryNotFound
        return entry

    async def page(self, trip_id: TripId, *, after: Cursor | None, limit: int) -> Sequence[Entry]:
        """The first entries of a trip above a position."""
        above = [entry for entry in self._of(trip_id) if after is None or entry.position > after]
        return sorted(above, key=lambda entry: entry.position)[:limit]

    async def moments(self, trip_id: TripId) -> Sequence[Moment]:
        """When and where all entries of a trip happened."""
        return [entry.moment for entry in self._of(trip_id)]

    async def save(self, entry: Entry) -> None:
        """Keep a changed entry in place of the version before it."""
        kept = await self.get(entry.trip_id, entry.id)
        if kept.version != entry.version - 1:
            raise VersionConflict(kept.version)
        self._shelf.entries[entry.id] = entry

    async def remove(self, trip_id: TripId, entry_id: EntryId) -> None:
        """Forget an entry; its photos stay with the trip."""
        await self.get(trip_id, entry_id)
        del self._shelf.entries[entry_id]
        for photo in [photo for photo in self._shelf.photos.values() if photo.entry_id == entry_id]:
            self._shelf.photos[photo.id] = replace(photo, entry_id=None)

    def _of(self, trip_id: TripId) -> list[Entry]:
        return [entry for entry in self._shelf.entries.values() if entry.trip_id == trip_id]


class InMemoryIdempotencyStore:
    """An `IdempotencyStore` over a shelf. `clock`: judges how old a key is."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock

    async def claim(self, request: KeyedRequest) -> AnsweredRequest | None:
        """Take the key of a request, or learn what happened under it."""
        now = self._clock.now()
        held = self._shelf.claims.get((request.owner, request.key))
        if held is not None and held.claimed_at > now - KEPT_FOR:
            return held.answered
        self._shelf.claims[request.owner, request.key] = Claim(request, now)
        return None

    async def record(self, request: KeyedRequest, answer: str) -> None:
        """Remember the answer to a request whose key was claimed."""
        held = self._shelf.claims[request.owner, request.key]
        answered = AnsweredRequest(request=request, answer=answer)
        self._shelf.claims[request.owner, request.key] = Claim(request, held.claimed_at, answered)
