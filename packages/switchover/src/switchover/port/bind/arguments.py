"""The arguments of a method while they are given out, and the differences found on the way."""

from __future__ import annotations

import inspect
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic_core import from_json

from switchover.contract import Node, SchemaEngine, Shape
from switchover.contract.interface import Method
from switchover.port.matching import Match
from switchover.port.requests import REQUIRED
from switchover.port.values import UnusableValue, ValueCodec


class Arguments:
    """The arguments of one method.

    Attributes:
        all: those after the caller.
        found: differences, as sentences.
    """

    def __init__(self, method: Method, engine: SchemaEngine) -> None:
        self.method = method
        self.engine = engine
        self.all = method.parameters
        self.found: list[str] = []
        self._taken: set[str] = set()

    def hint(self, argument: inspect.Parameter) -> Any:
        """The annotation of an argument."""
        return self.method.hints.get(argument.name)

    def index(self, argument: inspect.Parameter) -> int:
        """The position of an argument."""
        return self.all.index(argument)

    def left(self) -> list[inspect.Parameter]:
        """The arguments that nothing fills yet."""
        return [argument for argument in self.all if argument.name not in self._taken]

    def take(self, *arguments: inspect.Parameter) -> None:
        """Arguments are filled."""
        self._taken.update(argument.name for argument in arguments)

    def codec(
        self,
        found: Match,
        node: Node,
        shape: Shape,
        label: str,
        *,
        omits_unset: bool = True,
        is_marked: bool = False,
    ) -> ValueCodec:
        """The codec of a value that fits its schema; `is_marked` where all of it is personal."""
        check = self.engine.check(node, is_marked=is_marked)
        return ValueCodec(found, check, shape, label, omits_unset=omits_unset)


def default_of(argument: inspect.Parameter) -> Any:
    """The default of an argument, or REQUIRED."""
    return REQUIRED if argument.default is argument.empty else argument.default


def default_difference(codec: ValueCodec, default: Any, declared: tuple[Any, ...], label: str) -> str | None:
    """What is wrong with a default of Python's, held against the one that the contract declares (if it does)."""
    try:
        plain = from_json(codec.write(default))
    except UnusableValue:
        return f"{label} has the default {default!r}, which is not of the argument's own type"
    if declared and plain != declared[0]:
        return f"{label} left out means {declared[0]!r} in the contract and {default!r} in the argument"
    return None


def members_of(hint: Any) -> list[Any]:
    """The members of a union; what is no union has one."""
    return list(get_args(hint)) if get_origin(hint) in (Union, UnionType) else [hint]


def without_none(hint: Any) -> Any:
    """`str` for `str | None`."""
    rest = [member for member in members_of(hint) if member is not NoneType]
    return rest[0] if len(rest) == 1 else hint
