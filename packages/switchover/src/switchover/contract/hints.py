"""The annotations of a function as pydantic can read them: names for type checkers, and classes of other libraries."""

from __future__ import annotations

import ast
import collections.abc
import functools
import inspect
import operator
import sys
import types
import typing
from collections.abc import Sequence
from typing import Annotated, Any

import typing_extensions

from switchover.contract.structs import Struct, is_struct


def hints_of(function: Any) -> dict[str, Any]:
    """Return the annotations of a function, with their extras.

    Names that are imported under `if TYPE_CHECKING:` are imported now. An argument that is an `Iterable` is a `Sequence`:
    what arrives can be gone through more than once.

    Raises:
        NameError, TypeError, AttributeError, SyntaxError: an annotation cannot be read.
    """
    try:
        found = typing.get_type_hints(function, include_extras=True)
    except NameError:
        below = inspect.unwrap(function)
        names = _names_for_type_checkers(below.__module__)
        found = typing.get_type_hints(below, {**below.__globals__, **names}, include_extras=True)
    return {name: readable(hint if name == "return" else _gone_through_often(hint)) for name, hint in found.items()}


def _gone_through_often(hint: Any) -> Any:
    return _rebuilt(hint, lambda one: Sequence if one is collections.abc.Iterable else one)


def readable(hint: Any) -> Any:
    """An annotation in which pydantic can read classes of attrs and msgspec, and TypedDict of the standard library."""
    return _rebuilt(hint, _readable_class)


def _readable_class(one: Any) -> Any:
    if is_struct(one):
        return Annotated[one, Struct(one, readable)]
    return _typed_dict(one) if _is_old_typed_dict(one) else one


def _rebuilt(hint: Any, change: typing.Callable[[Any], Any]) -> Any:
    """An annotation in which each class is changed; the same object if none is."""
    origin, given = typing.get_origin(hint), typing.get_args(hint)
    if origin is None:
        return change(hint)
    if origin is typing.Literal or not given:
        return hint
    if origin is Annotated:
        inner = _rebuilt(given[0], change)
        return hint if inner is given[0] else Annotated[(inner, *hint.__metadata__)]
    rebuilt = tuple(_rebuilt(one, change) if not isinstance(one, list) else one for one in given)
    changed = change(origin)
    if changed is origin and all(new is old for new, old in zip(rebuilt, given, strict=True)):
        return hint
    if origin in (typing.Union, types.UnionType):
        return functools.reduce(operator.or_, rebuilt)
    return changed[rebuilt if len(rebuilt) > 1 else rebuilt[0]]


# -- TypedDict of the standard library, which pydantic reads from Python 3.12 on


def _is_old_typed_dict(hint: Any) -> bool:
    is_typed_dict = typing.is_typeddict(hint) and type(hint).__module__ == "typing"
    return is_typed_dict and sys.version_info < (3, 12)


@functools.cache
def _typed_dict(cls: Any) -> Any:
    """The same TypedDict, as `typing_extensions` makes it; made once, so that it stays one type."""
    members: dict[str, Any] = {}
    for name, hint in typing.get_type_hints(cls, include_extras=True).items():
        # `__required_keys__` does not know qualifiers in annotations that are text (PEP 563).
        qualifier = typing.get_origin(hint)
        is_marked = qualifier in (typing.Required, typing.NotRequired)
        inner = typing.get_args(hint)[0] if is_marked else hint
        is_required = qualifier is typing.Required if is_marked else name in cls.__required_keys__
        made_of = typing_extensions.Required if is_required else typing_extensions.NotRequired
        members[name] = made_of[readable(inner)]
    made: Any = typing_extensions.TypedDict(cls.__name__, members)  # type: ignore[misc]
    made.__module__, made.__qualname__, made.__doc__ = cls.__module__, cls.__qualname__, cls.__doc__
    return made


# -- names under TYPE_CHECKING


@functools.cache
def _names_for_type_checkers(module: str) -> dict[str, Any]:
    """What a module imports for type checkers only. An import that fails is left out: its name stays unknown."""
    loaded = sys.modules.get(module)
    try:
        tree = ast.parse(inspect.getsource(loaded)) if loaded is not None else ast.Module([], [])
    except (OSError, TypeError, SyntaxError):
        return {}
    found: dict[str, Any] = {}
    package = getattr(loaded, "__package__", None)
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for statement in node.body:
                if isinstance(statement, ast.Import | ast.ImportFrom):
                    found |= _imported(statement, package)
    return found


def _imported(statement: ast.Import | ast.ImportFrom, package: str | None) -> dict[str, Any]:
    names: dict[str, Any] = {"__package__": package, "__name__": package}
    code = compile(ast.Module([statement], []), "<names for type checkers>", "exec")
    try:
        exec(code, names)  # noqa: S102 - the module's own import statement
    except Exception:  # what a module does when it is imported is its own, and may fail in any way
        return {}
    return {name: value for name, value in names.items() if not name.startswith("__")}
