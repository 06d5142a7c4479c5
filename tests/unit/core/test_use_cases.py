"""What a traveller can do, over a diary in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from livetrip_core import (
    EntryChange,
    EntryDraft,
    EntryId,
    EntryNotFound,
    InvalidValue,
    KeyedRequest,
    Place,
    Trip,
    TripChange,
    TripDatesReversed,
    TripDraft,
    TripId,
    TripNotFound,
    UnitOfWork,
    UserId,
    VersionConflict,
    VisitedPlace,
    use_cases,
)
from livetrip_core.fakes import FakeClock, InMemoryUnitOfWorkFactory, SequentialIdentifiers
from unit.core.strategies import AIKO, BEN, NOW

JAPAN = timezone(timedelta(hours=9))
KYOTO = TripDraft(title="Kyoto", start=date(2026, 11, 20), end=date(2026, 11, 24))
GARDEN = EntryDraft(text="Moss", happened_at=datetime(2026, 11, 21, 7, 30, tzinfo=JAPAN), place=Place(name="Saihō-ji"))
NIGHT_BEFORE = EntryDraft(text="Packing", happened_at=datetime(2026, 11, 19, 23, 59, tzinfo=JAPAN))


class Diary:
    """A diary in memory, and what it is told the time by."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        self.store = InMemoryUnitOfWorkFactory(self.clock)
        self.identifiers = SequentialIdentifiers()

    async def plan(self, draft: TripDraft = KYOTO, user: UserId = AIKO) -> Trip:
        async with self.store.writing() as work:
            return await use_cases.plan_trip(work, user, draft, clock=self.clock, identifiers=self.identifiers)

    async def write(self, trip: Trip, draft: EntryDraft = GARDEN) -> EntryId:
        async with self.store.writing() as work:
            view = await use_cases.write_entry(
                work, AIKO, trip.id, draft, clock=self.clock, identifiers=self.identifiers
            )
        return view.entry.id


@pytest.fixture
def diary() -> Diary:
    return Diary()


async def test_a_trip_that_was_planned_can_be_opened(diary: Diary) -> None:
    trip = await diary.plan()

    async with diary.store.reading() as work:
        view = await use_cases.open_trip(work, AIKO, trip.id)

    assert (view.trip, view.entries.items, view.entries.next_cursor) == (trip, (), None)


async def test_a_trip_opens_at_its_first_ten_entries_and_goes_on_after_them(diary: Diary) -> None:
    trip = await diary.plan()
    written = [
        await diary.write(trip, EntryDraft(text=str(hour), happened_at=datetime(2026, 11, 21, hour, tzinfo=JAPAN)))
        for hour in reversed(range(12))
    ]

    async with diary.store.reading() as work:
        view = await use_cases.open_trip(work, AIKO, trip.id)
        rest = await use_cases.list_entries(work, AIKO, trip.id, after=view.entries.next_cursor, limit=10)

    shown = [item.entry.id for item in (*view.entries.items, *rest.items)]
    assert (len(view.entries.items), shown, rest.next_cursor) == (10, written[::-1], None)


async def test_an_entry_knows_whether_it_is_outside_the_trip_and_follows_the_trip_when_its_dates_change(
    diary: Diary,
) -> None:
    trip = await diary.plan()
    inside, outside = await diary.write(trip), await diary.write(trip, NIGHT_BEFORE)
    async with diary.store.reading() as work:
        before = [
            (await use_cases.read_entry(work, AIKO, trip.id, found)).is_outside_trip for found in (inside, outside)
        ]

    async with diary.store.writing() as work:
        earlier = TripChange(expected_version=1, start=date(2026, 11, 19))
        await use_cases.change_trip(work, AIKO, trip.id, earlier, clock=diary.clock)

    async with diary.store.reading() as work:
        after = (await use_cases.read_entry(work, AIKO, trip.id, outside)).is_outside_trip
    assert (before, after) == ([False, True], False)


async def test_a_summary_counts_what_was_written(diary: Diary) -> None:
    trip = await diary.plan()
    await diary.write(trip)
    await diary.write(trip, NIGHT_BEFORE)

    async with diary.store.reading() as work:
        summary = await use_cases.summarise_trip(work, AIKO, trip.id)

    assert (summary.days, summary.days_with_entries, summary.entries, summary.entries_outside_trip) == (5, 1, 2, 1)
    assert summary.places == (VisitedPlace(name="Saihō-ji", entries=1),)


async def test_a_changed_entry_is_a_new_version_at_a_later_time(diary: Diary) -> None:
    trip = await diary.plan()
    entry_id = await diary.write(trip)
    diary.clock.advance(timedelta(minutes=1))

    async with diary.store.writing() as work:
        change = EntryChange(expected_version=1, text="Rain", place=None)
        await use_cases.change_entry(work, AIKO, trip.id, entry_id, change, clock=diary.clock)

    async with diary.store.reading() as work:
        entry = (await use_cases.read_entry(work, AIKO, trip.id, entry_id)).entry
    assert (entry.text, entry.place, entry.version) == ("Rain", None, 2)
    assert entry.updated_at - entry.created_at == timedelta(minutes=1)


async def test_deleting_a_trip_deletes_its_entries_and_no_others(diary: Diary) -> None:
    doomed, kept = await diary.plan(), await diary.plan()
    await diary.write(doomed)
    survivor = await diary.write(kept)

    async with diary.store.writing() as work:
        await use_cases.delete_trip(work, AIKO, doomed.id)

    async with diary.store.reading() as work:
        assert await work.entries.moments(doomed.id) == []
        assert (await use_cases.read_entry(work, AIKO, kept.id, survivor)).entry.id == survivor
        assert [trip.id for trip in (await use_cases.list_trips(work, AIKO, after=None, limit=10)).items] == [kept.id]


async def test_a_deleted_entry_is_gone(diary: Diary) -> None:
    trip = await diary.plan()
    entry_id = await diary.write(trip)

    async with diary.store.writing() as work:
        await use_cases.delete_entry(work, AIKO, trip.id, entry_id)

    async with diary.store.writing() as work:
        with pytest.raises(EntryNotFound):
            await use_cases.delete_entry(work, AIKO, trip.id, entry_id)


CLOCK = FakeClock(NOW)
IDENTIFIERS = SequentialIdentifiers()
EVERYTHING: dict[str, Callable[[UnitOfWork, UserId, TripId], Awaitable[object]]] = {
    "open": use_cases.open_trip,
    "summarise": use_cases.summarise_trip,
    "delete": use_cases.delete_trip,
    "change": lambda work, user, trip_id: use_cases.change_trip(
        work, user, trip_id, TripChange(expected_version=1), clock=CLOCK
    ),
    "list": lambda work, user, trip_id: use_cases.list_entries(work, user, trip_id, after=None, limit=1),
    "write": lambda work, user, trip_id: use_cases.write_entry(
        work, user, trip_id, GARDEN, clock=CLOCK, identifiers=IDENTIFIERS
    ),
    "read": lambda work, user, trip_id: use_cases.read_entry(work, user, trip_id, EntryId(uuid4())),
    "change entry": lambda work, user, trip_id: use_cases.change_entry(
        work, user, trip_id, EntryId(uuid4()), EntryChange(expected_version=1), clock=CLOCK
    ),
    "delete entry": lambda work, user, trip_id: use_cases.delete_entry(work, user, trip_id, EntryId(uuid4())),
}


@pytest.mark.parametrize("use_case", EVERYTHING.values(), ids=EVERYTHING)
async def test_a_stranger_learns_the_same_of_a_trip_as_of_one_that_is_not_there(
    diary: Diary, use_case: Callable[[UnitOfWork, UserId, TripId], Awaitable[object]]
) -> None:
    trip = await diary.plan()
    for user, trip_id in ((BEN, trip.id), (AIKO, TripId(uuid4()))):
        async with diary.store.writing() as work:
            with pytest.raises(TripNotFound):
                await use_case(work, user, trip_id)


async def test_an_entry_is_found_in_its_own_trip_only(diary: Diary) -> None:
    trip, other = await diary.plan(), await diary.plan()
    entry_id = await diary.write(trip)

    async with diary.store.reading() as work:
        with pytest.raises(EntryNotFound):
            await use_cases.read_entry(work, AIKO, other.id, entry_id)


async def test_a_refused_plan_leaves_nothing_behind(diary: Diary) -> None:
    with pytest.raises(TripDatesReversed):
        await diary.plan(TripDraft(title="Kyoto", start=date(2026, 11, 24), end=date(2026, 11, 20)))
    with pytest.raises(InvalidValue):
        await diary.plan(TripDraft(title="", start=date(2026, 11, 20), end=date(2026, 11, 20)))

    async with diary.store.reading() as work:
        assert (await use_cases.list_trips(work, AIKO, after=None, limit=10)).items == ()


async def test_of_two_changes_made_on_one_version_one_is_a_conflict(diary: Diary) -> None:
    trip = await diary.plan()

    async def change(title: str) -> object:
        async with diary.store.writing() as work:
            renamed = TripChange(expected_version=1, title=title)
            return await use_cases.change_trip(work, AIKO, trip.id, renamed, clock=diary.clock)

    outcomes = await asyncio.gather(change("a"), change("b"), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Trip", "VersionConflict"]


async def test_what_is_kept_refuses_a_version_that_does_not_follow(diary: Diary) -> None:
    trip = await diary.plan()
    entry_id = await diary.write(trip)
    async with diary.store.writing() as work:
        entry = await work.entries.get(trip.id, entry_id)
        with pytest.raises(VersionConflict):
            await work.trips.save(trip)
        with pytest.raises(VersionConflict):
            await work.entries.save(entry)
        await work.ping()


async def test_an_entry_of_no_trip_is_not_kept(diary: Diary) -> None:
    trip = await diary.plan()
    entry_id = await diary.write(trip)
    async with diary.store.writing() as work:
        entry = await work.entries.get(trip.id, entry_id)
        await work.trips.remove(trip.id)
        with pytest.raises(TripNotFound):
            await work.entries.add(entry)


async def test_a_key_is_held_for_72_hours_by_the_request_that_claimed_it(diary: Diary) -> None:
    request = KeyedRequest(owner=AIKO, key="k", operation="create_trip", fingerprint="f")
    async with diary.store.writing() as work:
        assert await work.requests.claim(request) is None
        await work.requests.record(request, "{}")

    async with diary.store.writing() as work:
        diary.clock.advance(timedelta(hours=72, microseconds=-1))
        held = await work.requests.claim(request)
        diary.clock.advance(timedelta(microseconds=1))
        expired = await work.requests.claim(request)

    assert (held and held.answer, expired) == ("{}", None)
