"""Type variables of a generic interface: `class Trips(Repository[Trip])` says what the `T` of the methods it inherits is."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

TypeArguments = Mapping[Any, Any]
"""What stands for each type variable."""


def type_arguments(interface: type) -> dict[type, TypeArguments]:
    """What the type variables of each class that an interface extends stand for; a variable that is left open is not there."""
    found: dict[type, TypeArguments] = {}
    waiting: list[tuple[type, TypeArguments]] = [(interface, {})]
    while waiting:
        cls, known = waiting.pop()
        if len(known) >= len(found.get(cls, ())):
            found[cls] = known
            waiting += _bases(cls, known)
    return found


def filled(hint: Any, known: TypeArguments) -> Any:
    """An annotation in which type variables are replaced by what they stand for."""
    if isinstance(hint, TypeVar):
        return known.get(hint, hint)
    open_ = _open(hint)
    if not any(variable in known for variable in open_):
        return hint
    return hint[tuple(known.get(variable, variable) for variable in open_)]


def _open(hint: Any) -> tuple[Any, ...]:
    """The type variables of an annotation. A class without brackets has none left, unless it is a pydantic model given some."""
    if isinstance(hint, type) and not typing.get_args(hint):
        metadata = getattr(hint, "__pydantic_generic_metadata__", None) or {}
        return tuple(metadata.get("parameters", ()))
    return tuple(getattr(hint, "__parameters__", ()))


def _bases(cls: type, known: TypeArguments) -> Iterator[tuple[type, TypeArguments]]:
    written = vars(cls).get("__orig_bases__", cls.__bases__)
    for base in written:
        origin = typing.get_origin(base) or base
        if isinstance(origin, type) and origin not in (object, typing.Generic, typing.Protocol):
            variables = getattr(origin, "__parameters__", ())
            given = typing.get_args(base)
            pairs = zip(variables, given, strict=True) if len(variables) == len(given) else ()
            yield (
                origin,
                {variable: value for variable, hint in pairs if (value := filled(hint, known)) is not variable},
            )
