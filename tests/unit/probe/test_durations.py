"""Durations as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.probe import seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30.0), ("500ms", 0.5), ("2m", 120.0), ("1h", 3600.0), ("1.5s", 1.5), (" 2 m ", 120.0), ("24h", 86400.0)],
)
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("30", "'30' has no unit; write 30s, 30ms, 30m or 30h"),
        ("30 sec", "'30 sec' has the unit 'sec'; there are ms, s, m, h"),
        ("5S", "'5S' has the unit 'S'"),
        ("0s", "'0s' is no time at all"),
        ("0.0ms", "is no time at all"),
        ("25h", "'25h' is longer than a day"),
        ("", "'' is no duration; write a number and a unit"),
        ("s", "is no duration"),
        ("-1s", "is no duration"),
        ("1e3s", "is no duration"),
        ("infs", "is no duration"),
        ("٣s", "is no duration"),
        ("1:30", "is no duration"),
    ],
)
def test_what_is_no_duration_is_told_with_what_would_be(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        seconds_of(text)


@given(st.text(max_size=20))
def test_any_text_is_a_duration_within_a_day_or_refused(text: str) -> None:
    try:
        assert 0 < seconds_of(text) <= 86_400
    except ValueError as error:
        assert repr(text) in str(error)
