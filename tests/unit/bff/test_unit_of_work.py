"""What every place to keep a diary does alike: the fakes are held to the same as the databases."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from livetrip_bff.database import parse
from livetrip_bff.database.engine import open_engine
from livetrip_core import (
    Coordinates,
    Cursor,
    EntryNotFound,
    Moment,
    Mood,
    Place,
    TripId,
    TripNotFound,
    UnitOfWorkFactory,
    UserId,
    VersionConflict,
)
from livetrip_core.fakes import FakeClock
from unit.bff.ageing import Age
from unit.bff.samples import JAPAN, NOW, OWNER, entry, request, trip

EXTREMES = [
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=23, minutes=59))),
    datetime.min.replace(tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=timezone(-timedelta(hours=9, minutes=30))),
    datetime(2026, 11, 21, 7, 30, tzinfo=JAPAN),
    datetime.max.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-23, minutes=-59))),
]


async def test_what_was_committed_is_there_afterwards_exactly_as_it_was(store: UnitOfWorkFactory) -> None:
    planned = replace(trip(), title="Kyōto 😀", description="a\n\tb", updated_at=NOW + timedelta(microseconds=1))
    written = entry(
        mood=Mood.LOW,
        place=Place(name="x", coordinates=Coordinates(latitude=1 / 3, longitude=-179.99999999999997)),
        tags=["b", "a", "ü\\\"'"],
    )
    async with store.writing() as work:
        await work.trips.add(planned)
        await work.entries.add(written)

    async with store.reading() as work:
        assert await work.trips.get(planned.id) == planned
        assert await work.entries.get(planned.id, written.id) == written


@pytest.mark.parametrize("moment", EXTREMES, ids=str)
async def test_a_moment_keeps_its_offset_up_to_both_ends_of_time(store: UnitOfWorkFactory, moment: datetime) -> None:
    async with store.writing() as work:
        await work.trips.add(trip())
        await work.entries.add(entry(happened_at=moment))

    async with store.reading() as work:
        [found] = await work.entries.page(trip().id, after=None, limit=2)
        assert await work.entries.moments(trip().id) == [Moment(moment)]
    assert found.happened_at == moment
    assert found.happened_at.utcoffset() == moment.utcoffset()


@pytest.mark.parametrize("place", [Place(name="x"), None], ids=["no coordinates", "no place"])
async def test_what_was_never_said_is_not_there(store: UnitOfWorkFactory, place: Place | None) -> None:
    async with store.writing() as work:
        await work.trips.add(trip())
        await work.entries.add(entry(place=place))

    async with store.reading() as work:
        assert await work.entries.get(trip().id, entry().id) == entry(place=place)


async def test_a_failure_undoes_everything_that_was_done_before_it(store: UnitOfWorkFactory) -> None:
    async with store.writing() as work:
        await work.trips.add(trip())

    async def write_and_fail() -> None:
        async with store.writing() as work:
            await work.trips.add(trip(2))
            await work.entries.add(entry())
            await work.requests.claim(request())
            await work.trips.save(replace(trip(), title="Nara", version=2))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write_and_fail()

    async with store.writing() as work:
        assert await work.trips.page(OWNER, after=None, limit=10) == [trip()]
        assert await work.entries.page(trip().id, after=None, limit=10) == []
        assert await work.requests.claim(request()) is None


async def test_being_cancelled_undoes_everything_and_lets_the_next_one_write(store: UnitOfWorkFactory) -> None:
    has_written = asyncio.Event()

    async def write_and_wait() -> None:
        async with store.writing() as work:
            await work.trips.add(trip())
            has_written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write_and_wait())
    await has_written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with store.writing() as work:
        assert await work.trips.page(OWNER, after=None, limit=10) == []
        await work.trips.add(trip())


async def test_a_reader_sees_one_state_throughout(store: UnitOfWorkFactory) -> None:
    async with store.writing() as work:
        await work.trips.add(trip())

    async with store.reading() as reader:
        assert await reader.trips.get(trip().id) == trip()
        async with store.writing() as writer:
            await writer.entries.add(entry())
            await writer.trips.save(replace(trip(), title="Nara", version=2))
        assert await reader.trips.get(trip().id) == trip()
        assert await reader.entries.page(trip().id, after=None, limit=10) == []

    async with store.reading() as reader:
        assert (await reader.trips.get(trip().id)).title == "Nara"


async def test_a_trip_that_is_not_there_is_not_found(store: UnitOfWorkFactory) -> None:
    nobody = TripId(UUID(int=2**128 - 1))
    async with store.writing() as work:
        for missing in (
            lambda: work.trips.get(nobody),
            lambda: work.trips.save(replace(trip(), id=nobody, version=2)),
            lambda: work.trips.remove(nobody),
        ):
            with pytest.raises(TripNotFound):
                await missing()


async def test_an_entry_that_is_not_there_is_not_found(store: UnitOfWorkFactory) -> None:
    async with store.writing() as work:
        await work.trips.add(trip())
        for missing in (
            lambda: work.entries.get(trip().id, entry().id),
            lambda: work.entries.save(replace(entry(), version=2)),
            lambda: work.entries.remove(trip().id, entry().id),
        ):
            with pytest.raises(EntryNotFound):
                await missing()


async def test_an_entry_of_another_trip_is_not_found(store: UnitOfWorkFactory) -> None:
    async with store.writing() as work:
        await work.trips.add(trip(1))
        await work.trips.add(trip(2))
        await work.entries.add(entry(of=trip(1)))
        for missing in (
            lambda: work.entries.get(trip(2).id, entry().id),
            lambda: work.entries.save(replace(entry(of=trip(2)), version=2)),
            lambda: work.entries.remove(trip(2).id, entry().id),
        ):
            with pytest.raises(EntryNotFound):
                await missing()


async def test_an_entry_of_a_trip_that_is_not_there_is_refused(store: UnitOfWorkFactory) -> None:
    with pytest.raises(TripNotFound):
        async with store.writing() as work:
            await work.entries.add(entry())


async def test_what_is_kept_is_replaced_by_the_version_that_follows_it_and_by_no_other(
    store: UnitOfWorkFactory,
) -> None:
    async with store.writing() as work:
        await work.trips.add(trip())
        await work.entries.add(entry())
        await work.trips.save(replace(trip(), title="Nara", version=2))
        await work.entries.save(replace(entry(), text="Rain", version=2))
        for stale in (1, 2, 4):
            with pytest.raises(VersionConflict) as caught:
                await work.trips.save(replace(trip(), version=stale))
            assert caught.value.current_version == 2
            with pytest.raises(VersionConflict) as caught:
                await work.entries.save(replace(entry(), version=stale))
            assert caught.value.current_version == 2

    async with store.reading() as work:
        assert (await work.trips.get(trip().id)).title == "Nara"
        assert (await work.entries.get(trip().id, entry().id)).text == "Rain"


async def test_a_trip_takes_its_entries_with_it_and_no_others(store: UnitOfWorkFactory) -> None:
    async with store.writing() as work:
        await work.trips.add(trip(1))
        await work.trips.add(trip(2))
        await work.entries.add(entry(1, of=trip(1)))
        await work.entries.add(entry(2, of=trip(2)))
    async with store.writing() as work:
        await work.trips.remove(trip(1).id)

    async with store.reading() as work:
        with pytest.raises(EntryNotFound):
            await work.entries.get(trip(1).id, entry(1).id)
        assert await work.entries.moments(trip(1).id) == []
        assert await work.entries.get(trip(2).id, entry(2).id) == entry(2, of=trip(2))


async def test_an_entry_that_was_removed_is_gone(store: UnitOfWorkFactory) -> None:
    async with store.writing() as work:
        await work.trips.add(trip())
        await work.entries.add(entry())
        await work.entries.remove(trip().id, entry().id)

    async with store.reading() as work:
        assert await work.entries.page(trip().id, after=None, limit=1) == []


def positions(keys: list[int]) -> list[Cursor]:
    chance = random.Random(7)
    known = [Cursor(key, UUID(int=number)) for key in keys for number in (0, 1, 3, 2**128 - 1)]
    ends = [Cursor(key, UUID(int=number)) for key in (-(2**63), 2**63 - 1, 0, -1) for number in (0, 2**128 - 1)]
    return known + ends + [Cursor.parse(f"{chance.getrandbits(192):048x}") for _ in range(20)]


async def test_trips_are_listed_latest_start_first_from_any_position(store: UnitOfWorkFactory) -> None:
    starts = [date.min, date(2026, 11, 20), date(2026, 11, 20), date(2026, 11, 21), date.max, date.max]
    trips = [trip(number, start=start) for number, start in enumerate(starts, 1)]
    async with store.writing() as work:
        for planned in trips:
            await work.trips.add(planned)
        await work.trips.add(trip(99, owner=UserId("ben")))

    in_order = sorted(trips, key=lambda planned: (planned.start, planned.id), reverse=True)
    async with store.reading() as work:
        assert await work.trips.page(OWNER, after=None, limit=100) == in_order
        for cursor in positions([start.toordinal() for start in starts]):
            below = [planned for planned in in_order if planned.position < cursor]
            assert await work.trips.page(OWNER, after=cursor, limit=100) == below
            assert await work.trips.page(OWNER, after=cursor, limit=2) == below[:2]


async def test_entries_are_listed_in_the_order_they_happened_from_any_position(store: UnitOfWorkFactory) -> None:
    moments = [*EXTREMES, NOW, NOW.astimezone(JAPAN), NOW + timedelta(microseconds=1)]
    entries = [entry(number, happened_at=moment) for number, moment in enumerate(moments, 1)]
    async with store.writing() as work:
        await work.trips.add(trip())
        await work.trips.add(trip(2))
        for written in entries:
            await work.entries.add(written)
        await work.entries.add(entry(99, of=trip(2)))

    in_order = sorted(entries, key=lambda written: (written.happened_at, written.id))
    async with store.reading() as work:
        assert await work.entries.page(trip().id, after=None, limit=100) == in_order
        for cursor in positions([written.position.key for written in entries]):
            above = [written for written in in_order if written.position > cursor]
            assert await work.entries.page(trip().id, after=cursor, limit=100) == above
            assert await work.entries.page(trip().id, after=cursor, limit=2) == above[:2]


async def test_of_many_writers_of_one_version_each_gets_its_turn_and_none_is_lost(store: UnitOfWorkFactory) -> None:
    async with store.writing() as work:
        await work.trips.add(trip())

    async def rename(title: str) -> None:
        while True:
            try:
                async with store.writing() as work:
                    found = await work.trips.get(trip().id)
                    return await work.trips.save(replace(found, title=title, version=found.version + 1))
            except VersionConflict:
                continue

    await asyncio.gather(*(rename(str(number)) for number in range(12)))

    async with store.reading() as work:
        assert (await work.trips.get(trip().id)).version == 13


async def test_the_time_is_told_by_the_place_itself(
    store: UnitOfWorkFactory, home: str, memory_clock: FakeClock
) -> None:
    memory_clock.advance(timedelta(days=7))
    before = await time_at(home, memory_clock)
    async with store.reading() as work:
        read = await work.now()
    async with store.writing() as work:
        written = await work.now()
    after = await time_at(home, memory_clock)

    assert before <= read <= written <= after
    assert (read.tzinfo, written.tzinfo) == (UTC, UTC)


async def time_at(home: str, memory_clock: FakeClock) -> datetime:
    """The time at a place: of PostgreSQL's server, which need not be on this machine, or of this machine."""
    if home == "memory":
        return memory_clock.now()
    if not home.startswith("postgresql"):
        return datetime.now(UTC)
    async with open_engine(parse(home)) as engine, engine.connect() as connection:
        time: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    return time


async def test_a_key_belongs_to_the_first_request_until_72_hours_have_passed(
    store: UnitOfWorkFactory, age_keys: Age
) -> None:
    async with store.writing() as work:
        assert await work.requests.claim(request()) is None
        await work.requests.record(request(), '{"a": "ü"}')

    await age_keys(timedelta(hours=71, minutes=59))
    for _ in range(2):
        async with store.writing() as work:
            held = await work.requests.claim(request(fingerprint="g", operation="delete_trip"))
            assert held is not None
            assert (held.request, held.answer) == (request(), '{"a": "ü"}')

    await age_keys(timedelta(minutes=1))
    async with store.writing() as work:
        assert await work.requests.claim(request(fingerprint="g")) is None
        await work.requests.record(request(fingerprint="g"), "2")
    async with store.writing() as work:
        held = await work.requests.claim(request())
        assert held is not None
        assert (held.request.fingerprint, held.answer) == ("g", "2")


async def test_another_users_key_is_another_key(store: UnitOfWorkFactory) -> None:
    async with store.writing() as work:
        await work.requests.claim(request())
        await work.requests.record(request(), "1")

    async with store.writing() as work:
        assert await work.requests.claim(replace(request(), owner=UserId("ben"))) is None


async def test_a_key_that_was_claimed_and_never_answered_is_free(store: UnitOfWorkFactory) -> None:
    async with store.writing() as work:
        await work.requests.claim(request())

    async with store.writing() as work:
        assert await work.requests.claim(request(fingerprint="g")) is None


async def test_every_place_answers_a_ping(store: UnitOfWorkFactory) -> None:
    async with store.reading() as work:
        await work.ping()


@pytest.mark.parametrize("owner", ["愛子", "a'b;--", "A", " a", "a" * 200])
async def test_users_are_told_apart_by_every_character(store: UnitOfWorkFactory, owner: Any) -> None:
    async with store.writing() as work:
        await work.trips.add(trip(1, owner=UserId(owner)))
        await work.trips.add(trip(2, owner=UserId("a")))

    async with store.reading() as work:
        assert await work.trips.page(UserId(owner), after=None, limit=9) == [trip(1, owner=UserId(owner))]
