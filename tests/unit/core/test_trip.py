"""Rules of a trip."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetrip_core import (
    InvalidValue,
    Trip,
    TripChange,
    TripDatesReversed,
    TripDraft,
    TripId,
    TripNotFound,
    VersionConflict,
)
from unit.core.strategies import AIKO, BEN, LATER, NOW, lines, moments, trip_drafts

KYOTO = TripDraft(title="Kyoto", start=date(2026, 11, 20), end=date(2026, 11, 24))


def planned(draft: TripDraft = KYOTO, **differences: Any) -> Trip:
    known: dict[str, Any] = {"trip_id": TripId(uuid4()), "owner": AIKO, "now": NOW}
    return Trip.plan(draft, **known | differences)


@given(trip_drafts())
def test_a_planned_trip_is_its_draft_at_version_one(draft: TripDraft) -> None:
    trip = planned(draft)

    assert (trip.title, trip.description, trip.start, trip.end) == (
        draft.title,
        draft.description,
        draft.start,
        draft.end,
    )
    assert (trip.version, trip.created_at, trip.updated_at) == (1, NOW, NOW)


@given(st.dates(), st.dates())
def test_a_trip_cannot_end_before_it_starts_and_that_is_all_there_is_to_its_dates(start: date, end: date) -> None:
    draft = TripDraft(title="Kyoto", start=start, end=end)
    if end < start:
        with pytest.raises(TripDatesReversed):
            planned(draft)
    else:
        assert planned(draft).days == len(range(start.toordinal(), end.toordinal() + 1))


@given(st.dates(), st.dates())
def test_a_change_cannot_make_a_trip_end_before_it_starts(start: date, end: date) -> None:
    trip = planned()
    change = TripChange(expected_version=1, start=start, end=end)
    if end < start:
        with pytest.raises(TripDatesReversed):
            trip.change(change, LATER)
    else:
        assert trip.change(change, LATER).days == (end - start).days + 1


@given(trip_drafts(), moments())
def test_it_is_a_day_of_the_trip_by_the_date_where_it_happened(draft: TripDraft, moment: datetime) -> None:
    local = date(moment.year, moment.month, moment.day)

    assert planned(draft).is_day_of(moment) is (draft.start <= local <= draft.end)


@pytest.mark.parametrize(
    ("local", "offset", "is_inside"),
    [
        ("2026-11-20T00:00:00", 14, True),  # still the 19th in UTC
        ("2026-11-24T23:59:59.999999", -12, True),  # the 25th in UTC
        ("2026-11-19T23:59:59.999999", -12, False),  # the 20th in UTC
        ("2026-11-25T00:00:00", 14, False),  # still the 24th in UTC
    ],
)
def test_what_day_it_is_in_utc_does_not_matter(local: str, offset: int, is_inside: bool) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=timezone(timedelta(hours=offset)))

    assert planned().is_day_of(moment) is is_inside


@given(lines(), st.text("ab", max_size=5))
def test_a_change_changes_what_it_names_and_nothing_else(title: str, description: str) -> None:
    trip = planned()

    changed = trip.change(TripChange(expected_version=1, title=title), LATER)
    changed = changed.change(TripChange(expected_version=2, description=description), LATER)

    assert (changed.title, changed.description) == (title, description)
    assert (changed.version, changed.created_at, changed.updated_at) == (3, NOW, LATER)
    assert (changed.id, changed.owner, changed.start, changed.end) == (trip.id, trip.owner, trip.start, trip.end)


def test_a_change_of_nothing_is_a_new_version_all_the_same() -> None:
    assert planned().change(TripChange(expected_version=1), LATER).version == 2


@given(st.integers(1, 5), st.integers(1, 2147483647))
def test_a_change_made_on_another_version_is_refused_with_the_current_one(current: int, expected: int) -> None:
    trip = planned()
    for version in range(1, current):
        trip = trip.change(TripChange(expected_version=version), LATER)
    change = TripChange(expected_version=expected)
    if expected == current:
        assert trip.change(change, LATER).version == current + 1
    else:
        with pytest.raises(VersionConflict) as caught:
            trip.change(change, LATER)
        assert caught.value.current_version == current


def test_a_stale_change_is_a_conflict_even_if_it_is_wrong_besides() -> None:
    with pytest.raises(VersionConflict):
        planned().change(TripChange(expected_version=2, title=""), LATER)


def test_a_trip_is_visible_to_its_owner_and_not_there_for_anybody_else() -> None:
    trip = planned()

    assert trip.visible_to(AIKO) is trip
    with pytest.raises(TripNotFound):
        trip.visible_to(BEN)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("description", "\x00"),
        ("version", 0),
        ("created_at", datetime(2026, 1, 1)),
        ("updated_at", datetime(2026, 1, 1)),
    ],
)
def test_there_is_no_impossible_trip(field: str, value: object) -> None:
    known: dict[str, Any] = {
        "id": TripId(uuid4()),
        "owner": AIKO,
        "title": "Kyoto",
        "description": "",
        "start": KYOTO.start,
        "end": KYOTO.end,
        "version": 1,
        "created_at": NOW,
        "updated_at": NOW,
    }
    with pytest.raises(InvalidValue, match=field):
        Trip(**known | {field: value})


@given(trip_drafts(), trip_drafts(), st.uuids(), st.uuids())
def test_a_later_start_is_a_higher_position(one: TripDraft, other: TripDraft, one_id: UUID, other_id: UUID) -> None:
    first, second = planned(one, trip_id=one_id), planned(other, trip_id=other_id)

    assert (first.position < second.position) is ((first.start, first.id) < (second.start, second.id))
