"""The story: what happens to two travellers, told in calls of the LiveTrip Protocol. It does not know the wiring."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from livetrip_contract import (
    Caller,
    Coordinates,
    Entry,
    EntryChange,
    EntryDraft,
    EntryPage,
    LiveTrip,
    LiveTripError,
    Mood,
    Place,
    Trip,
    TripChange,
    TripDraft,
)
from switchover import calling

_TOKYO = timezone(timedelta(hours=9))
_KYOTO = TripDraft(
    title="Kyoto in autumn",
    description="Temples and trains.",
    start_date=date(2026, 11, 20),
    end_date=date(2026, 11, 24),
)
_GARDEN = EntryDraft(
    text="Moss, and nobody else awake.",
    happened_at=datetime(2026, 11, 21, 7, 30, tzinfo=_TOKYO),
    mood=Mood.great,
    place=Place(name="Saihō-ji", coordinates=Coordinates(latitude=34.9919, longitude=135.6837)),
    tags=["garden", "morning"],
)
_NOODLES = EntryDraft(
    text="Noodles on the platform.",
    happened_at=datetime(2026, 11, 22, 12, 5, tzinfo=_TOKYO),
    place=Place(name="Kyoto station"),
)
_NIGHT_BEFORE = EntryDraft(
    text="Cannot sleep. Packed twice.", happened_at=datetime(2026, 11, 19, 23, 40, tzinfo=UTC) - timedelta(days=1)
)


@dataclass(frozen=True, slots=True)
class Step:
    """One call: who does what, and what came of it: a result, or the exception that the contract documents."""

    operation: str
    what: str
    outcome: Any


AIKO = Caller("aiko", frozenset({"beta"}))
BEN = Caller("ben")


async def tell(live_trip: LiveTrip) -> AsyncIterator[Step]:
    """Tell the story, call by call.

    Raises:
        CallError: a call failed in a way that is not part of the story.
    """
    told = _Teller(live_trip)
    for chapter in (
        told.arriving,
        told.planning,
        told.writing,
        told.two_tabs,
        told.a_stranger,
        told.turning_pages,
        told.going_home,
    ):
        async for step in chapter():
            yield step


class _Teller:
    def __init__(self, live_trip: LiveTrip) -> None:
        self.live_trip = live_trip
        self.trip: Trip
        self.garden: Entry

    async def arriving(self) -> AsyncIterator[Step]:
        yield await _step("getHealth", "is anybody there?", self.live_trip.get_health)
        yield await _step("getSession", "aiko signs in", lambda: self.live_trip.get_session(AIKO))

    async def planning(self) -> AsyncIterator[Step]:
        with calling(idempotency_key="plan-kyoto"):
            planned = await _step("createTrip", "aiko plans Kyoto", lambda: self.live_trip.create_trip(AIKO, _KYOTO))
            yield planned
            yield await _step("createTrip", "the same request again", lambda: self.live_trip.create_trip(AIKO, _KYOTO))
            other = _KYOTO.model_copy(update={"title": "Nara"})
            yield await _step(
                "createTrip", "its key on another request", lambda: self.live_trip.create_trip(AIKO, other)
            )
        backwards = _KYOTO.model_copy(update={"end_date": date(2026, 11, 1)})
        yield await _step(
            "createTrip", "a trip that ends before it starts", lambda: self.live_trip.create_trip(AIKO, backwards)
        )
        self.trip = planned.outcome

    async def writing(self) -> AsyncIterator[Step]:
        written = await _step("addEntry", "aiko writes in the garden", lambda: self._add(_GARDEN))
        yield written
        yield await _step("addEntry", "aiko writes on the platform", lambda: self._add(_NOODLES))
        yield await _step("addEntry", "an entry from before the trip", lambda: self._add(_NIGHT_BEFORE))
        self.garden = written.outcome

    def _add(self, entry: EntryDraft) -> Awaitable[Entry]:
        return self.live_trip.add_entry(AIKO, self.trip.id, entry)

    async def two_tabs(self) -> AsyncIterator[Step]:
        longer = TripChange(version=1, end_date=date(2026, 11, 25))
        shorter = TripChange(version=1, end_date=date(2026, 11, 23))
        entry = EntryChange(version=1, text="Moss, rain, and nobody else awake.", mood=None)
        change = self.live_trip.update_trip
        yield await _step("updateTrip", "aiko stays a day longer", lambda: change(AIKO, self.trip.id, longer))
        yield await _step(
            "updateTrip", "her other tab is a version behind", lambda: change(AIKO, self.trip.id, shorter)
        )
        rewrite = self.live_trip.update_entry
        yield await _step(
            "updateEntry",
            "aiko rewrites, and clears the mood",
            lambda: rewrite(AIKO, self.trip.id, self.garden.id, entry),
        )

    async def a_stranger(self) -> AsyncIterator[Step]:
        open_trip, remove = self.live_trip.get_trip, self.live_trip.delete_entry
        yield await _step("getTrip", "ben tries to read it", lambda: open_trip(BEN, self.trip.id))
        yield await _step(
            "deleteEntry", "ben tries to delete an entry", lambda: remove(BEN, self.trip.id, self.garden.id)
        )
        yield await _step("listTrips", "ben has no trips", lambda: self.live_trip.list_trips(BEN))

    async def turning_pages(self) -> AsyncIterator[Step]:
        yield await _step("getTrip", "aiko opens her trip", lambda: self.live_trip.get_trip(AIKO, self.trip.id))
        cursor, page = None, 0
        while page == 0 or cursor is not None:
            page += 1
            turned = await _step("listEntries", f"page {page}, two to a page", self._page(cursor))
            yield turned
            cursor = turned.outcome.next_cursor
        yield await _step(
            "getTripSummary", "what was it like?", lambda: self.live_trip.get_trip_summary(AIKO, self.trip.id)
        )

    def _page(self, cursor: str | None) -> Callable[[], Awaitable[EntryPage]]:
        return lambda: self.live_trip.list_entries(AIKO, self.trip.id, cursor=cursor, limit=2)

    async def going_home(self) -> AsyncIterator[Step]:
        yield await _step(
            "deleteEntry",
            "aiko deletes an entry",
            lambda: self.live_trip.delete_entry(AIKO, self.trip.id, self.garden.id),
        )
        yield await _step(
            "getEntry", "it is gone", lambda: self.live_trip.get_entry(AIKO, self.trip.id, self.garden.id)
        )
        yield await _step("deleteTrip", "aiko deletes the trip", lambda: self.live_trip.delete_trip(AIKO, self.trip.id))
        yield await _step("getTrip", "it is gone, too", lambda: self.live_trip.get_trip(AIKO, self.trip.id))


async def _step(operation: str, what: str, call: Callable[[], Awaitable[Any]]) -> Step:
    """One call. Failures that the contract documents belong to the story; any other ends it."""
    try:
        return Step(operation, what, await call())
    except LiveTripError as error:
        return Step(operation, what, error)
