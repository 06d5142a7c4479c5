"""When a credential is renewed, and how long the pauses between failures are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover import Renewal
from switchover.trust.renewal import BackOff


@given(st.floats(0.1, 10), st.floats(10, 100), st.lists(st.floats(0, 1), min_size=1, max_size=90))
def test_pauses_grow_end_and_keep_at_least_half_of_themselves(
    first: float, longest: float, chances: list[float]
) -> None:
    drawn = iter(chances)
    back_off = BackOff(Renewal(back_off_seconds=first, longest_back_off_seconds=longest, chance=lambda: next(drawn)))
    assert back_off.seconds_left(0) == 0
    for number in range(len(chances)):
        now = 1000.0 * number
        bound = min(first * 2.0**number, longest)
        pause = back_off.failed(now)
        assert bound / 2 <= pause <= bound
        assert back_off.seconds_left(now) == pytest.approx(pause)
        assert back_off.seconds_left(now + pause) == 0
    back_off.succeeded()
    assert back_off.seconds_left(1000.0 * len(chances)) == 0


@pytest.mark.parametrize(
    "given",
    [
        {"share": 0},
        {"share": 1.1},
        {"share": float("nan")},
        {"margin_seconds": 0},
        {"back_off_seconds": -1},
        {"longest_back_off_seconds": float("inf")},
        {"refusal_seconds": float("nan")},
    ],
)
def test_times_that_make_no_sense_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"lifetime|more than 0 seconds"):
        Renewal(**given)
