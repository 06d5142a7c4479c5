"""What a traveller can do with the entries of a trip."""

from __future__ import annotations

from livetrip_core.cursor import Cursor
from livetrip_core.entry import Entry, EntryChange, EntryDraft
from livetrip_core.identifiers import EntryId, TripId, UserId
from livetrip_core.page import Page, page_of, page_size
from livetrip_core.ports import Clock, IdentifierSource, UnitOfWork
from livetrip_core.views import EntryView


async def write_entry(
    work: UnitOfWork,
    user: UserId,
    trip_id: TripId,
    draft: EntryDraft,
    *,
    clock: Clock,
    identifiers: IdentifierSource,
) -> EntryView:
    """Write an entry, which may have happened outside the trip's days.

    Raises:
        TripNotFound: there is no such trip, or it is another user's.
        InvalidValue: the draft has a value that can never be right.
    """
    trip = (await work.trips.get(trip_id)).visible_to(user)
    entry = Entry.write(draft, entry_id=EntryId(identifiers.next()), trip_id=trip.id, now=clock.now())
    await work.entries.add(entry)
    return EntryView.of(trip, entry)


async def list_entries(
    work: UnitOfWork, user: UserId, trip_id: TripId, *, after: Cursor | None, limit: int
) -> Page[EntryView]:
    """One page of a trip's entries, in the order they happened.

    Raises:
        TripNotFound: there is no such trip, or it is another user's.
        InvalidValue: the limit is not 1 to 100.
    """
    size = page_size(limit)
    trip = (await work.trips.get(trip_id)).visible_to(user)
    found = await work.entries.page(trip_id, after=after, limit=size + 1)
    return page_of(found, size).map(lambda entry: EntryView.of(trip, entry))


async def read_entry(work: UnitOfWork, user: UserId, trip_id: TripId, entry_id: EntryId) -> EntryView:
    """One entry.

    Raises:
        TripNotFound: there is no such trip, or it is another user's.
        EntryNotFound: the trip has no such entry.
    """
    trip = (await work.trips.get(trip_id)).visible_to(user)
    return EntryView.of(trip, await work.entries.get(trip_id, entry_id))


async def change_entry(
    work: UnitOfWork, user: UserId, trip_id: TripId, entry_id: EntryId, change: EntryChange, *, clock: Clock
) -> EntryView:
    """Change an entry.

    Raises:
        TripNotFound: there is no such trip, or it is another user's.
        EntryNotFound: the trip has no such entry.
        VersionConflict: somebody changed it first.
        InvalidValue: the change has a value that can never be right.
    """
    trip = (await work.trips.get(trip_id)).visible_to(user)
    entry = (await work.entries.get(trip_id, entry_id)).change(change, clock.now())
    await work.entries.save(entry)
    return EntryView.of(trip, entry)


async def delete_entry(work: UnitOfWork, user: UserId, trip_id: TripId, entry_id: EntryId) -> None:
    """Delete an entry.

    Raises:
        TripNotFound: there is no such trip, or it is another user's.
        EntryNotFound: the trip has no such entry.
    """
    (await work.trips.get(trip_id)).visible_to(user)
    await work.entries.remove(trip_id, entry_id)
