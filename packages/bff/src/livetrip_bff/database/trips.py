"""Trips in a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, bindparam, delete, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livetrip_bff.database.tables import trips
from livetrip_core import Cursor, Trip, TripId, TripNotFound, UserId, VersionConflict

_GET: Final = select(trips).where(trips.c.id == bindparam("trip_id"))
_PAGE: Final = (
    select(trips)
    .where(trips.c.owner == bindparam("owner"))
    .order_by(trips.c.start_date.desc(), trips.c.id.desc())
    .limit(bindparam("count"))
)
_PAGE_BELOW: Final = _PAGE.where(
    tuple_(trips.c.start_date, trips.c.id)
    < tuple_(bindparam("start", type_=trips.c.start_date.type), bindparam("last", type_=trips.c.id.type))
)
_SAVE: Final = update(trips).where(trips.c.id == bindparam("trip_id"), trips.c.version == bindparam("version_before"))
_REMOVE: Final = delete(trips).where(trips.c.id == bindparam("trip_id"))


class SqlTripRepository:
    """A `TripRepository` within one transaction of a database."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, trip: Trip) -> None:
        """Keep a new trip."""
        await self._connection.execute(insert(trips), _values(trip))

    async def get(self, trip_id: TripId) -> Trip:
        """The trip, whoever owns it."""
        row = (await self._connection.execute(_GET, {"trip_id": trip_id})).one_or_none()
        if row is None:
            raise TripNotFound
        return _trip(row)

    async def page(self, owner: UserId, *, after: Cursor | None, limit: int) -> Sequence[Trip]:
        """The first trips of an owner below a position."""
        wanted = {"owner": owner, "count": limit}
        if after is not None and after.key < date.min.toordinal():
            return []
        if after is None or after.key > date.max.toordinal():
            rows = await self._connection.execute(_PAGE, wanted)
        else:
            below = {"start": date.fromordinal(after.key), "last": after.id}
            rows = await self._connection.execute(_PAGE_BELOW, wanted | below)
        return [_trip(row) for row in rows]

    async def save(self, trip: Trip) -> None:
        """Keep a changed trip in place of the version before it."""
        where = {"trip_id": trip.id, "version_before": trip.version - 1}
        result = await self._connection.execute(_SAVE, _values(trip) | where)
        if result.rowcount == 0:
            raise VersionConflict((await self.get(trip.id)).version)

    async def remove(self, trip_id: TripId) -> None:
        """Forget a trip; its entries and photos go with it by their foreign keys."""
        result = await self._connection.execute(_REMOVE, {"trip_id": trip_id})
        if result.rowcount == 0:
            raise TripNotFound


def _values(trip: Trip) -> dict[str, Any]:
    return {
        "id": trip.id,
        "owner": trip.owner,
        "title": trip.title,
        "description": trip.description,
        "start_date": trip.start,
        "end_date": trip.end,
        "version": trip.version,
        "created_at": trip.created_at,
        "updated_at": trip.updated_at,
    }


def _trip(row: Row[*tuple[Any, ...]]) -> Trip:
    return Trip(
        id=TripId(row.id),
        owner=UserId(row.owner),
        title=row.title,
        description=row.description,
        start=row.start_date,
        end=row.end_date,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
