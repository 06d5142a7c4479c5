"""Positions in a list."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

import livetrip_contract as contract
from livetrip_core import Cursor, InvalidValue
from unit.core.strategies import cursors

HEX = st.text("0123456789abcdef", min_size=48, max_size=48)


@given(HEX)
@example("0" * 48)
@example("f" * 48)
def test_every_48_hex_digits_are_a_position_that_is_written_the_same_way(written: str) -> None:
    assert str(Cursor.parse(written)) == written


@given(cursors())
def test_a_position_is_read_back_as_it_was_written(cursor: Cursor) -> None:
    assert Cursor.parse(str(cursor)) == cursor
    assert re.fullmatch("[0-9a-f]{48}", str(cursor))


@given(cursors(), cursors())
def test_written_positions_sort_as_positions_do(one: Cursor, other: Cursor) -> None:
    assert (str(one) < str(other)) is (one < other)
    assert (one < other) is ((one.key, one.id) < (other.key, other.id))


@given(st.text("0123456789abcdefABCDEFg\n٣", min_size=46, max_size=50) | HEX)
@example("0" * 47)
@example("0" * 48 + "\n")
@example("٣" * 48)
def test_a_text_is_a_position_if_and_only_if_the_contract_allows_it(written: str) -> None:
    try:
        TypeAdapter[str](contract.Cursor).validate_python(written)
    except ValidationError:
        with pytest.raises(InvalidValue, match="cursor"):
            Cursor.parse(written)
    else:
        assert str(Cursor.parse(written)) == written


@pytest.mark.parametrize("key", [2**63, -(2**63) - 1])
def test_a_key_of_more_than_64_bits_is_refused(key: int) -> None:
    with pytest.raises(InvalidValue):
        Cursor(key, UUID(int=0))


def test_the_example_of_the_contract_is_the_position_of_a_trip() -> None:
    cursor = Cursor.parse("80000000000b48ea0198c0de000070008000000000000001")

    assert cursor == Cursor(0xB48EA, UUID("0198c0de-0000-7000-8000-000000000001"))
