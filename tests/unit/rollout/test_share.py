from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.rollout import Share


@given(st.integers(0, 10_000))
def test_a_share_is_read_as_it_is_written(steps: int) -> None:
    assert Share.parse(str(Share(steps))) == steps


@pytest.mark.parametrize(
    ("text", "steps"), [("1", 100), ("0.05", 5), ("12.5 %", 1250), ("100%", 10_000), ("0", 0), ("0.5", 50)]
)
def test_a_share_is_a_percentage(text: str, steps: int) -> None:
    assert Share.parse(text) == Share(steps)
    assert repr(Share(steps)) == f"Share({steps})"


@pytest.mark.parametrize("text", ["", "-1", "100.01", "1e1", "1.234", "many", "1,5", "٣", "999", " 1", "1 % "])
def test_what_is_no_percentage_is_refused_with_what_would_be_one(text: str) -> None:
    with pytest.raises(ValueError, match="0 to 100, with up to two digits"):
        Share.parse(text)


@pytest.mark.parametrize("steps", [-1, 10_001])
def test_a_share_has_bounds(steps: int) -> None:
    with pytest.raises(ValueError, match=f"not {steps}"):
        Share(steps)
