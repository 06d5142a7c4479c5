"""The Python side of a port: the public methods of a Protocol or class, with their annotations."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from switchover.contract.functions import ModuleFunction
from switchover.contract.generic import TypeArguments, filled, type_arguments
from switchover.contract.hints import hints_of


@dataclass(frozen=True, eq=False)
class Method:
    """One method of the interface: annotations with their extras, `self` taken away.

    Attributes:
        is_optional: whether a contract may leave it out: static and class methods are often helpers.
        function: the function as written, below its decorators.
    """

    name: str
    is_async: bool
    signature: inspect.Signature
    hints: dict[str, Any]
    doc: str | None
    problems: tuple[str, ...]
    is_optional: bool = False
    function: Any = None

    @property
    def parameters(self) -> list[inspect.Parameter]:
        """The arguments, in order."""
        return list(self.signature.parameters.values())


def methods_of(interface: type) -> dict[str, Method]:
    """Every public method of an interface, inherited ones included; static, class and cached methods too."""
    found: dict[str, Method] = {}
    known = type_arguments(interface)
    for name in _names(interface):
        attribute = inspect.getattr_static(interface, name)
        if is_method(attribute):
            owner = next(cls for cls in interface.__mro__ if name in vars(cls))
            found[name] = _method(name, attribute, known.get(owner, {}))
    return found


def other_members(interface: type) -> dict[str, str]:
    """Public members that look like something to call and cannot be operations, each with what it is."""
    found: dict[str, str] = {}
    for name in _names(interface):
        attribute = inspect.getattr_static(interface, name)
        if isinstance(attribute, property | functools.cached_property):
            found[name] = "a property"
        elif not is_method(attribute) and not isinstance(attribute, type) and _is_callable(attribute):
            found[name] = f"a {type(attribute).__name__}"
    return found


def is_method(attribute: Any) -> bool:
    """Whether an attribute of a class is a function, or one that static, class or wrapping decorators have made of a function."""
    if isinstance(attribute, staticmethod | classmethod):
        attribute = attribute.__func__
    if isinstance(attribute, type) or not callable(attribute):
        return False
    return inspect.isfunction(attribute) or inspect.isfunction(inspect.unwrap(attribute))


def _is_callable(attribute: Any) -> bool:
    return callable(attribute) or hasattr(type(attribute), "__get__")


def _names(interface: type) -> Iterator[str]:
    seen: set[str] = set()
    for cls in interface.__mro__[::-1]:
        for name in vars(cls) if cls.__module__ not in ("builtins", "typing") else ():
            if not name.startswith("_") and name not in seen:
                seen.add(name)
                yield name


def _method(name: str, attribute: Any, known: TypeArguments) -> Method:
    is_static = isinstance(attribute, staticmethod)
    is_bare = is_static or isinstance(attribute, classmethod)
    function = attribute.__func__ if is_bare else attribute
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())
    problems = []
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        problems.append("is a generator; a call has one answer: return a page of items and a cursor")
    if _is_hidden(function, parameters):
        problems.append("has a decorator that hides its arguments; use functools.wraps in the decorator")
        parameters = []
    elif not is_static:
        parameters = parameters[1:]
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else "**"
            problems.append(f"takes {stars}{parameter.name}; every argument needs a name and a type")
    try:
        written = _written(function, signature)
        hints = {argument: filled(hint, known) for argument, hint in written.items()}
    except (NameError, TypeError, AttributeError, SyntaxError) as error:
        hints = {}
        problems.append(f"has an annotation that cannot be read: {error}")
    else:
        untyped = [parameter.name for parameter in parameters if parameter.name not in hints]
        problems += [f"has the argument {parameter!r} without a type" for parameter in untyped]
        if "return" not in hints and not _is_hidden(function, list(signature.parameters.values())):
            problems.append("has no return type; `-> None` if it returns nothing")
    return Method(
        name,
        inspect.iscoroutinefunction(function),
        signature.replace(parameters=parameters),
        hints,
        inspect.getdoc(function),
        tuple(problems),
        is_bare and not isinstance(attribute, ModuleFunction),
        inspect.unwrap(function),
    )


def _written(function: Any, signature: inspect.Signature) -> dict[str, Any]:
    """The annotations of a function, and those of a signature that a decorator has given it (`__signature__`)."""
    found = hints_of(function)
    shown = {parameter.name: parameter.annotation for parameter in signature.parameters.values()}
    shown["return"] = signature.return_annotation
    given = {name: hint for name, hint in shown.items() if hint is not signature.empty and not isinstance(hint, str)}
    return {**{name: type(None) if hint is None else hint for name, hint in given.items()}, **found}


def _is_hidden(function: Any, parameters: list[inspect.Parameter]) -> bool:
    """Whether this is the inner function of a decorator that takes anything and does not say what it wraps."""
    kinds = [parameter.kind for parameter in parameters]
    is_inner = "<locals>" in getattr(function, "__qualname__", "")
    takes_all = [inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD]
    return is_inner and kinds[-2:] == takes_all and len(kinds) <= 3 and not hasattr(function, "__wrapped__")
