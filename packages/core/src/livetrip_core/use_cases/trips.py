"""What a traveller can do with trips."""

from __future__ import annotations

from typing import Final

from livetrip_core.cursor import Cursor
from livetrip_core.identifiers import TripId, UserId
from livetrip_core.page import Page, page_of, page_size
from livetrip_core.ports import Clock, IdentifierSource, UnitOfWork
from livetrip_core.summary import TripSummary, summarise
from livetrip_core.trip import Trip, TripChange, TripDraft
from livetrip_core.use_cases.photos import discard_photos
from livetrip_core.views import EntryView, TripView

FIRST_ENTRIES: Final = 10


async def plan_trip(
    work: UnitOfWork, user: UserId, draft: TripDraft, *, clock: Clock, identifiers: IdentifierSource
) -> Trip:
    """Plan a trip.

    Raises:
        InvalidValue: the draft has a value that can never be right.
        TripDatesReversed: the trip would end before it starts.
    """
    trip = Trip.plan(draft, trip_id=TripId(identifiers.next()), owner=user, now=clock.now())
    await work.trips.add(trip)
    return trip


async def list_trips(work: UnitOfWork, user: UserId, *, after: Cursor | None, limit: int) -> Page[Trip]:
    """One page of a user's trips, latest start first.

    Raises:
        InvalidValue: the limit is not 1 to 100.
    """
    size = page_size(limit)
    return page_of(await work.trips.page(user, after=after, limit=size + 1), size)


async def open_trip(work: UnitOfWork, user: UserId, trip_id: TripId) -> TripView:
    """A trip at its first ten entries.

    Raises:
        TripNotFound: there is none, or it is another user's.
    """
    trip = (await work.trips.get(trip_id)).visible_to(user)
    found = await work.entries.page(trip_id, after=None, limit=FIRST_ENTRIES + 1)
    return TripView(trip, page_of(found, FIRST_ENTRIES).map(lambda entry: EntryView.of(trip, entry)))


async def change_trip(work: UnitOfWork, user: UserId, trip_id: TripId, change: TripChange, *, clock: Clock) -> Trip:
    """Change a trip.

    Raises:
        TripNotFound: there is none, or it is another user's.
        VersionConflict: somebody changed it first.
        InvalidValue: the change has a value that can never be right.
        TripDatesReversed: the trip would end before it starts.
    """
    trip = (await work.trips.get(trip_id)).visible_to(user).change(change, clock.now())
    await work.trips.save(trip)
    return trip


async def delete_trip(work: UnitOfWork, user: UserId, trip_id: TripId) -> None:
    """Delete a trip, its entries and its photos.

    Raises:
        TripNotFound: there is none, or it is another user's.
    """
    (await work.trips.get(trip_id)).visible_to(user)
    await discard_photos(work, await work.photos.remove_all(trip_id))
    await work.trips.remove(trip_id)


async def summarise_trip(work: UnitOfWork, user: UserId, trip_id: TripId) -> TripSummary:
    """Sum a trip up.

    Raises:
        TripNotFound: there is none, or it is another user's.
    """
    trip = (await work.trips.get(trip_id)).visible_to(user)
    return summarise(trip, await work.entries.moments(trip_id))
