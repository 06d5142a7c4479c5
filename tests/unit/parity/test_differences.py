"""Where two values differ."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, RootModel

from switchover.parity import differences, mutable_parts


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Point(NamedTuple):
    x: int
    y: int


@dataclass
class Loan:
    reader: str
    due: date | None = None


@dataclass(frozen=True)
class Stamp:
    at: str
    marks: list[str] = field(default_factory=list)


class Book(BaseModel):
    model_config = ConfigDict(populate_by_name=True, extra="allow")

    isbn_13: str = Field(alias="isbn13")
    loans: list[Loan] = []


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)

    tags: list[str] = []


class Shelf(RootModel[list[Book]]):
    pass


class Plain:
    """Has no equality of its own."""

    def __init__(self, value: int) -> None:
        self.value = value


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.floats(allow_nan=False), st.uuids(), st.datetimes()
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda below: (
        st.lists(below, max_size=3)
        | st.tuples(below)
        | st.dictionaries(st.text(max_size=3), below, max_size=3)
        | st.builds(lambda value: Stamp("now", [str(value)]), below)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_a_copy_does_not_differ(value: Any) -> None:
    assert list(differences(value, copy.deepcopy(value))) == []


@given(VALUES, VALUES)
def test_values_differ_if_and_only_if_they_are_not_equal_or_of_other_types(a: Any, b: Any) -> None:
    if not list(differences(a, b)):
        assert a == b


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([1, 2], (1, 2), [("", "is a list, and would arrive as a tuple")]),
        (True, 1, [("", "is a bool, and would arrive as an int")]),
        (1.5, 1, [("", "is a float, and would arrive as an int")]),
        ("a", "b", [("", "is a str that would arrive changed")]),
        (Color.RED, Color.BLUE, [("", "is a Color member that would arrive changed")]),
        (Color.RED, "red", [("", "is a Color member, and would arrive as a str")]),
        ([1], [1, 2], [("", "has 1 elements, and would arrive with 2")]),
        ({"a/b": {"c~d": 1}}, {"a/b": {"c~d": 2}}, [("/a~1b/c~0d", "is an int that would arrive changed")]),
        ({"a": 1}, {"b": 1}, [("/a", "would not arrive"), ("/b", "is not there, and would arrive")]),
        ([Loan("aiko")], [Loan("ben")], [("/0/reader", "is a str that would arrive changed")]),
        (Book(isbn_13="1"), Book(isbn_13="2"), [("/isbn13", "is a str that would arrive changed")]),
        (
            Book.model_validate({"isbn13": "1", "more": 1}),
            Book(isbn_13="1"),
            [("/more", "would not arrive")],
        ),
        (Shelf([Book(isbn_13="1")]), Shelf([Book(isbn_13="2")]), [("/0/isbn13", "is a str that would arrive changed")]),
        (Point(1, 2), Point(1, 3), [("/1", "is an int that would arrive changed")]),
        (Plain(1), Plain(2), [("/value", "is an int that would arrive changed")]),
        (
            datetime(2026, 1, 1),
            datetime(2026, 1, 1, tzinfo=UTC),
            [("", "is a datetime without an offset that would arrive changed")],
        ),
        (
            datetime(2026, 1, 1, 12, tzinfo=UTC),
            datetime(2026, 1, 1, 13, tzinfo=timezone(timedelta(hours=1))),
            [("", "would arrive with another offset")],
        ),
    ],
)
def test_a_difference_has_a_place_and_a_description(a: object, b: object, expected: list[tuple[str, str]]) -> None:
    assert list(differences(a, b)) == expected


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 1.0),
        (Plain(1), Plain(1)),
        ({1, 2}, {2, 1}),
        (Book(isbn_13="1"), Book(isbn_13="1")),
        (Shelf([]), Shelf([])),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=timezone(timedelta(0)))),
        (UUID(int=1), UUID(int=1)),
        (Loan, Loan),
    ],
)
def test_what_json_carries_whole_does_not_differ(a: object, b: object) -> None:
    assert list(differences(a, b)) == []


def test_everything_that_can_be_changed_is_found_once_with_its_place() -> None:
    shared = ["x"]
    value = {
        "book": Book(isbn_13="1", loans=[Loan("aiko")]),
        "frozen": Frozen(tags=["a"]),
        "stamp": Stamp("now", shared),
        "again": shared,
        "set": {1},
        "bytes": bytearray(b"x"),
        "shelf": Shelf([]),
        "fixed": (1, "a", frozenset({1}), Color.RED, b"x", date(2026, 1, 1)),
    }
    assert [path for path, _ in mutable_parts(value)] == [
        "",
        "/book",
        "/book/loans",
        "/book/loans/0",
        "/frozen/tags",
        "/stamp/marks",
        "/set",
        "/bytes",
        "/shelf",
        "/shelf",
    ]


def test_a_value_that_contains_itself_ends() -> None:
    value: list[Any] = []
    value.append(value)
    assert [path for path, _ in mutable_parts(value)] == [""]


class Measured(BaseModel):
    sides: list[int]

    @cached_property
    def area(self) -> int:
        return math.prod(self.sides)


@dataclass
class Measure:
    sides: list[int]

    @cached_property
    def area(self) -> int:
        return math.prod(self.sides)


@dataclass(slots=True)
class Slim:
    side: int


def test_what_was_set_on_a_dataclass_later_is_a_difference() -> None:
    noted, plain = Loan("aiko"), Loan("aiko")
    noted.note = ["a"]  # type: ignore[attr-defined]
    assert list(differences(noted, plain)) == [("/note", "would not arrive")]
    assert list(differences([plain], [noted])) == [("/0/note", "is not there, and would arrive")]
    assert [path for path, _ in mutable_parts(noted)] == ["", "/note"]
    assert list(differences(Slim(1), Slim(1))) == []


@pytest.mark.parametrize("cls", [Measured, Measure])
def test_what_a_value_works_out_for_itself_is_none(cls: Any) -> None:
    asked, fresh = cls(sides=[2, 3]), cls(sides=[2, 3])
    assert asked.area == 6
    assert list(differences(asked, fresh)) == []
    assert list(differences(asked, cls(sides=[2, 4]))) == [("/sides/1", "is an int that would arrive changed")]
