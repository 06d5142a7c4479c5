"""JSON Pointers and names."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.contract import pointer
from switchover.contract.naming import is_same, pascal, plain, snake

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(tokens=st.lists(TEXTS))
def test_a_pointer_as_a_fragment_leads_back_to_its_tokens(tokens: list[str]) -> None:
    fragment = pointer.as_fragment(pointer.of(tokens))

    assert fragment.startswith("#")
    assert fragment.isascii()
    assert pointer.split(fragment[1:]) == tokens


@given(token=TEXTS)
def test_a_token_survives_its_escape(token: str) -> None:
    assert pointer.unescape(pointer.escape(token)) == token
    assert "/" not in pointer.escape(token)


@pytest.mark.parametrize(
    ("fragment", "tokens"),
    [
        ("", []),
        ("/", [""]),
        ("/a~1b/m~0n", ["a/b", "m~n"]),
        ("/~01", ["~1"]),
        ("/paths/~1trips~1%7BtripId%7D", ["paths", "/trips/{tripId}"]),
        ("/a%2Fb", ["a", "b"]),
        ("/%7E1", ["/"]),
        ("/gr%C3%B6%C3%9Fe", ["größe"]),
    ],
)
def test_a_fragment_is_decoded_before_it_is_taken_apart(fragment: str, tokens: list[str]) -> None:
    assert pointer.split(fragment) == tokens


@pytest.mark.parametrize("fragment", ["anchor", "a/b", "/a~2", "/~", "/%FF"])
def test_what_is_no_pointer_is_said_to_be_none(fragment: str) -> None:
    with pytest.raises(ValueError, match=r"names an anchor|neither '~0' nor '~1'|not UTF-8"):
        pointer.split(fragment)


@pytest.mark.parametrize(
    ("token", "index"), [("0", 0), ("10", 10), ("01", None), ("-1", None), ("١", None), ("9" * 20, None)]
)
def test_an_index_has_no_sign_and_no_leading_zero(token: str, index: int | None) -> None:
    assert pointer.index(token) == index


@given(name=TEXTS)
def test_a_python_name_is_one_and_stays_one(name: str) -> None:
    found = snake(name)

    assert found.isidentifier()
    assert not keyword.iskeyword(found)
    assert snake(found) == found
    assert pascal(name).isidentifier()
    assert not keyword.iskeyword(pascal(name))


@given(name=TEXTS.filter(plain))
def test_a_name_and_its_python_name_are_the_same(name: str) -> None:
    assert is_same(name, snake(name))
    assert is_same(snake(name), name)
    assert is_same(name, name.replace("_", "-") if "_" in name else f"{name}_")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("getTrip", "get_trip"),
        ("GetTrip", "get_trip"),
        ("get-trip", "get_trip"),
        ("trips.get", "trips_get"),
        ("GET_TRIP", "get_trip"),
        ("getHTTPStatus2", "get_http_status2"),
        ("HTTPServer", "http_server"),
        ("ISBN13", "isbn13"),
        ("v2Trip", "v2_trip"),
        ("class", "class_"),
        ("2fa", "_2fa"),
        ("größe", "größe"),
        ("日本", "日本"),
        ("ﬁle", "file"),
        ("a²", "a2"),
        ("$select", "select"),
        ("$", "_"),
    ],
)
def test_names_become_python_names(name: str, expected: str) -> None:
    assert snake(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("get-trip", "GetTrip"), ("none", "ModelNone"), ("404_not_found", "Model404NotFound"), ("$", "Model")],
)
def test_names_become_class_names(name: str, expected: str) -> None:
    assert pascal(name) == expected


@pytest.mark.parametrize(("a", "b"), [("日本", "東京"), ("$", "_"), ("", "-"), ("ab", "abc")])
def test_different_names_are_not_the_same(a: str, b: str) -> None:
    assert not is_same(a, b)
