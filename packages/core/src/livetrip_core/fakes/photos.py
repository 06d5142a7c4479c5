"""What is known about photos, over a shelf in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from livetrip_core.cursor import Cursor
from livetrip_core.errors import PhotoNotFound, TripNotFound
from livetrip_core.fakes.shelf import Shelf
from livetrip_core.identifiers import EntryId, PhotoId, TripId, UserId
from livetrip_core.photo import Photo, Tally


class InMemoryPhotoRepository:
    """A `PhotoRepository` over a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def add(self, photo: Photo) -> None:
        """Keep a new photo."""
        if photo.trip_id not in self._shelf.trips:
            raise TripNotFound
        self._shelf.photos[photo.id] = photo

    async def get(self, trip_id: TripId, photo_id: PhotoId) -> Photo:
        """The photo of that trip, whether or not it has arrived."""
        photo = self._shelf.photos.get(photo_id)
        if photo is None or photo.trip_id != trip_id:
            raise PhotoNotFound
        return photo

    async def tally(self, owner: UserId, trip_id: TripId) -> Tally:
        """What takes up room already. Writers of a shelf wait for each other anyway."""
        trips = self._shelf.trips
        waiting = [
            photo.announced.byte_size
            for photo in self._shelf.photos.values()
            if photo.arrival is None and trips[photo.trip_id].owner == owner
        ]
        return Tally(waiting=len(waiting), waiting_bytes=sum(waiting), of_trip=len(self._of_trip(trip_id)))

    async def page(
        self, trip_id: TripId, *, entry_id: EntryId | None = None, after: Cursor | None, limit: int
    ) -> Sequence[Photo]:
        """The first photos of a trip, or of one entry, above a position that have arrived."""
        wanted = (photo for photo in self._of_trip(trip_id) if entry_id in (None, photo.entry_id))
        arrived = (photo for photo in wanted if photo.arrival is not None)
        above = [photo for photo in arrived if after is None or photo.position > after]
        return sorted(above, key=lambda photo: photo.position)[:limit]

    async def save(self, photo: Photo) -> Photo:
        """Keep a photo that has arrived in place of its announcement, unless it arrived before."""
        known = await self.get(photo.trip_id, photo.id)
        kept = photo if known.arrival is None else known
        self._shelf.photos[photo.id] = kept
        return kept

    async def remove(self, trip_id: TripId, photo_id: PhotoId) -> Photo:
        """Forget a photo."""
        await self.get(trip_id, photo_id)
        return self._shelf.photos.pop(photo_id)

    async def remove_all(self, trip_id: TripId) -> Sequence[Photo]:
        """Forget all photos of a trip."""
        return [self._shelf.photos.pop(photo.id) for photo in self._of_trip(trip_id)]

    async def remove_abandoned(self, *, before: datetime, limit: int) -> Sequence[Photo]:
        """Forget the first photos that were announced before a time and have not arrived."""
        waiting = (photo for photo in self._shelf.photos.values() if photo.arrival is None)
        found = [photo for photo in waiting if photo.created_at < before]
        first = sorted(found, key=lambda photo: (photo.created_at, photo.id))[:limit]
        return [self._shelf.photos.pop(photo.id) for photo in first]

    async def discard(self, keys: Sequence[str], *, due: datetime) -> None:
        """Remember objects that are to be removed at a time."""
        self._shelf.discarded.update(dict.fromkeys(keys, due))

    async def discarded(self, *, now: datetime, limit: int) -> Sequence[str]:
        """The first objects whose time has come."""
        return sorted(key for key, due in self._shelf.discarded.items() if due <= now)[:limit]

    async def clear(self, keys: Sequence[str]) -> None:
        """Forget that objects are to be removed."""
        for key in keys:
            self._shelf.discarded.pop(key, None)

    def _of_trip(self, trip_id: TripId) -> list[Photo]:
        return [photo for photo in self._shelf.photos.values() if photo.trip_id == trip_id]
