"""Going through a list page by page, while items come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livetrip_core import Cursor, Entry, EntryDraft, EntryId, InvalidValue, Page, Trip, TripDraft, TripId
from livetrip_core.fakes import FakeClock, InMemoryUnitOfWorkFactory, SequentialIdentifiers
from livetrip_core.page import page_of, page_size
from livetrip_core.use_cases import list_entries, list_trips
from unit.core.strategies import AIKO, BEN, NOW, cursors, moments

TRIP = Trip.plan(
    TripDraft(title="Kyoto", start=date(2026, 11, 20), end=date(2026, 11, 24)),
    trip_id=TripId(UUID(int=0)),
    owner=AIKO,
    now=NOW,
)
# Few moments and dates, so that many items differ in their identifier alone.
SOME_MOMENTS = st.sampled_from([NOW, datetime.min.replace(tzinfo=NOW.tzinfo), datetime.max.replace(tzinfo=NOW.tzinfo)])
SOME_DATES = st.sampled_from([date.min, date(2026, 11, 20), date.max])


def entry_of(entry_id: UUID, moment: datetime) -> Entry:
    draft = EntryDraft(text="Moss", happened_at=moment)
    return Entry.write(draft, entry_id=EntryId(entry_id), trip_id=TRIP.id, now=NOW)


def trip_of(trip_id: UUID, start: date) -> Trip:
    return replace(TRIP, id=TripId(trip_id), start=start, end=date.max)


def entries() -> st.SearchStrategy[list[Entry]]:
    made = st.builds(entry_of, st.uuids(), SOME_MOMENTS | moments())
    return st.lists(made, max_size=12, unique_by=lambda entry: entry.id)


def trips() -> st.SearchStrategy[list[Trip]]:
    made = st.builds(trip_of, st.uuids().filter(lambda found: found.int > 0), SOME_DATES | st.dates())
    return st.lists(made, max_size=12, unique_by=lambda trip: trip.id)


async def all_pages(
    read: Callable[[Cursor | None], Awaitable[Page[Entry | Trip]]], between: Callable[[int], Awaitable[None]]
) -> list[Entry | Trip]:
    seen: list[Entry | Trip] = []
    cursor: Cursor | None = None
    for number in range(100):
        page = await read(cursor)
        seen.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return seen
        await between(number)
    raise AssertionError("the list never ends")


@settings(max_examples=50)
@given(entries(), entries(), st.sets(st.integers(0, 11)), st.integers(1, 4))
def test_every_entry_that_stays_is_seen_once_and_in_order_while_others_come_and_go(
    stay: list[Entry], come: list[Entry], leave: set[int], limit: int
) -> None:
    come = [entry for entry in come if entry.id not in {other.id for other in stay}]
    leaving = [entry for index, entry in enumerate(stay) if index in leave]

    async def story() -> list[Entry | Trip]:
        store = InMemoryUnitOfWorkFactory()
        async with store.writing() as work:
            await work.trips.add(TRIP)
            for entry in stay:
                await work.entries.add(entry)

        async def read(cursor: Cursor | None) -> Page[Entry | Trip]:
            async with store.reading() as work:
                page = await list_entries(work, AIKO, TRIP.id, after=cursor, limit=limit)
            return page.map(lambda view: view.entry)

        async def between(number: int) -> None:
            async with store.writing() as work:
                for entry in come[number : number + 1]:
                    await work.entries.add(entry)
                for entry in leaving[number : number + 1]:
                    await work.entries.remove(TRIP.id, entry.id)

        return await all_pages(read, between)

    seen = asyncio.run(story())

    assert [item.position for item in seen] == sorted({item.position for item in seen})
    assert [entry for entry in seen if entry in stay and entry not in leaving] == sorted(
        [entry for entry in stay if entry not in leaving], key=lambda entry: entry.position
    )


@settings(max_examples=50)
@given(trips(), trips(), st.sets(st.integers(0, 11)), st.integers(1, 4))
def test_every_trip_that_stays_is_seen_once_and_latest_start_first_while_others_come_and_go(
    stay: list[Trip], come: list[Trip], leave: set[int], limit: int
) -> None:
    come = [trip for trip in come if trip.id not in {other.id for other in stay}]
    leaving = [trip for index, trip in enumerate(stay) if index in leave]

    async def story() -> list[Entry | Trip]:
        store = InMemoryUnitOfWorkFactory()
        async with store.writing() as work:
            await work.trips.add(replace(TRIP, owner=BEN))
            for trip in stay:
                await work.trips.add(trip)

        async def read(cursor: Cursor | None) -> Page[Entry | Trip]:
            async with store.reading() as work:
                return await list_trips(work, AIKO, after=cursor, limit=limit)

        async def between(number: int) -> None:
            async with store.writing() as work:
                for trip in come[number : number + 1]:
                    await work.trips.add(trip)
                for trip in leaving[number : number + 1]:
                    await work.trips.remove(trip.id)

        return await all_pages(read, between)

    seen = asyncio.run(story())

    assert [item.position for item in seen] == sorted({item.position for item in seen}, reverse=True)
    assert [trip for trip in seen if trip in stay and trip not in leaving] == sorted(
        [trip for trip in stay if trip not in leaving], key=lambda trip: (trip.start, trip.id), reverse=True
    )


@settings(max_examples=50)
@given(cursors(), entries(), trips())
def test_every_position_splits_a_list_whether_or_not_something_is_there(
    cursor: Cursor, some_entries: list[Entry], some_trips: list[Trip]
) -> None:
    async def story() -> tuple[list[Entry], list[Trip]]:
        store = InMemoryUnitOfWorkFactory()
        async with store.writing() as work:
            await work.trips.add(replace(TRIP, owner=BEN))
            for trip in some_trips:
                await work.trips.add(trip)
            for entry in some_entries:
                await work.entries.add(entry)
        async with store.reading() as work:
            above = await list_entries(work, BEN, TRIP.id, after=cursor, limit=100)
            below = await list_trips(work, AIKO, after=cursor, limit=100)
        return [view.entry for view in above.items], list(below.items)

    above, below = asyncio.run(story())

    assert {entry.id for entry in above} == {entry.id for entry in some_entries if entry.position > cursor}
    assert {trip.id for trip in below} == {trip.id for trip in some_trips if trip.position < cursor}


@pytest.mark.parametrize("size", [-1, 0, 101])
def test_a_page_of_another_size_than_the_contract_allows_is_refused(size: int) -> None:
    with pytest.raises(InvalidValue, match="limit"):
        page_size(size)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_last_page_has_no_cursor(count: int) -> None:
    found = [entry_of(UUID(int=number), NOW) for number in range(count)]

    assert page_of(found, 3) == Page(tuple(found), None)


def test_a_cursor_is_the_position_of_the_last_item_of_its_page() -> None:
    found = [entry_of(UUID(int=number), NOW) for number in range(4)]

    assert page_of(found, 3) == Page(tuple(found[:3]), found[2].position)


def test_identifiers_and_clock_of_the_fakes_do_as_they_are_told() -> None:
    identifiers, clock = SequentialIdentifiers(), FakeClock(NOW)

    made = [identifiers.next() for _ in range(20)]

    assert made == sorted(set(made))
    assert {(found.version, found.variant) for found in made} == {(7, "specified in RFC 4122")}
    assert clock.now() == NOW
