"""What operations are called: their `operationId`, or a name made of method and path where it is none that a method can have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from switchover.contract.naming import plain, snake
from switchover.contract.node import Node

_PIECE: Final = re.compile(r"\{([^{}]*)\}|([^{}/]+)")


@dataclass(frozen=True, eq=False)
class Place:
    """One operation of a document, before it is read."""

    path: str
    item: Node
    method: str

    @property
    def node(self) -> Node:
        """The Operation Object, as it stands there."""
        return self.item.at(self.method)


@dataclass(frozen=True, slots=True)
class Identifier:
    """What an operation is called; `note` says why it is not called after its `operationId`."""

    name: str
    note: str = ""


def identifiers(places: Iterable[Place]) -> list[tuple[Place, Identifier]]:
    """Return what each operation is called. Names of the contract's own come before names that are made up."""
    listed = list(places)
    taken: dict[str, Place] = {}
    problems: dict[Place, str] = {}
    for place in listed:
        own = _own(place)
        problem = _problem(own)
        if not problem and (first := taken.setdefault(plain(own), place)) is not place:
            problem = f"has the `operationId` of {first.method.upper()} {first.path} at {first.node.where}"
        if problem:
            problems[place] = problem
    return [(place, _identifier(place, problems.get(place), taken)) for place in listed]


def derived(method: str, path: str) -> str:
    """Return a name made of method and path: `getPetsByPetId` for GET /pets/{petId}."""
    words = [f"by {name}" if name else text for name, text in _PIECE.findall(path)]
    pieces = [piece for piece in snake(" ".join([method, *(words or ["root"])])).split("_") if piece]
    return pieces[0] + "".join(piece[:1].upper() + piece[1:] for piece in pieces[1:])


def _identifier(place: Place, problem: str | None, taken: dict[str, Place]) -> Identifier:
    if problem is None:
        return Identifier(_own(place))
    base = name = derived(place.method, place.path)
    count = 2
    while taken.setdefault(plain(name), place) is not place:
        name, count = f"{base}{count}", count + 1
    return Identifier(name, f"{problem}; it is called {name}, after its method and path")


def _own(place: Place) -> Any:
    value = place.node.resolved().value
    return value.get("operationId") if isinstance(value, dict) else None


def _problem(operation_id: Any) -> str:
    """Say why no public method can be called after an operation."""
    if operation_id is None:
        return "has no `operationId`"
    if not isinstance(operation_id, str) or not plain(operation_id):
        return f"has the `operationId` {operation_id!r}, which is no name"
    if snake(operation_id).startswith("_"):
        return f"has the `operationId` {operation_id!r}, which does not start with a letter, as a name in Python does"
    return ""
