"""Types of the field: tagged unions, keys of mappings, classes of other libraries, names for type checkers; and what is noted."""

from __future__ import annotations

import collections.abc
import typing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar
from uuid import UUID

import attrs
import msgspec
import pytest
from pydantic import BaseModel, Field

from switchover import AsgiTransport, Contract, Fidelity
from switchover.contract.draft import draft

if TYPE_CHECKING:
    from decimal import Decimal as Amount

    from nowhere.at.all import Nothing  # type: ignore[import-not-found]

T = TypeVar("T")


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    LOW = 1


class Cat(BaseModel, frozen=True):
    kind: Literal["cat"] = "cat"
    lives: int = 9


class Dog(BaseModel, frozen=True):
    kind: Literal["dog"] = "dog"
    sound: str = "wuff"


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class Person(typing.TypedDict):
    name: str
    age: typing.NotRequired[int]


class Team(typing.TypedDict, total=False):
    people: list[Person]


@attrs.frozen
class Point:
    x: int
    _y: int = 2


class Line(msgspec.Struct, frozen=True):
    start: int
    end: int = 5


class Kennel:
    def tagged(self, pet: Pet) -> Pet:
        return Dog() if pet.kind == "cat" else Cat()

    def tagged_many(self, pets: list[Pet]) -> list[Pet]:
        return [*pets]

    def by_uuid(self, found: dict[UUID, int]) -> dict[UUID, int]:
        return dict(found)

    def by_date(self, found: dict[date, int]) -> dict[date, int]:
        return dict(found)

    def by_enum(self, found: dict[Colour, Colour]) -> dict[Colour, Colour]:
        return dict(found)

    def by_number(self, found: dict[Level, int]) -> dict[Level, int]:
        return dict(found)

    def by_literal(self, found: dict[Literal["a"], int]) -> dict[Literal["a"], int]:
        return dict(found)

    def summed(self, values: collections.abc.Iterable[int]) -> int:
        return sum(values)

    def amount(self, value: Amount) -> Amount:
        return value

    def person(self, person: Person) -> Person:
        return person.copy()

    def team(self, team: Team) -> Team | None:
        return {"people": [one.copy() for one in team["people"]]} if team else None

    def point(self, point: Point) -> Point:
        return attrs.evolve(point, x=point.x + 1)

    def lines(self, points: list[Point]) -> list[Line]:
        return [Line(point.x) for point in points]


ID = UUID("0198c0de-0000-7000-8000-000000000001")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("tagged", Cat(), Dog()),
        ("tagged", Dog(sound="grr"), Cat()),
        ("tagged_many", [Cat(), Dog()], [Cat(), Dog()]),
        ("by_uuid", {ID: 1}, {ID: 1}),
        ("by_date", {date(2026, 1, 1): 1}, {date(2026, 1, 1): 1}),
        ("by_enum", {Colour.RED: Colour.RED}, {Colour.RED: Colour.RED}),
        ("by_number", {Level.LOW: 1}, {Level.LOW: 1}),
        ("by_literal", {"a": 1}, {"a": 1}),
        ("summed", [1, 2], 3),
        ("person", {"name": "A"}, {"name": "A"}),
        ("person", {"name": "A", "age": 3}, {"name": "A", "age": 3}),
        ("team", {"people": [{"name": "A"}]}, {"people": [{"name": "A"}]}),
        ("point", Point(1, 3), Point(2, 3)),
        ("lines", [Point(1)], [Line(1)]),
    ],
)
def test_values_pass_in_every_wiring(name: str, value: Any, expected: Any) -> None:
    made = draft(Kennel)
    assert made.left_out == ()
    port: Any = Contract.read("draft.yaml", lambda _: made.text.encode()).bind(Kennel)
    with AsgiTransport(port.serve(Kennel(), trust="open")) as transport:
        for wired in (port.direct(Kennel(), fidelity=Fidelity.STRICT), port.http(transport=transport)):
            assert getattr(wired, name)(value) == expected


class Account:
    def __init__(self, id: int, name: str | None) -> None:  # noqa: A002
        self.id, self.name = id, name


class Column:
    def __init__(self, key: str, *, nullable: bool) -> None:
        self.key, self.nullable, self.type = key, nullable, self

    python_type = int


class Mapped:
    """As an ORM maps it."""

    __table__ = type("Table", (), {"columns": [Column("id", nullable=False), Column("parent", nullable=True)]})


@attrs.frozen
class Tree:
    below: list[Tree]


class Odd:
    def get_account(self, key: int) -> list[Account]:
        return []

    def get_mapped(self, key: int) -> Mapped | None:
        return None

    def get_class(self, kind: type[Account]) -> int:
        return 1

    def get_any_class(self, kind: type[T]) -> T:
        raise NotImplementedError

    def get_tree(self, key: int) -> Tree:
        raise NotImplementedError

    def get_unknown(self, key: Nothing) -> int:
        return 1

    def get_note(self, key: int) -> int:
        return key


def test_one_odd_method_does_not_lose_the_class() -> None:
    made = draft(Odd)
    assert made.methods == ("get_note",)
    found = {item.where.rpartition(".")[2]: item.message for item in made.left_out}
    view = "class AccountView(BaseModel, from_attributes=True): id: int; name: str | None"
    assert f"use a read model, made with AccountView.model_validate(account): {view}" in found["get_account"]
    assert "class MappedView(BaseModel, from_attributes=True): id: int; parent: int | None" in found["get_mapped"]
    assert found["get_class"] == "has the argument 'kind', which cannot cross as JSON: it is a class"
    assert "it is a class" in found["get_any_class"]
    assert "Tree is part of itself; use a dataclass" in found["get_tree"]
    assert "name 'Nothing' is not defined" in found["get_unknown"]


@dataclass
class Stamped:
    at: datetime
    data: bytes


class Careful:
    def wait(self, pause: timedelta = timedelta(days=400)) -> None: ...

    def move(self, at: datetime = datetime(2026, 1, 1)) -> None: ...

    def stamp(self, key: int) -> Stamped | None:
        return None

    def find_some(self, keys: list[int] | None = None) -> int:
        return 0

    def find_all(self, keys: list[int] = []) -> int:  # noqa: B006
        return 0


@pytest.mark.parametrize(
    "said",
    [
        "wait.pause: HTTP carries durations of whole seconds from 0 to 365 days",
        "move.at, stamp.return: HTTP carries times with an offset; a naive time is refused",
        "stamp.return: bytes inside JSON are carried as UTF-8 text",
        "find_some.keys: an empty list cannot be sent in a query, and is refused",
        "wait.pause, move.at: the default cannot be carried, so a call that leaves the argument out is refused",
    ],
)
def test_what_a_contract_cannot_carry_is_noted(said: str) -> None:
    assert any(note.startswith(said) for note in draft(Careful).notes)


@pytest.mark.parametrize(
    ("pause", "is_carried"),
    [
        (timedelta(0), True),
        (timedelta(seconds=90), True),
        (timedelta(days=365), True),
        (timedelta(days=366), False),
        (timedelta(microseconds=1), False),
        (timedelta(seconds=-1), False),
    ],
)
def test_the_note_about_durations_is_true(pause: timedelta, is_carried: bool) -> None:
    port: Any = Contract.read("draft.yaml", lambda _: draft(Careful).text.encode()).bind(Careful)
    strict = port.direct(Careful(), fidelity=Fidelity.STRICT)
    try:
        strict.wait(pause)
    except Exception as error:
        assert not is_carried, error
    else:
        assert is_carried


def test_times_with_an_offset_are_carried() -> None:
    port: Any = Contract.read("draft.yaml", lambda _: draft(Careful).text.encode()).bind(Careful)
    port.direct(Careful(), fidelity=Fidelity.STRICT).move(datetime(2026, 1, 1, tzinfo=UTC))
