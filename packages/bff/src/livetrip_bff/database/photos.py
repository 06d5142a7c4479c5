"""What is known about photos, in a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from livetrip_bff.database.faults import breaks_foreign_key
from livetrip_bff.database.photo_rows import arrival_values, photo_of, values_of
from livetrip_bff.database.tables import discarded_objects, photos, trips
from livetrip_core import Cursor, Photo, PhotoId, PhotoNotFound, TripId, TripNotFound

_IS_IT: Final = (photos.c.id == bindparam("photo_id"), photos.c.trip_id == bindparam("of_trip"))
_OF_TRIP: Final = photos.c.trip_id == bindparam("of_trip")

_GET: Final = select(photos).where(*_IS_IT)
_HOLD_TRIP: Final = select(trips.c.id).where(trips.c.id == bindparam("of_trip")).with_for_update()
_PAGE: Final = (
    select(photos)
    .where(_OF_TRIP)
    .where(photos.c.moment.is_not(None))
    .order_by(photos.c.moment, photos.c.id)
    .limit(bindparam("count"))
)
_PAGE_ABOVE: Final = _PAGE.where(
    tuple_(photos.c.moment, photos.c.id)
    > tuple_(bindparam("above", type_=photos.c.moment.type), bindparam("last", type_=photos.c.id.type))
)
_SAVE: Final = update(photos).where(*_IS_IT, photos.c.arrived_at.is_(None))
_REMOVE: Final = delete(photos).where(*_IS_IT).returning(photos)
_REMOVE_ALL: Final = delete(photos).where(_OF_TRIP).returning(photos)
_ABANDONED: Final = (
    select(photos.c.id)
    .where(photos.c.arrived_at.is_(None), photos.c.created_at < bindparam("before", type_=photos.c.created_at.type))
    .order_by(photos.c.created_at, photos.c.id)
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True)
)
_REMOVE_ABANDONED: Final = delete(photos).where(photos.c.id.in_(_ABANDONED)).returning(photos)

_FORGET: Final = delete(discarded_objects).where(discarded_objects.c.key == bindparam("of_key"))
_DUE: Final = (
    select(discarded_objects.c.key)
    .where(discarded_objects.c.due <= bindparam("now", type_=discarded_objects.c.due.type))
    .order_by(discarded_objects.c.key)
    .limit(bindparam("count"))
)


class SqlPhotoRepository:
    """A `PhotoRepository` within one transaction of a database."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, photo: Photo) -> None:
        """Keep a new photo."""
        try:
            await self._connection.execute(insert(photos), values_of(photo))
        except IntegrityError as error:
            if not breaks_foreign_key(error):
                raise
            raise TripNotFound from error

    async def get(self, trip_id: TripId, photo_id: PhotoId) -> Photo:
        """The photo of that trip, whether or not it has arrived."""
        wanted = {"photo_id": photo_id, "of_trip": trip_id}
        row = (await self._connection.execute(_GET, wanted)).one_or_none()
        if row is None:
            raise PhotoNotFound
        return photo_of(row)

    async def page(self, trip_id: TripId, *, after: Cursor | None, limit: int) -> Sequence[Photo]:
        """The first photos of a trip above a position that have arrived."""
        wanted = {"of_trip": trip_id, "count": limit}
        if after is None:
            rows = await self._connection.execute(_PAGE, wanted)
        else:
            rows = await self._connection.execute(_PAGE_ABOVE, wanted | {"above": after.key, "last": after.id})
        return [photo_of(row) for row in rows]

    async def save(self, photo: Photo) -> Photo:
        """Keep a photo that has arrived in place of its announcement, unless it arrived before."""
        where = {"photo_id": photo.id, "of_trip": photo.trip_id}
        result = await self._connection.execute(_SAVE, arrival_values(photo.arrival) | where)
        return photo if result.rowcount == 1 else await self.get(photo.trip_id, photo.id)

    async def remove(self, trip_id: TripId, photo_id: PhotoId) -> Photo:
        """Forget a photo."""
        wanted = {"photo_id": photo_id, "of_trip": trip_id}
        row = (await self._connection.execute(_REMOVE, wanted)).one_or_none()
        if row is None:
            raise PhotoNotFound
        return photo_of(row)

    async def remove_all(self, trip_id: TripId) -> Sequence[Photo]:
        """Forget all photos of a trip; whoever adds another waits, since its foreign key wants the trip to stay."""
        wanted = {"of_trip": trip_id}
        await self._connection.execute(_HOLD_TRIP, wanted)
        return [photo_of(row) for row in await self._connection.execute(_REMOVE_ALL, wanted)]

    async def remove_abandoned(self, *, before: datetime, limit: int) -> Sequence[Photo]:
        """Forget the first photos that were announced before a time and have not arrived; one that is just arriving stays."""
        rows = await self._connection.execute(_REMOVE_ABANDONED, {"before": before, "count": limit})
        return [photo_of(row) for row in rows]

    async def discard(self, keys: Sequence[str], *, due: datetime) -> None:
        """Remember objects that are to be removed at a time."""
        if keys:
            await self.clear(keys)
            await self._connection.execute(insert(discarded_objects), [{"key": key, "due": due} for key in keys])

    async def discarded(self, *, now: datetime, limit: int) -> Sequence[str]:
        """The first objects whose time has come."""
        return list(await self._connection.scalars(_DUE, {"now": now, "count": limit}))

    async def clear(self, keys: Sequence[str]) -> None:
        """Forget that objects are to be removed."""
        if keys:
            await self._connection.execute(_FORGET, [{"of_key": key} for key in keys])
