"""What LiveTrip does, whatever it is called through."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest

from livetrip_contract import (
    Caller,
    Coordinates,
    Entry,
    EntryChange,
    EntryDraft,
    EntryNotFound,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    LiveTrip,
    Mood,
    Place,
    Trip,
    TripChange,
    TripDatesReversed,
    TripDraft,
    TripNotFound,
    VersionConflict,
)
from switchover import calling, receiving

TOKYO = timezone(timedelta(hours=9))
KYOTO = TripDraft(title="Kyoto", description="Temples.", start_date=date(2026, 11, 20), end_date=date(2026, 11, 24))
GARDEN = EntryDraft(
    text="Moss.",
    happened_at=datetime(2026, 11, 21, 7, 30, tzinfo=TOKYO),
    mood=Mood.great,
    place=Place(name="Saihō-ji", coordinates=Coordinates(latitude=34.9919, longitude=135.6837)),
    tags=["garden", "morning"],
)


def entry_at(when: datetime, text: str = "…", place: str | None = None) -> EntryDraft:
    return EntryDraft(text=text, happened_at=when, place=Place(name=place) if place else None)


@pytest.fixture
async def kyoto(live_trip: LiveTrip, aiko: Caller) -> Trip:
    return await live_trip.create_trip(aiko, KYOTO)


@pytest.fixture
async def garden(live_trip: LiveTrip, aiko: Caller, kyoto: Trip) -> Entry:
    return await live_trip.add_entry(aiko, kyoto.id, GARDEN)


# -- health and session


async def test_health_names_the_version_of_the_contract(live_trip: LiveTrip) -> None:
    health = await live_trip.get_health()
    assert (health.status, health.version) == ("ok", "1.3.0")


async def test_the_session_is_the_caller_with_all_groups(live_trip: LiveTrip) -> None:
    session = await live_trip.get_session(Caller("愛子 🚲", frozenset({"beta", "日本語"})))
    assert session.user_id == "愛子 🚲"
    assert sorted(session.groups) == ["beta", "日本語"]


# -- trips


async def test_a_trip_is_stored_as_it_was_planned(live_trip: LiveTrip, aiko: Caller) -> None:
    trip = await live_trip.create_trip(aiko, KYOTO)
    assert (trip.title, trip.description, trip.version) == ("Kyoto", "Temples.", 1)
    assert (trip.start_date, trip.end_date) == (KYOTO.start_date, KYOTO.end_date)
    assert trip.created_at == trip.updated_at
    found = await live_trip.get_trip(aiko, trip.id)
    assert found.model_dump(exclude={"entries", "next_cursor"}) == trip.model_dump()
    assert (found.entries, found.next_cursor) == ([], None)


async def test_a_description_may_be_left_out(live_trip: LiveTrip, aiko: Caller) -> None:
    drafted = TripDraft(title="Nara", start_date=date(2026, 1, 1), end_date=date(2026, 1, 1))
    assert (await live_trip.create_trip(aiko, drafted)).description == ""


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
async def test_a_trip_may_be_on_any_day_of_the_calendar(live_trip: LiveTrip, aiko: Caller, day: date) -> None:
    trip = await live_trip.create_trip(aiko, TripDraft(title="Far away", start_date=day, end_date=day))
    assert (await live_trip.get_trip(aiko, trip.id)).start_date == day


@pytest.mark.parametrize("title", ["a", "京都" * 60, "🗻", "  spaced  ", "O'Hara; DROP TABLE trips--", '"</script>'])
async def test_titles_come_back_as_they_were_written(live_trip: LiveTrip, aiko: Caller, title: str) -> None:
    drafted = TripDraft(title=title, start_date=date(2026, 1, 1), end_date=date(2026, 1, 2))
    trip = await live_trip.create_trip(aiko, drafted)
    assert (await live_trip.get_trip(aiko, trip.id)).title == title


async def test_a_trip_cannot_end_before_it_starts(live_trip: LiveTrip, aiko: Caller) -> None:
    backwards = TripDraft(title="Back", start_date=date(2026, 1, 2), end_date=date(2026, 1, 1))
    with pytest.raises(TripDatesReversed, match="cannot end before it starts"):
        await live_trip.create_trip(aiko, backwards)
    assert (await live_trip.list_trips(aiko)).items == []


async def test_a_change_leaves_alone_what_it_does_not_name(live_trip: LiveTrip, aiko: Caller, kyoto: Trip) -> None:
    changed = await live_trip.update_trip(aiko, kyoto.id, TripChange(version=1, end_date=date(2026, 11, 25)))
    assert (changed.title, changed.description, changed.start_date) == (
        kyoto.title,
        kyoto.description,
        kyoto.start_date,
    )
    assert (changed.end_date, changed.version) == (date(2026, 11, 25), 2)
    assert changed.updated_at >= kyoto.updated_at
    assert changed.created_at == kyoto.created_at


async def test_a_change_to_an_old_version_changes_nothing(live_trip: LiveTrip, aiko: Caller, kyoto: Trip) -> None:
    await live_trip.update_trip(aiko, kyoto.id, TripChange(version=1, title="Kyōto"))
    with pytest.raises(VersionConflict) as caught:
        await live_trip.update_trip(aiko, kyoto.id, TripChange(version=1, title="Kioto"))
    assert caught.value.current_version == 2
    assert (await live_trip.get_trip(aiko, kyoto.id)).title == "Kyōto"


async def test_a_change_cannot_turn_the_dates_around(live_trip: LiveTrip, aiko: Caller, kyoto: Trip) -> None:
    with pytest.raises(TripDatesReversed):
        await live_trip.update_trip(aiko, kyoto.id, TripChange(version=1, start_date=date(2026, 12, 1)))
    assert (await live_trip.get_trip(aiko, kyoto.id)).version == 1


async def test_of_two_changes_at_once_one_wins(live_trip: LiveTrip, aiko: Caller, kyoto: Trip) -> None:
    changes = [TripChange(version=1, title=f"Kyoto {number}") for number in range(4)]
    outcomes = await asyncio.gather(
        *(live_trip.update_trip(aiko, kyoto.id, change) for change in changes), return_exceptions=True
    )
    won = [outcome for outcome in outcomes if isinstance(outcome, Trip)]
    assert len(won) == 1
    assert sum(isinstance(outcome, VersionConflict) for outcome in outcomes) == 3
    assert (await live_trip.get_trip(aiko, kyoto.id)).title == won[0].title


async def test_a_deleted_trip_is_gone_with_its_entries(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip, garden: Entry
) -> None:
    await live_trip.delete_trip(aiko, kyoto.id)
    with pytest.raises(TripNotFound):
        await live_trip.get_trip(aiko, kyoto.id)
    with pytest.raises(TripNotFound):
        await live_trip.get_entry(aiko, kyoto.id, garden.id)
    with pytest.raises(TripNotFound):
        await live_trip.delete_trip(aiko, kyoto.id)


async def test_a_trip_that_never_was_is_not_found(live_trip: LiveTrip, aiko: Caller) -> None:
    with pytest.raises(TripNotFound, match="no such trip"):
        await live_trip.get_trip(aiko, uuid4())


async def test_trips_are_listed_latest_start_first_page_by_page(live_trip: LiveTrip, aiko: Caller) -> None:
    starts = [date(2026, 1, 1) + timedelta(days=offset) for offset in (3, 1, 4, 1, 5)]
    for start in starts:
        await live_trip.create_trip(aiko, TripDraft(title=str(start), start_date=start, end_date=start))
    seen: list[date] = []
    cursor, pages = None, 0
    while pages == 0 or cursor is not None:
        page = await live_trip.list_trips(aiko, cursor=cursor, limit=2)
        seen += [trip.start_date for trip in page.items]
        cursor, pages = page.next_cursor, pages + 1
    assert seen == sorted(starts, reverse=True)
    assert pages == 3


async def test_a_full_last_page_has_no_next_one(live_trip: LiveTrip, aiko: Caller) -> None:
    for _ in range(2):
        await live_trip.create_trip(aiko, KYOTO)
    assert (await live_trip.list_trips(aiko, limit=2)).next_cursor is None


async def test_any_cursor_is_a_position(live_trip: LiveTrip, aiko: Caller, kyoto: Trip) -> None:
    assert [trip.id for trip in (await live_trip.list_trips(aiko, cursor="f" * 48)).items] == [kyoto.id]
    assert (await live_trip.list_trips(aiko, cursor="0" * 48)).items == []


# -- whose is it?


async def test_a_strangers_trip_is_not_found_by_any_operation(
    live_trip: LiveTrip, ben: Caller, kyoto: Trip, garden: Entry
) -> None:
    attempts = [
        live_trip.get_trip(ben, kyoto.id),
        live_trip.update_trip(ben, kyoto.id, TripChange(version=1, title="Mine")),
        live_trip.delete_trip(ben, kyoto.id),
        live_trip.get_trip_summary(ben, kyoto.id),
        live_trip.list_entries(ben, kyoto.id),
        live_trip.add_entry(ben, kyoto.id, GARDEN),
        live_trip.get_entry(ben, kyoto.id, garden.id),
        live_trip.update_entry(ben, kyoto.id, garden.id, EntryChange(version=1, text="Mine")),
        live_trip.delete_entry(ben, kyoto.id, garden.id),
    ]
    for attempt in attempts:
        with pytest.raises(TripNotFound):
            await attempt


async def test_what_a_stranger_tried_changed_nothing(
    live_trip: LiveTrip, aiko: Caller, ben: Caller, kyoto: Trip, garden: Entry
) -> None:
    with pytest.raises(TripNotFound):
        await live_trip.delete_entry(ben, kyoto.id, garden.id)
    assert await live_trip.get_entry(aiko, kyoto.id, garden.id) == garden


async def test_nobody_sees_the_trips_of_others(live_trip: LiveTrip, ben: Caller, kyoto: Trip) -> None:
    assert (await live_trip.list_trips(ben)).items == []


# -- entries


async def test_an_entry_comes_back_as_it_was_written(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip, garden: Entry
) -> None:
    assert garden.trip_id == kyoto.id
    assert (garden.text, garden.mood, garden.place, garden.tags) == (
        GARDEN.text,
        GARDEN.mood,
        GARDEN.place,
        GARDEN.tags,
    )
    assert garden.happened_at.isoformat() == "2026-11-21T07:30:00+09:00"
    assert not garden.outside_trip
    assert await live_trip.get_entry(aiko, kyoto.id, garden.id) == garden


async def test_an_entry_needs_only_text_and_time(live_trip: LiveTrip, aiko: Caller, kyoto: Trip) -> None:
    entry = await live_trip.add_entry(aiko, kyoto.id, entry_at(datetime(2026, 11, 20, tzinfo=UTC)))
    assert (entry.mood, entry.place, entry.tags) == (None, None, [])


@pytest.mark.parametrize(
    "when",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.999999-14:00",
        "2026-11-20T12:00:00.000001+05:45",
        "2026-11-20T12:00:00-00:00",
    ],
)
async def test_times_keep_their_instant_and_their_offset(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip, when: str
) -> None:
    happened_at = datetime.fromisoformat(when)
    entry = await live_trip.add_entry(aiko, kyoto.id, entry_at(happened_at))
    found = await live_trip.get_entry(aiko, kyoto.id, entry.id)
    assert found.happened_at.utcoffset() == happened_at.utcoffset()
    assert found.happened_at.replace(tzinfo=None) == happened_at.replace(tzinfo=None)


async def test_the_day_of_an_entry_is_the_day_where_it_happened(live_trip: LiveTrip, aiko: Caller, kyoto: Trip) -> None:
    late_in_tokyo = datetime(2026, 11, 24, 23, 30, tzinfo=TOKYO)
    same_instant_in_auckland = late_in_tokyo.astimezone(timezone(timedelta(hours=13)))
    inside = await live_trip.add_entry(aiko, kyoto.id, entry_at(late_in_tokyo))
    outside = await live_trip.add_entry(aiko, kyoto.id, entry_at(same_instant_in_auckland))
    assert (inside.outside_trip, outside.outside_trip) == (False, True)


async def test_whether_an_entry_is_outside_follows_the_trip(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip, garden: Entry
) -> None:
    await live_trip.update_trip(aiko, kyoto.id, TripChange(version=1, start_date=date(2026, 11, 23)))
    assert (await live_trip.get_entry(aiko, kyoto.id, garden.id)).outside_trip


async def test_a_tag_given_twice_is_kept_once(live_trip: LiveTrip, aiko: Caller, kyoto: Trip) -> None:
    drafted = EntryDraft(text="…", happened_at=datetime(2026, 11, 20, tzinfo=UTC), tags=["b", "a", "b"])
    assert (await live_trip.add_entry(aiko, kyoto.id, drafted)).tags == ["b", "a"]


async def test_null_clears_and_absence_keeps(live_trip: LiveTrip, aiko: Caller, kyoto: Trip, garden: Entry) -> None:
    change = live_trip.update_entry
    kept = await change(aiko, kyoto.id, garden.id, EntryChange(version=1, text="Rain."))
    assert (kept.text, kept.mood, kept.place, kept.tags) == ("Rain.", garden.mood, garden.place, garden.tags)
    cleared = await change(aiko, kyoto.id, garden.id, EntryChange(version=2, mood=None, place=None, tags=[]))
    assert (cleared.text, cleared.mood, cleared.place, cleared.tags) == ("Rain.", None, None, [])
    assert cleared.version == 3


async def test_an_entry_changed_elsewhere_is_a_conflict(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip, garden: Entry
) -> None:
    with pytest.raises(VersionConflict) as caught:
        await live_trip.update_entry(aiko, kyoto.id, garden.id, EntryChange(version=7, text="…"))
    assert caught.value.current_version == 1


async def test_an_entry_of_another_trip_is_not_found(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip, garden: Entry
) -> None:
    other = await live_trip.create_trip(aiko, KYOTO)
    with pytest.raises(EntryNotFound, match="no such entry"):
        await live_trip.get_entry(aiko, other.id, garden.id)


async def test_a_deleted_entry_is_gone(live_trip: LiveTrip, aiko: Caller, kyoto: Trip, garden: Entry) -> None:
    await live_trip.delete_entry(aiko, kyoto.id, garden.id)
    with pytest.raises(EntryNotFound):
        await live_trip.get_entry(aiko, kyoto.id, garden.id)
    with pytest.raises(EntryNotFound):
        await live_trip.delete_entry(aiko, kyoto.id, garden.id)


async def test_entries_are_listed_in_the_order_they_happened(live_trip: LiveTrip, aiko: Caller, kyoto: Trip) -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    for hours in (5, -3, 0, 8, -1):
        await live_trip.add_entry(aiko, kyoto.id, entry_at(noon + timedelta(hours=hours)))
    seen: list[datetime] = []
    cursor: str | None = None
    while not seen or cursor is not None:
        page = await live_trip.list_entries(aiko, kyoto.id, cursor=cursor, limit=2)
        seen += [entry.happened_at for entry in page.items]
        cursor = page.next_cursor
    assert seen == sorted(seen)
    assert len(seen) == 5


async def test_a_trip_opens_with_ten_entries_and_the_way_to_the_rest(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip
) -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    for minutes in range(12):
        await live_trip.add_entry(aiko, kyoto.id, entry_at(noon + timedelta(minutes=minutes), str(minutes)))
    opened = await live_trip.get_trip(aiko, kyoto.id)
    assert [entry.text for entry in opened.entries] == [str(number) for number in range(10)]
    rest = await live_trip.list_entries(aiko, kyoto.id, cursor=opened.next_cursor)
    assert [entry.text for entry in rest.items] == ["10", "11"]
    assert rest.next_cursor is None


# -- summary


async def test_a_summary_counts_days_entries_and_places(live_trip: LiveTrip, aiko: Caller, kyoto: Trip) -> None:
    day = datetime(2026, 11, 21, 9, tzinfo=TOKYO)
    for when, place in (
        (day, "Station"),
        (day + timedelta(hours=2), "Garden"),
        (day + timedelta(days=1), "Garden"),
        (day - timedelta(days=9), None),
    ):
        await live_trip.add_entry(aiko, kyoto.id, entry_at(when, place=place))
    summary = await live_trip.get_trip_summary(aiko, kyoto.id)
    assert (summary.days, summary.days_with_entries) == (5, 2)
    assert (summary.entries, summary.entries_outside_trip) == (4, 1)
    assert [(place.name, place.entries) for place in summary.places] == [("Garden", 2), ("Station", 1)]


# -- once, whatever happens


async def test_a_repeated_request_happens_once(live_trip: LiveTrip, aiko: Caller) -> None:
    with calling(idempotency_key="plan"), receiving() as received:
        first = await live_trip.create_trip(aiko, KYOTO)
        assert not received.is_replayed
        again = await live_trip.create_trip(aiko, KYOTO)
        assert received.is_replayed
    assert again == first
    assert len((await live_trip.list_trips(aiko)).items) == 1


async def test_a_repeated_change_is_answered_as_it_was_the_first_time(
    live_trip: LiveTrip, aiko: Caller, kyoto: Trip
) -> None:
    change = TripChange(version=1, title="Kyōto")
    with calling(idempotency_key="rename"):
        first = await live_trip.update_trip(aiko, kyoto.id, change)
    await live_trip.update_trip(aiko, kyoto.id, TripChange(version=2, title="Kioto"))
    with calling(idempotency_key="rename"):
        again = await live_trip.update_trip(aiko, kyoto.id, change)
    assert again == first
    assert (await live_trip.get_trip(aiko, kyoto.id)).title == "Kioto"


async def test_a_repeated_deletion_is_done(live_trip: LiveTrip, aiko: Caller, kyoto: Trip) -> None:
    with calling(idempotency_key="delete"), receiving() as received:
        await live_trip.delete_trip(aiko, kyoto.id)
        assert not received.is_replayed
        await live_trip.delete_trip(aiko, kyoto.id)
        assert received.is_replayed


async def test_a_key_belongs_to_one_request(live_trip: LiveTrip, aiko: Caller, kyoto: Trip) -> None:
    with calling(idempotency_key="once"):
        await live_trip.add_entry(aiko, kyoto.id, GARDEN)
        with pytest.raises(IdempotencyKeyReused) as caught:
            await live_trip.add_entry(aiko, kyoto.id, entry_at(datetime(2026, 11, 20, tzinfo=UTC)))
    assert caught.value.problem_type == "urn:livetrip:problem:idempotency-key-reused"
    assert len((await live_trip.list_entries(aiko, kyoto.id)).items) == 1


async def test_a_key_belongs_to_one_caller(live_trip: LiveTrip, aiko: Caller, ben: Caller) -> None:
    with calling(idempotency_key="same"):
        mine = await live_trip.create_trip(aiko, KYOTO)
        theirs = await live_trip.create_trip(ben, KYOTO)
    assert mine.id != theirs.id


async def test_a_request_sent_many_times_at_once_happens_once(live_trip: LiveTrip, aiko: Caller) -> None:
    with calling(idempotency_key="impatient"), receiving() as received:
        found = await asyncio.gather(*(live_trip.create_trip(aiko, KYOTO) for _ in range(5)), return_exceptions=True)
        again = await live_trip.create_trip(aiko, KYOTO)
    assert received.is_replayed
    for answer in found:
        if isinstance(answer, IdempotencyKeyInUse):
            assert answer.retry_after == 1
        else:
            assert answer == again
    assert again in found
    assert len((await live_trip.list_trips(aiko)).items) == 1


async def test_a_request_that_failed_may_be_mended_under_its_key(live_trip: LiveTrip, aiko: Caller) -> None:
    backwards = TripDraft(title="Back", start_date=date(2026, 1, 2), end_date=date(2026, 1, 1))
    with calling(idempotency_key="mend"):
        with pytest.raises(TripDatesReversed):
            await live_trip.create_trip(aiko, backwards)
        assert isinstance((await live_trip.create_trip(aiko, KYOTO)).id, UUID)


async def test_requests_without_a_key_are_different_requests(live_trip: LiveTrip, aiko: Caller) -> None:
    first, second = await live_trip.create_trip(aiko, KYOTO), await live_trip.create_trip(aiko, KYOTO)
    assert first.id != second.id
