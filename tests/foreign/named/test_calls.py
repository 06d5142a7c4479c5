from __future__ import annotations

import pytest

from foreign.named.names import Names
from foreign.wirings import WIRINGS, Wiring, contract

PORT = contract("named").bind(Names)


@pytest.fixture(params=WIRINGS, ids=lambda wiring: wiring.__name__)
def names(request: pytest.FixtureRequest) -> Names:
    wiring: Wiring = request.param
    made: Names = wiring(PORT, Names())
    return made


async def test_operation_ids_in_any_case_style_find_their_methods(names: Names) -> None:
    assert await names.root() == "root"
    assert await names.items_list() == "list"
    assert await names.odd_path() == "odd"


@pytest.mark.parametrize("identifier", ["1", "a/b", "ü %2F", "mine2", "a+b&c=d", "..x"])
async def test_parameters_of_one_name_are_told_apart_by_their_place(names: Names, identifier: str) -> None:
    assert await names.items_read(identifier, "q") == f"{identifier} q None None"
    assert await names.items_read("p", identifier, select="a,b", page_number=2) == f"p {identifier} a,b 2"


async def test_a_method_may_have_a_name_of_any_script(names: Names) -> None:
    assert await names.größe("1", "2") == "1 2 none"
    assert await names.größe("1", "2", class_="x") == "1 2 x"


async def test_a_path_may_end_in_a_slash(names: Names) -> None:
    assert await names.slashed("7") == "7"
    assert await names.slashed("a/b") == "a/b"


async def test_a_path_without_parameters_comes_first(names: Names) -> None:
    assert await names.get_http_item2() == "mine"
    assert await names.items_read("mines", "q") == "mines q None None"
