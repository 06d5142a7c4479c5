"""Answers are compared as canonical JSON, without what may differ."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.rehearsal import SafeCall
from switchover.rehearsal.comparing import places, plain

values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab/~*", max_size=3),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text("ab/~*", max_size=2), below, max_size=3),
    max_leaves=8,
)


@given(values)
def test_what_is_equal_differs_nowhere(value: Any) -> None:
    assert list(places(plain(value, ()), plain(value, ()))) == []


@given(values, values)
def test_what_differs_differs_somewhere(a: Any, b: Any) -> None:
    found = list(places(plain(a, ()), plain(b, ())))
    assert bool(found) == (
        plain(a, ()) != plain(b, ()) or (repr(plain(a, ())) != repr(plain(b, ())) and has_other_types(a, b))
    )


def has_other_types(a: Any, b: Any) -> bool:
    """Python has True == 1; JSON has not."""
    if isinstance(a, dict) and isinstance(b, dict):
        return any(has_other_types(a[name], b[name]) for name in a)
    if isinstance(a, list) and isinstance(b, list):
        return any(has_other_types(mine, theirs) for mine, theirs in zip(a, b, strict=True))
    return type(a) is not type(b)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ({"a": 1}, {"a": 2}, ["/a"]),
        ({"a": 1, "b": 1}, {"a": 1}, ["/b"]),
        ({"a": [1, {"b/c": 2}]}, {"a": [1, {"b/c": 3}]}, ["/a/1/b~1c"]),
        ([1], [1, 2], ["/"]),
        ({"a": True}, {"a": 1}, ["/a"]),
        ({"a": None}, {"a": []}, ["/a"]),
    ],
)
def test_the_place_is_told_and_not_the_value(a: Any, b: Any, expected: list[str]) -> None:
    assert list(places(a, b)) == expected


@pytest.mark.parametrize(
    ("value", "varying", "expected"),
    [
        ({"a": 1, "at": 2}, ("/at",), {"a": 1}),
        ({"items": [{"id": 1, "at": 2}, {"id": 2, "at": 3}]}, ("/items/*/at",), {"items": [{"id": 1}, {"id": 2}]}),
        ({"x": {"at": 1}, "y": {"at": 2, "b": 3}}, ("/*/at",), {"x": {}, "y": {"b": 3}}),
        ([1, 2, 3], ("/1",), [1, None, 3]),
        ({"a/b": 1, "c~d": 2, "e": 3}, ("/a~1b", "/c~0d"), {"e": 3}),
        ({"a": 1}, ("/b/c", "/a/b", "/nothing"), {"a": 1}),
    ],
)
def test_what_may_differ_is_left_out(value: Any, varying: tuple[str, ...], expected: Any) -> None:
    assert plain(value, varying) == expected


async def nothing() -> None: ...


def test_a_pointer_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'updatedAt' is no JSON Pointer to a part of an answer; write /updatedAt"):
        SafeCall("getTrip", nothing, varying=("updatedAt",))


def test_a_call_is_known_by_operation_and_name() -> None:
    assert str(SafeCall("getTrip", nothing)) == "getTrip"
    assert str(SafeCall("getTrip", nothing, "second")) == "getTrip (second)"


def test_what_is_no_json_is_no_answer() -> None:
    with pytest.raises(ValueError, match="this is no JSON"):
        plain({"a": object()}, ())
