"""What is known about photos, in a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from livetrip_bff.database.faults import breaks_foreign_key
from livetrip_bff.database.photo_rows import arrival_values, photo_of, values_of
from livetrip_bff.database.tables import discarded_objects, photos, trips
from livetrip_core import Cursor, EntryId, Photo, PhotoId, PhotoNotFound, Tally, TripId, TripNotFound, UserId

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
_ABOVE: Final = tuple_(photos.c.moment, photos.c.id) > tuple_(
    bindparam("above", type_=photos.c.moment.type), bindparam("last", type_=photos.c.id.type)
)
_OF_ENTRY: Final = photos.c.entry_id == bindparam("of_entry")
# By: of one entry alone, above a position.
_PAGES: Final = {
    (False, False): _PAGE,
    (False, True): _PAGE.where(_ABOVE),
    (True, False): _PAGE.where(_OF_ENTRY),
    (True, True): _PAGE.where(_OF_ENTRY, _ABOVE),
}
_WAITING: Final = (
    select(func.count(), func.coalesce(func.sum(photos.c.byte_size), 0))
    .select_from(trips.join(photos))
    # `moment` for `arrived_at`: they are null together, and the index of a trip's photos has the one.
    .where(trips.c.owner == bindparam("of_owner"), photos.c.moment.is_(None))
)
_COUNT: Final = select(func.count()).select_from(photos).where(_OF_TRIP)
# Until the transaction ends. SQLite has one writer anyway.
_HOLD_OWNER: Final = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("lock_of"), 0)))
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

    async def tally(self, owner: UserId, trip_id: TripId) -> Tally:
        """What takes up room already; others who ask for the same owner wait until this transaction ends."""
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(_HOLD_OWNER, {"lock_of": f"photos of {owner}"})
        waiting, size = (await self._connection.execute(_WAITING, {"of_owner": owner})).one()
        of_trip = await self._connection.scalar(_COUNT, {"of_trip": trip_id})
        return Tally(waiting=waiting, waiting_bytes=int(size), of_trip=of_trip or 0)

    async def page(
        self, trip_id: TripId, *, entry_id: EntryId | None = None, after: Cursor | None, limit: int
    ) -> Sequence[Photo]:
        """The first photos of a trip, or of one entry, above a position that have arrived."""
        wanted: dict[str, Any] = {"of_trip": trip_id, "count": limit}
        if entry_id is not None:
            wanted["of_entry"] = entry_id
        if after is not None:
            wanted |= {"above": after.key, "last": after.id}
        statement = _PAGES[entry_id is not None, after is not None]
        return [photo_of(row) for row in await self._connection.execute(statement, wanted)]

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
