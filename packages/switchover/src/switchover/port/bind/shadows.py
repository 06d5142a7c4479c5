"""Addresses of one operation that mean another: `/user/login` beside `/user/{name}`.

Concrete paths come before templated ones, whatever their methods (OpenAPI 3.1, section 4.8.8.1). So a value that is a piece of a concrete
path can be passed in-process, and reaches the other operation over HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from switchover.contract import Operation
from switchover.port.plan import Plan, Shadow
from switchover.port.received import View, reader
from switchover.port.requests import BoundParameter
from switchover.port.styles import UnreadableError
from switchover.port.values import UnusableValue
from switchover.port.wire import Received


def with_shadows(plan: Plan, operations: Sequence[Operation]) -> Plan:
    """A plan that knows which values of its parameters reach another of the operations."""
    found = tuple(shadow for other in operations if (shadow := _shadow(plan, other)) is not None)
    return replace(plan, shadows=found) if found else plan


def warnings_of(plan: Plan) -> Iterator[str]:
    """What is said of them when binding."""
    for shadow in plan.shadows:
        given = " and ".join(f"{name}={text!r}" for name, text in shadow.values)
        yield f"{plan.operation.id}: a call with {given} would reach {shadow.other} over HTTP; change one of the two paths"


def _shadow(plan: Plan, other: Operation) -> Shadow | None:
    mine, theirs = _pieces(plan.operation.path), _pieces(other.path)
    if len(mine) != len(theirs) or _order(theirs) >= _order(mine):
        return None
    taken: dict[int, str] = {}
    for index, (piece, wanted) in enumerate(zip(mine, theirs, strict=True)):
        if _is_templated(piece) and not _is_templated(wanted):
            taken[index] = wanted
        elif not _is_templated(piece) and piece != wanted:
            return None
    values = _values(plan, taken)
    return Shadow(taken, other, values) if values is not None else None


def _values(plan: Plan, taken: dict[int, str]) -> tuple[tuple[str, str], ...] | None:
    """The arguments that make a call reach the other operation; None where no argument can be that."""
    segments = [taken.get(index, piece) for index, piece in enumerate(_pieces(plan.operation.path))]
    bound = [item for item in plan.requests.parameters if item.segment in taken]
    if len(bound) != len(taken) or not all(_can_be(item, segments) for item in bound):
        return None
    return tuple((plan.arguments[item.index], taken[item.segment]) for item in bound)


def _can_be(bound: BoundParameter, segments: list[str]) -> bool:
    try:
        bound.value(reader(bound.parameter, bound.segment)(View(Received(segments, "", [], None))))
    except (UnreadableError, UnusableValue):
        return False
    return True


def _pieces(path: str) -> list[str]:
    return path.split("/")[1:]


def _order(pieces: list[str]) -> list[bool]:
    return [_is_templated(piece) for piece in pieces]


def _is_templated(piece: str) -> bool:
    return "{" in piece
