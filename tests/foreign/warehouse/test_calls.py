from __future__ import annotations

from typing import Literal

import pytest

from foreign.warehouse.house import ByName, BySku, Colour, InDays, OnShelf, Range, Warehouse, Wish
from foreign.wirings import WIRINGS, Wiring, contract
from switchover.errors import InvalidRequest

PORT = contract("warehouse").bind(Warehouse)


@pytest.fixture(params=WIRINGS, ids=lambda wiring: wiring.__name__)
def backend_and_client(request: pytest.FixtureRequest) -> tuple[Warehouse, Warehouse]:
    wiring: Wiring = request.param
    backend = Warehouse()
    return backend, wiring(PORT, backend)


@pytest.fixture
def house(backend_and_client: tuple[Warehouse, Warehouse]) -> Warehouse:
    return backend_and_client[1]


def test_arrays_cross_in_every_style_of_a_query(house: Warehouse) -> None:
    colours: list[Colour] = ["light,blue", "a b|c"]

    found = house.queryArrays([1, -2], colours, spaced=["a&b", "100%", "x|y,z"], piped=[0.5, 2.0])

    assert found == [[1, -2], colours, ["a&b", "100%", "x|y,z"], [0.5, 2.0]]


def test_an_array_of_one_is_an_array(house: Warehouse) -> None:
    assert house.queryArrays([7], ["red"], spaced=["x"], piped=[1.5]) == [[7], ["red"], ["x"], [1.5]]


def test_arrays_may_be_left_out(house: Warehouse) -> None:
    assert house.queryArrays() == [[], [], [], []]


def test_objects_cross_in_every_style_of_a_query(house: Warehouse) -> None:
    found = house.query_objects(
        exploded=Wish(colour="a b|c", size=3),
        flat=Range(low=1, high=9),
        deep=Range(low=-4),
        json={"a&b": [True, None], "ü": []},
    )

    assert found == [{"colour": "a b|c", "size": 3}, {"low": 1, "high": 9}, {"low": -4}, {"a&b": [True, None], "ü": []}]


def test_objects_may_be_left_out(house: Warehouse) -> None:
    assert house.query_objects() == [None, None, None, None]


def test_headers_and_cookies_are_arguments(house: Warehouse) -> None:
    found = house.headers(7, ["a", "b c"], Range(low=1, high=2), Range(low=3), "s=1", [1, 2])

    assert found == [7, ["a", "b c"], {"low": 1, "high": 2}, {"low": 3}, "s=1", [1, 2]]
    assert house.headers(0) == [0, [], None, None, None, []]


def test_every_style_of_a_path_crosses(house: Warehouse) -> None:
    found = house.path_styles([1, 2], "a.b", ["x y", "ü/"], False, [3, 4], Range(low=5, high=6))

    assert found == [[1, 2], "a.b", ["x y", "ü/"], False, [3, 4], {"low": 5, "high": 6}]


def test_several_successes_are_several_types(house: Warehouse) -> None:
    assert house.place_order(BySku("s1")) == OnShelf("A3")
    assert house.place_order(ByName("nail", 12)) == InDays(12)
    assert house.place_order(ByName("nail", 100)) is None


@pytest.mark.parametrize("mode", ["auto", 4])
def test_a_word_or_a_number_arrives_as_what_it_was(
    backend_and_client: tuple[Warehouse, Warehouse], mode: Literal["auto"] | int
) -> None:
    backend, client = backend_and_client

    client.place_order(BySku("s1"), priority=1, mode=mode)

    assert backend.last == (1, mode)


def test_the_contract_speaks_about_inline_schemas_too(house: Warehouse) -> None:
    with pytest.raises(InvalidRequest, match="body#/amount"):
        house.place_order(ByName("nail", 0))
