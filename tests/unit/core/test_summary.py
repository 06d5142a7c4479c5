"""A trip summed up, held against a count by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from livetrip_core import Moment, Trip, TripDraft, TripId, VisitedPlace, summarise
from unit.core.strategies import AIKO, NOW, moments, moments_of_a_week

written = st.lists(st.builds(Moment, moments_of_a_week(), st.none() | st.sampled_from(["a", "A", "b", "a ", "é"])))


def trip_of(start: date, end: date) -> Trip:
    return Trip.plan(TripDraft(title="Kyoto", start=start, end=end), trip_id=TripId(uuid4()), owner=AIKO, now=NOW)


KYOTO = trip_of(date(2026, 11, 20), date(2026, 11, 24))


@given(written)
def test_days_are_counted_one_by_one_where_they_happened(found: list[Moment]) -> None:
    summary = summarise(KYOTO, found)

    days = [date(2026, 11, day) for day in range(20, 25)]
    on_day = {day: [moment for moment in found if moment.happened_at.date() == day] for day in days}
    assert summary.trip_id == KYOTO.id
    assert summary.days == 5
    assert summary.days_with_entries == sum(1 for day in days if on_day[day])
    assert summary.entries == len(found)
    assert summary.entries_outside_trip == len(found) - sum(len(on_day[day]) for day in days)


@given(written)
def test_places_are_told_apart_by_their_exact_name_and_come_by_entries_and_then_by_name(found: list[Moment]) -> None:
    places = summarise(KYOTO, found).places

    names = [moment.place for moment in found if moment.place is not None]
    assert {place.name: place.entries for place in places} == {name: names.count(name) for name in names}
    for before, after in pairwise(places):
        assert before.entries > after.entries or (before.entries == after.entries and before.name < after.name)


@given(st.permutations(range(120)))
def test_at_most_a_hundred_places_are_named_and_the_choice_does_not_depend_on_the_order(order: list[int]) -> None:
    found = [Moment(NOW, f"place {number:03}") for number in order]

    assert summarise(KYOTO, found).places == tuple(
        VisitedPlace(name=f"place {number:03}", entries=1) for number in range(100)
    )


@given(st.lists(moments(), max_size=5))
def test_a_trip_over_all_days_there_are_can_be_summed_up(found: list[datetime]) -> None:
    everything = trip_of(date.min, date.max)

    summary = summarise(everything, [Moment(moment) for moment in found])

    assert summary.days == (date.max - date.min) // timedelta(days=1) + 1
    assert summary.days_with_entries == len({moment.date() for moment in found})
    assert summary.entries_outside_trip == 0
