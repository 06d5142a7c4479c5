"""The backend behind the contract's interface, over every place that a diary can be kept in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest

import livetrip_contract as contract
from livetrip_bff import LiveTripBackend
from livetrip_contract import Caller, EntryChange, EntryDraft, LiveTrip, TripChange
from livetrip_core import UnitOfWorkFactory
from livetrip_core.fakes import FakeClock, SequentialIdentifiers
from support.photos import darkroom
from switchover.errors import InvalidRequest, MalformedRequest
from unit.bff.samples import AIKO, BEN, JAPAN, entry_draft, trip_draft


def test_the_backend_is_a_live_trip(backend: LiveTripBackend) -> None:
    as_the_contract_has_it: LiveTrip = backend

    assert as_the_contract_has_it is backend


async def test_health_tells_the_version_of_the_contract(backend: LiveTripBackend) -> None:
    assert await backend.get_health() == contract.Health(status="ok", version="1.0.0")


async def test_a_session_is_the_caller_with_groups_in_order(backend: LiveTripBackend) -> None:
    caller = Caller("aiko", frozenset({"staff", "beta"}))

    assert await backend.get_session(caller) == contract.Session(user_id="aiko", groups=["beta", "staff"])


@pytest.mark.parametrize("caller", [Caller("a" * 201), Caller("a", frozenset({"g" * 101}))], ids=["user", "group"])
async def test_a_caller_that_the_contract_cannot_speak_of_is_refused(backend: LiveTripBackend, caller: Caller) -> None:
    with pytest.raises(MalformedRequest):
        await backend.get_session(caller)


async def test_nobody_whose_name_is_too_long_reads_or_writes(backend: LiveTripBackend) -> None:
    caller = Caller("a" * 201)
    with pytest.raises(MalformedRequest):
        await backend.list_trips(caller)
    with pytest.raises(MalformedRequest):
        await backend.create_trip(caller, trip_draft())


@pytest.mark.parametrize("user", ["", "a\x00b", "\ud800"])
def test_nobody_without_a_proper_name_can_call(user: str) -> None:
    with pytest.raises(ValueError, match="names are text"):
        Caller(user)


async def test_a_trip_is_stored_as_it_was_drafted(backend: LiveTripBackend) -> None:
    made = await backend.create_trip(AIKO, trip_draft(description="Temples"))

    assert (made.title, made.description, made.start_date, made.end_date, made.version) == (
        "Kyoto",
        "Temples",
        date(2026, 11, 20),
        date(2026, 11, 24),
        1,
    )
    assert made.created_at == made.updated_at == datetime(2026, 10, 1, 9, tzinfo=UTC)
    assert await backend.list_trips(AIKO) == contract.TripPage(items=[made], next_cursor=None)


async def test_a_trip_that_would_end_before_it_starts_is_refused(backend: LiveTripBackend) -> None:
    with pytest.raises(contract.TripDatesReversed) as caught:
        await backend.create_trip(AIKO, trip_draft(end_date=date(2026, 11, 19)))

    assert caught.value.detail
    assert (await backend.list_trips(AIKO)).items == []


async def test_a_trip_opens_at_its_first_ten_entries_and_goes_on_where_they_end(backend: LiveTripBackend) -> None:
    trip = await backend.create_trip(AIKO, trip_draft())
    for hour in reversed(range(13)):
        await backend.add_entry(
            AIKO, trip.id, entry_draft(text=str(hour), happened_at=datetime(2026, 11, 21, hour, tzinfo=JAPAN))
        )

    detail = await backend.get_trip(AIKO, trip.id)
    rest = await backend.list_entries(AIKO, trip.id, cursor=detail.next_cursor, limit=2)
    last = await backend.list_entries(AIKO, trip.id, cursor=rest.next_cursor, limit=2)

    shown = [[entry.text for entry in part] for part in (detail.entries, rest.items, last.items)]
    assert shown == [[str(hour) for hour in range(10)], ["10", "11"], ["12"]]
    assert last.next_cursor is None
    assert detail.title == trip.title


async def test_an_entry_is_stored_as_it_was_drafted(backend: LiveTripBackend) -> None:
    trip = await backend.create_trip(AIKO, trip_draft())

    made = await backend.add_entry(AIKO, trip.id, entry_draft())

    assert await backend.get_entry(AIKO, trip.id, made.id) == made
    assert made == contract.Entry(
        id=made.id,
        trip_id=trip.id,
        text="Moss",
        happened_at=datetime(2026, 11, 21, 7, 30, tzinfo=JAPAN),
        mood=contract.Mood.great,
        place=entry_draft().place,
        tags=["garden", "morning"],
        outside_trip=False,
        version=1,
        created_at=datetime(2026, 10, 1, 9, tzinfo=UTC),
        updated_at=datetime(2026, 10, 1, 9, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "moment",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
        datetime(2026, 11, 21, 7, 30, 15, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    ],
    ids=str,
)
async def test_the_moment_of_an_entry_comes_back_with_its_offset(backend: LiveTripBackend, moment: datetime) -> None:
    trip = await backend.create_trip(AIKO, trip_draft(start_date=date.min, end_date=date.max))
    made = await backend.add_entry(AIKO, trip.id, EntryDraft(text="Moss", happened_at=moment))

    found = await backend.get_entry(AIKO, trip.id, made.id)

    for entry in (made, found, (await backend.get_trip(AIKO, trip.id)).entries[0]):
        assert (entry.happened_at, entry.happened_at.utcoffset()) == (moment, moment.utcoffset())
        assert entry.outside_trip is False
    assert (await backend.get_trip_summary(AIKO, trip.id)).days_with_entries == 1


async def test_what_a_change_of_a_trip_leaves_out_stays(backend: LiveTripBackend, clock: FakeClock) -> None:
    trip = await backend.create_trip(AIKO, trip_draft(description="Temples"))
    clock.advance(timedelta(days=1))

    changed = await backend.update_trip(AIKO, trip.id, TripChange(version=1, end_date=date(2026, 11, 25)))

    expected = {"end_date": date(2026, 11, 25), "version": 2, "updated_at": clock.now()}
    assert changed == trip.model_copy(update=expected)
    assert (await backend.list_trips(AIKO)).items == [changed]


async def test_null_says_nothing_about_what_cannot_be_null(backend: LiveTripBackend) -> None:
    trip = await backend.create_trip(AIKO, trip_draft(description="Temples"))
    entry = await backend.add_entry(AIKO, trip.id, entry_draft())

    kept = await backend.update_trip(
        AIKO, trip.id, TripChange(version=1, title=None, description=None, start_date=None, end_date=None)
    )
    same = await backend.update_entry(
        AIKO, trip.id, entry.id, EntryChange(version=1, text=None, happened_at=None, tags=None)
    )

    assert kept == trip.model_copy(update={"version": 2})
    assert same == entry.model_copy(update={"version": 2})


async def test_null_clears_mood_and_place_and_leaving_them_out_does_not(backend: LiveTripBackend) -> None:
    trip = await backend.create_trip(AIKO, trip_draft())
    entry = await backend.add_entry(AIKO, trip.id, entry_draft())

    kept = await backend.update_entry(AIKO, trip.id, entry.id, EntryChange(version=1, text="Rain"))
    cleared = await backend.update_entry(AIKO, trip.id, entry.id, EntryChange(version=2, mood=None, place=None))

    assert (kept.text, kept.mood, kept.place) == ("Rain", contract.Mood.great, entry.place)
    assert (cleared.text, cleared.mood, cleared.place, cleared.tags) == ("Rain", None, None, entry.tags)


async def test_everything_about_an_entry_can_change(backend: LiveTripBackend) -> None:
    trip = await backend.create_trip(AIKO, trip_draft())
    entry = await backend.add_entry(AIKO, trip.id, entry_draft())
    change = EntryChange(
        version=1,
        text="Snow",
        happened_at=datetime(2027, 1, 1, tzinfo=UTC),
        mood=contract.Mood.low,
        place=contract.Place(name="Home"),
        tags=[],
    )

    changed = await backend.update_entry(AIKO, trip.id, entry.id, change)

    assert changed.outside_trip is True
    assert (changed.text, changed.happened_at, changed.mood, changed.place, changed.tags) == (
        change.text,
        change.happened_at,
        change.mood,
        change.place,
        [],
    )


async def test_of_concurrent_changes_of_one_version_one_wins_and_the_others_learn_the_new_version(
    backend: LiveTripBackend,
) -> None:
    trip = await backend.create_trip(AIKO, trip_draft())
    entry = await backend.add_entry(AIKO, trip.id, entry_draft())

    renamed = await asyncio.gather(
        *(backend.update_trip(AIKO, trip.id, TripChange(version=1, title=str(number))) for number in range(6)),
        return_exceptions=True,
    )
    rewritten = await asyncio.gather(
        *(backend.update_entry(AIKO, trip.id, entry.id, EntryChange(version=1, text=str(n))) for n in range(6)),
        return_exceptions=True,
    )

    for outcomes in (renamed, rewritten):
        conflicts = [outcome for outcome in outcomes if isinstance(outcome, contract.VersionConflict)]
        assert [conflict.current_version for conflict in conflicts] == [2] * 5
    assert (await backend.get_trip(AIKO, trip.id)).title in {
        outcome.title for outcome in renamed if isinstance(outcome, contract.Trip)
    }


async def test_a_deleted_trip_is_gone_with_its_entries(backend: LiveTripBackend) -> None:
    trip = await backend.create_trip(AIKO, trip_draft())
    entry = await backend.add_entry(AIKO, trip.id, entry_draft())

    await backend.delete_trip(AIKO, trip.id)

    with pytest.raises(contract.TripNotFound):
        await backend.get_entry(AIKO, trip.id, entry.id)
    with pytest.raises(contract.TripNotFound):
        await backend.delete_trip(AIKO, trip.id)


async def test_a_deleted_entry_is_gone(backend: LiveTripBackend) -> None:
    trip = await backend.create_trip(AIKO, trip_draft())
    entry = await backend.add_entry(AIKO, trip.id, entry_draft())

    await backend.delete_entry(AIKO, trip.id, entry.id)

    with pytest.raises(contract.EntryNotFound):
        await backend.get_entry(AIKO, trip.id, entry.id)
    with pytest.raises(contract.EntryNotFound):
        await backend.delete_entry(AIKO, trip.id, entry.id)


async def test_a_summary_counts_what_was_written(backend: LiveTripBackend) -> None:
    trip = await backend.create_trip(AIKO, trip_draft())
    await backend.add_entry(AIKO, trip.id, entry_draft())
    await backend.add_entry(AIKO, trip.id, entry_draft(place=None, happened_at=datetime(2026, 11, 25, tzinfo=JAPAN)))

    assert await backend.get_trip_summary(AIKO, trip.id) == contract.TripSummary(
        trip_id=trip.id,
        days=5,
        days_with_entries=1,
        entries=2,
        entries_outside_trip=1,
        places=[contract.VisitedPlace(name="Saihō-ji", entries=1)],
    )


Ask = Callable[[LiveTripBackend, Caller, UUID], Awaitable[object]]
ASKED: dict[str, Ask] = {
    "get_trip": lambda backend, who, trip: backend.get_trip(who, trip),
    "delete_trip": lambda backend, who, trip: backend.delete_trip(who, trip),
    "update_trip": lambda backend, who, trip: backend.update_trip(who, trip, TripChange(version=1)),
    "get_trip_summary": lambda backend, who, trip: backend.get_trip_summary(who, trip),
    "list_entries": lambda backend, who, trip: backend.list_entries(who, trip),
    "add_entry": lambda backend, who, trip: backend.add_entry(who, trip, entry_draft()),
    "get_entry": lambda backend, who, trip: backend.get_entry(who, trip, uuid4()),
    "delete_entry": lambda backend, who, trip: backend.delete_entry(who, trip, uuid4()),
    "update_entry": lambda backend, who, trip: backend.update_entry(who, trip, uuid4(), EntryChange(version=1)),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
async def test_a_stranger_learns_the_same_of_a_trip_as_of_one_that_is_not_there(
    backend: LiveTripBackend, ask: Ask
) -> None:
    trip = await backend.create_trip(AIKO, trip_draft())

    answers = []
    for who, trip_id in ((BEN, trip.id), (AIKO, uuid4()), (BEN, UUID(int=0))):
        with pytest.raises(contract.TripNotFound) as caught:
            await ask(backend, who, trip_id)
        answers.append((type(caught.value), caught.value.detail))

    assert len(set(answers)) == 1
    assert (await backend.list_trips(BEN)).items == []


async def test_an_answer_belongs_to_whoever_asked(backend: LiveTripBackend) -> None:
    trip = await backend.create_trip(AIKO, trip_draft())
    draft = entry_draft()
    made = await backend.add_entry(AIKO, trip.id, draft)
    as_it_was = made.model_copy(deep=True)

    made.tags.append("mine")
    draft.tags.append("mine")
    (await backend.get_trip(AIKO, trip.id)).entries.clear()
    (await backend.get_entry(AIKO, trip.id, made.id)).tags.clear()
    (await backend.get_session(AIKO)).groups.clear()

    assert await backend.get_entry(AIKO, trip.id, made.id) == as_it_was
    assert (await backend.get_trip(AIKO, trip.id)).entries == [as_it_was]
    assert (await backend.get_session(AIKO)).groups == ["beta"]


@pytest.mark.parametrize(
    ("draft", "where"),
    [
        ({"text": ""}, "body#/text"),
        ({"happened_at": datetime(2026, 11, 21)}, "body#/happenedAt"),
        ({"happened_at": datetime(2026, 11, 21, tzinfo=timezone(timedelta(seconds=30)))}, "body#/happenedAt"),
        ({"tags": ["a b"]}, "body#/tags"),
        ({"place": contract.Place.model_construct(name=" ", coordinates=None)}, "body#/place/name"),
    ],
)
async def test_a_value_that_breaks_the_contract_is_refused_even_if_nobody_looked_before(
    backend: LiveTripBackend, draft: dict[str, Any], where: str
) -> None:
    trip = await backend.create_trip(AIKO, trip_draft())
    known = entry_draft()
    broken = EntryDraft.model_construct(**{name: getattr(known, name) for name in EntryDraft.model_fields} | draft)

    with pytest.raises(InvalidRequest) as caught:
        await backend.add_entry(AIKO, trip.id, broken)

    assert [error.where for error in caught.value.errors] == [where]
    assert (await backend.get_trip(AIKO, trip.id)).entries == []


@pytest.mark.parametrize(
    ("arguments", "where"),
    [({"limit": 0}, "query.limit"), ({"limit": 101}, "query.limit"), ({"cursor": "x"}, "query.cursor")],
)
async def test_a_page_that_the_contract_does_not_have_is_refused(
    backend: LiveTripBackend, arguments: dict[str, Any], where: str
) -> None:
    trip = await backend.create_trip(AIKO, trip_draft())
    for ask in (backend.list_trips(AIKO, **arguments), backend.list_entries(AIKO, trip.id, **arguments)):
        with pytest.raises(InvalidRequest) as caught:
            await ask
        assert [error.where for error in caught.value.errors] == [where]


@pytest.mark.parametrize(
    ("cursor", "trips_below", "entries_above"),
    [
        ("0" * 48, 0, 1),
        ("7fffffffffffffff" + "0" * 32, 0, 1),
        ("80000000ffffffff" + "a" * 32, 1, 1),
        ("f" * 48, 1, 0),
    ],
)
async def test_any_48_hex_digits_are_a_cursor(
    backend: LiveTripBackend, cursor: str, trips_below: int, entries_above: int
) -> None:
    trip = await backend.create_trip(AIKO, trip_draft())
    await backend.add_entry(AIKO, trip.id, entry_draft())

    assert len((await backend.list_trips(AIKO, cursor=cursor)).items) == trips_below
    assert len((await backend.list_entries(AIKO, trip.id, cursor=cursor)).items) == entries_above


async def test_a_clock_with_microseconds_loses_none(store: UnitOfWorkFactory) -> None:
    clock = FakeClock(datetime(2026, 10, 1, 9, 0, 0, 1, tzinfo=UTC))
    backend = LiveTripBackend(store, clock, SequentialIdentifiers(), darkroom(clock), version="1.0.0")

    trip = await backend.create_trip(AIKO, trip_draft())

    assert (await backend.get_trip(AIKO, trip.id)).created_at == clock.now()
