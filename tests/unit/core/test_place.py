"""Places, exactly as the contract allows them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

import livetrip_contract as contract
from livetrip_core import Coordinates, InvalidValue, Mood, Place
from unit.core.strategies import any_texts


@given(st.floats() | st.floats(-200, 200), st.floats() | st.floats(-200, 200))
@example(90.0, 180.0)
@example(-90.0, -180.0)
@example(90.00000000000001, 0.0)
@example(0.0, -180.00000000000003)
@example(float("nan"), 0.0)
@example(0.0, float("nan"))
def test_coordinates_are_taken_if_and_only_if_the_contract_allows_them(latitude: float, longitude: float) -> None:
    try:
        contract.Coordinates(latitude=latitude, longitude=longitude)
    except ValidationError:
        with pytest.raises(InvalidValue):
            Coordinates(latitude=latitude, longitude=longitude)
    else:
        assert Coordinates(latitude=latitude, longitude=longitude).latitude == latitude


@given(any_texts())
def test_a_place_is_taken_if_and_only_if_the_contract_allows_its_name(name: str) -> None:
    try:
        contract.Place(name=name)
    except ValidationError:
        with pytest.raises(InvalidValue, match=r"place\.name"):
            Place(name=name)
    else:
        assert Place(name=name).coordinates is None


def test_the_moods_are_those_of_the_contract() -> None:
    assert [mood.value for mood in Mood] == [mood.value for mood in contract.Mood]
