"""Points in time, up to both ends of what a datetime can say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from livetrip_core import InvalidValue, instant
from unit.core.strategies import moments

FIRST = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
LAST = datetime.max.replace(tzinfo=timezone(timedelta(hours=-14)))


@given(moments())
@example(FIRST)
@example(LAST)
def test_a_moment_is_read_back_as_it_was_written_with_the_same_offset(moment: datetime) -> None:
    read = instant.at(instant.microseconds(moment), instant.offset_minutes(moment))

    assert read == moment
    assert read.utcoffset() == moment.utcoffset()
    assert read.replace(tzinfo=None) == moment.replace(tzinfo=None)


@given(moments(), moments())
@example(FIRST, FIRST.replace(tzinfo=UTC))
def test_microseconds_sort_as_moments_do_whatever_their_offsets(one: datetime, other: datetime) -> None:
    assert (instant.microseconds(one) < instant.microseconds(other)) is (one < other)
    assert (instant.microseconds(one) == instant.microseconds(other)) is (one == other)


@given(moments())
@example(FIRST)
@example(LAST)
def test_microseconds_fit_a_signed_64_bit_number(moment: datetime) -> None:
    assert -(2**63) <= instant.microseconds(moment) < 2**63


def test_the_first_moment_of_all_comes_before_year_one_in_utc() -> None:
    assert instant.microseconds(FIRST) == -14 * 3600 * 10**6
    assert instant.microseconds(datetime.min.replace(tzinfo=UTC)) == 0


@given(moments())
def test_a_moment_at_its_own_offset_is_the_same_moment_on_the_same_day(moment: datetime) -> None:
    kept = instant.at_own_offset("happened_at", moment)

    assert (kept, kept.date(), kept.utcoffset()) == (moment, moment.date(), moment.utcoffset())


@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_happens_twice_is_told_apart_by_its_offset(fold: int) -> None:
    moment = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=fold)

    kept = instant.at_own_offset("happened_at", moment)

    assert kept.utcoffset() == timedelta(hours=2 - fold)
    assert kept.date() == date(2026, 10, 25)


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(InvalidValue, match="happened_at"):
        instant.at_own_offset("happened_at", datetime(2026, 11, 21))


@given(st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).filter(lambda offset: offset % timedelta(minutes=1)))
def test_an_offset_that_rfc_3339_cannot_write_is_refused(offset: timedelta) -> None:
    with pytest.raises(InvalidValue, match="whole minutes"):
        instant.at_own_offset("happened_at", datetime(2026, 11, 21, tzinfo=timezone(offset)))
