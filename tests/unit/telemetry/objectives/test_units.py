"""Durations and percentages: exact, and the same text for the same value."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.telemetry.objectives import Duration, Percentage
from switchover.telemetry.objectives.units import number


@pytest.mark.parametrize(
    ("text", "milliseconds", "shown"),
    [
        ("300ms", 300, "300ms"),
        ("1500ms", 1500, "1500ms"),
        ("2000ms", 2000, "2s"),
        ("90s", 90_000, "90s"),
        ("5m", 300_000, "5m"),
        ("60m", 3_600_000, "1h"),
        ("24h", 86_400_000, "1d"),
        ("3d", 259_200_000, "3d"),
    ],
)
def test_a_duration_is_shown_in_the_largest_unit_that_fits(text: str, milliseconds: int, shown: str) -> None:
    duration = Duration.parse(text)
    assert duration == Duration(milliseconds)
    assert str(duration) == shown
    assert duration.seconds == milliseconds / 1000


@given(st.integers(1, 10**9 - 1))
def test_a_duration_is_read_as_it_is_shown(milliseconds: int) -> None:
    assert Duration.parse(str(Duration(milliseconds))) == Duration(milliseconds)


@pytest.mark.parametrize(
    "text", ["", "5", "ms", "0s", "-1s", "1.5s", "5 m", "5M", "1y", "5m ", "1h30m", "٣s", "5m\n", "9" * 10 + "s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration; write a whole number and a unit"):
        Duration.parse(text)


def test_no_duration_is_shorter_than_a_millisecond() -> None:
    with pytest.raises(ValueError, match="at least 1ms, not 0ms"):
        Duration(0)


@pytest.mark.parametrize(
    ("text", "share", "shown", "rest"),
    [
        ("1%", "0.01", "1%", "99%"),
        ("99.9 %", "0.999", "99.9%", "0.1%"),
        ("99.950%", "0.9995", "99.95%", "0.05%"),
        ("0.001%", "0.00001", "0.001%", "99.999%"),
        ("10%", "0.1", "10%", "90%"),
    ],
)
def test_a_percentage_is_exact(text: str, share: str, shown: str, rest: str) -> None:
    percentage = Percentage.parse(text)
    assert number(percentage.share) == share
    assert str(percentage) == shown
    assert str(percentage.rest) == rest


@given(st.integers(1, 99_999))
def test_a_percentage_is_read_as_it_is_shown(thousandths: int) -> None:
    percentage = Percentage(Decimal(thousandths) / 1000)
    assert Percentage.parse(str(percentage)) == percentage
    assert percentage.rest.rest == percentage


@pytest.mark.parametrize(
    "text", ["", "1", "%", "0.01", "1 percent", "-1%", "+1%", "1.2345%", "1e1%", "1  %", "٣%", "1%\n"]
)
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no percentage; write a number"):
        Percentage.parse(text)


@pytest.mark.parametrize("text", ["0%", "0.000%", "100%", "999%"])
def test_nothing_and_everything_are_no_percentages_to_promise(text: str) -> None:
    with pytest.raises(ValueError, match="more than 0% and less than 100%"):
        Percentage.parse(text)
