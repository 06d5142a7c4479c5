"""The Python side of a port: the public methods of a Protocol or class, with their annotations."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from switchover.contract.generic import TypeArguments, filled, type_arguments


@dataclass(frozen=True, eq=False)
class Method:
    """One method of the interface: annotations with their extras, `self` taken away."""

    name: str
    is_async: bool
    signature: inspect.Signature
    hints: dict[str, Any]
    doc: str | None
    problems: tuple[str, ...]

    @property
    def parameters(self) -> list[inspect.Parameter]:
        """The arguments, in order."""
        return list(self.signature.parameters.values())


def methods_of(interface: type) -> dict[str, Method]:
    """Every public method of an interface, inherited ones included."""
    found: dict[str, Method] = {}
    known = type_arguments(interface)
    for name in _names(interface):
        function = inspect.getattr_static(interface, name)
        if isinstance(function, staticmethod | classmethod | property) or not inspect.isfunction(function):
            continue
        owner = next(cls for cls in interface.__mro__ if name in vars(cls))
        found[name] = _method(name, function, known.get(owner, {}))
    return found


def _names(interface: type) -> Iterator[str]:
    seen: set[str] = set()
    for cls in interface.__mro__[::-1]:
        for name in vars(cls) if cls.__module__ not in ("builtins", "typing") else ():
            if not name.startswith("_") and name not in seen:
                seen.add(name)
                yield name


def _method(name: str, function: Any, known: TypeArguments) -> Method:
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())[1:]
    problems = []
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        problems.append("is a generator; a call has one answer: return a page of items and a cursor")
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else "**"
            problems.append(f"takes {stars}{parameter.name}; every argument needs a name and a type")
    try:
        written = typing.get_type_hints(function, include_extras=True)
        hints = {argument: filled(hint, known) for argument, hint in written.items()}
    except (NameError, TypeError, AttributeError, SyntaxError) as error:
        hints = {}
        problems.append(f"has an annotation that cannot be read: {error}")
    else:
        untyped = [parameter.name for parameter in parameters if parameter.name not in hints]
        problems += [f"has the argument {parameter!r} without a type" for parameter in untyped]
        if "return" not in hints:
            problems.append("has no return type; `-> None` if it returns nothing")
    return Method(
        name,
        inspect.iscoroutinefunction(function),
        signature.replace(parameters=parameters),
        hints,
        inspect.getdoc(function),
        tuple(problems),
    )
