"""Entries in a database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from livetrip_bff.database.entry_rows import entry_of, moment_of, values_of
from livetrip_bff.database.faults import breaks_foreign_key
from livetrip_bff.database.tables import entries
from livetrip_core import Cursor, Entry, EntryId, EntryNotFound, Moment, TripId, TripNotFound, VersionConflict

_IS_IT: Final = (entries.c.id == bindparam("entry_id"), entries.c.trip_id == bindparam("of_trip"))
_OF_TRIP: Final = entries.c.trip_id == bindparam("of_trip")

_GET: Final = select(entries).where(*_IS_IT)
_PAGE: Final = select(entries).where(_OF_TRIP).order_by(entries.c.happened_at, entries.c.id).limit(bindparam("count"))
_PAGE_ABOVE: Final = _PAGE.where(
    tuple_(entries.c.happened_at, entries.c.id)
    > tuple_(bindparam("moment", type_=entries.c.happened_at.type), bindparam("last", type_=entries.c.id.type))
)
_MOMENTS: Final = select(entries.c.happened_at, entries.c.offset_minutes, entries.c.place_name).where(_OF_TRIP)
_SAVE: Final = update(entries).where(*_IS_IT, entries.c.version == bindparam("version_before"))
_REMOVE: Final = delete(entries).where(*_IS_IT)


class SqlEntryRepository:
    """An `EntryRepository` within one transaction of a database."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, entry: Entry) -> None:
        """Keep a new entry."""
        try:
            await self._connection.execute(insert(entries), values_of(entry))
        except IntegrityError as error:
            if not breaks_foreign_key(error):
                raise
            raise TripNotFound from error

    async def get(self, trip_id: TripId, entry_id: EntryId) -> Entry:
        """The entry of that trip."""
        wanted = {"entry_id": entry_id, "of_trip": trip_id}
        row = (await self._connection.execute(_GET, wanted)).one_or_none()
        if row is None:
            raise EntryNotFound
        return entry_of(row)

    async def page(self, trip_id: TripId, *, after: Cursor | None, limit: int) -> Sequence[Entry]:
        """The first entries of a trip above a position."""
        wanted: dict[str, Any] = {"of_trip": trip_id, "count": limit}
        if after is None:
            rows = await self._connection.execute(_PAGE, wanted)
        else:
            above = {"moment": after.key, "last": after.id}
            rows = await self._connection.execute(_PAGE_ABOVE, wanted | above)
        return [entry_of(row) for row in rows]

    async def moments(self, trip_id: TripId) -> Sequence[Moment]:
        """When and where all entries of a trip happened."""
        return [moment_of(row) for row in await self._connection.execute(_MOMENTS, {"of_trip": trip_id})]

    async def save(self, entry: Entry) -> None:
        """Keep a changed entry in place of the version before it."""
        where = {"entry_id": entry.id, "of_trip": entry.trip_id, "version_before": entry.version - 1}
        result = await self._connection.execute(_SAVE, values_of(entry) | where)
        if result.rowcount == 0:
            raise VersionConflict((await self.get(entry.trip_id, entry.id)).version)

    async def remove(self, trip_id: TripId, entry_id: EntryId) -> None:
        """Forget an entry."""
        result = await self._connection.execute(_REMOVE, {"entry_id": entry_id, "of_trip": trip_id})
        if result.rowcount == 0:
            raise EntryNotFound
