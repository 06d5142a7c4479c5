"""What a method may raise, from its docstring and its source, and how each exception looks as a problem."""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import textwrap
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from switchover.contract.interface import Method
from switchover.contract.naming import snake
from switchover.contract.operations.failures import member_names

_NAME: Final = r"[A-Za-z_][A-Za-z0-9_.]*"
_SECTION: Final = re.compile(
    r"^[ \t]*Raises:?[ \t]*\n(?P<underline>[ \t]*-+[ \t]*\n)?(?P<text>.*?)(?=\n[ \t]*\n|\Z)", re.MULTILINE | re.DOTALL
)
_GOOGLE: Final = re.compile(rf"^[ \t]*({_NAME})[ \t]*:", re.MULTILINE)
_NUMPY: Final = re.compile(rf"^({_NAME})[ \t]*$", re.MULTILINE)
_SPHINX: Final = re.compile(rf"^[ \t]*:raises?[ \t]+({_NAME})[ \t]*:", re.MULTILINE)
_DETAIL: Final = ("self", "detail", "message", "msg", "problem_type")
_STARRED: Final = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)

_STATUS_BY_WORD: Final = (
    (404, ("notfound", "missing", "unknown", "nosuch")),
    (409, ("conflict", "already", "exists", "duplicate", "taken", "lent", "locked", "stale")),
    (403, ("forbidden", "denied", "notallowed", "permission")),
    (410, ("gone", "expired")),
    (429, ("toomany", "ratelimit", "quota")),
)
_STATUS_BY_BASE: Final = ((404, LookupError), (403, PermissionError), (422, ValueError))
_UNFINISHED: Final = (NotImplementedError, StopIteration, StopAsyncIteration, AssertionError)


@dataclass(frozen=True)
class DraftedError:
    """An exception as a problem: code, status and what it is made with.

    Attributes:
        members: for each argument that travels, the name of its member in snake case, its annotation, and whether it is required.
    """

    cls: type[Exception]
    code: str
    status: int
    members: tuple[tuple[str, Any, bool], ...]


def raised_by(method: Method, notes: list[str]) -> list[DraftedError]:
    """The team's own exceptions that a method says, or is seen, to raise. Builtin ones are noted, not documented."""
    found: dict[str, DraftedError] = {}
    function = method.function
    for name in dict.fromkeys([*_documented(method.doc or ""), *_seen(function)]):
        cls = _class(name, getattr(function, "__globals__", {}))
        if cls is None:
            if name[:1].isupper():
                notes.append(f"{method.name} raises {name}, which cannot be found from its module; document it by hand")
        elif cls.__module__ != "builtins":
            found.setdefault(f"{cls.__module__}.{cls.__qualname__}", _drafted(cls))
        elif not issubclass(cls, _UNFINISHED):
            notes.append(
                f"{method.name} raises {name}, which could mean anything over HTTP; give it an exception class of its own"
            )
    return list(found.values())


def _class(name: str, known: dict[str, Any]) -> type[Exception] | None:
    first, *rest = name.split(".")
    value = known.get(first, getattr(builtins, first, None))
    for piece in rest:
        value = getattr(value, piece, None)
    return value if isinstance(value, type) and issubclass(value, Exception) else None


def _drafted(cls: type[Exception]) -> DraftedError:
    code = getattr(cls, "code", None)
    if not isinstance(code, str) or not code:
        code = snake(cls.__name__).removesuffix("_error").removesuffix("_exception")
    return DraftedError(cls, code, _status(cls), tuple(_members(cls)))


def _status(cls: type[Exception]) -> int:
    declared = getattr(cls, "status", getattr(cls, "status_code", None))
    if isinstance(declared, int) and 400 <= declared <= 599:
        return declared
    name = cls.__name__.lower()
    for status, words in _STATUS_BY_WORD:
        if any(word in name for word in words):
            return status
    return next((status for status, base in _STATUS_BY_BASE if issubclass(cls, base)), 400)


def _members(cls: type[Exception]) -> Iterator[tuple[str, Any, bool]]:
    if not inspect.isfunction(cls.__init__):
        return
    hints = typing.get_type_hints(cls.__init__, include_extras=True)
    listed = list(inspect.signature(cls.__init__).parameters.values())[1:]
    carried = [item for item in listed if item.name not in _DETAIL and item.kind not in _STARRED]
    names = member_names(item.name for item in carried)
    for item in carried:
        yield names[item.name], hints.get(item.name, Any), item.default is item.empty


def _documented(doc: str) -> Iterator[str]:
    """The names in a docstring of Google's, NumPy's or Sphinx's style."""
    for section in _SECTION.finditer(doc):
        form = _NUMPY if section["underline"] else _GOOGLE
        yield from form.findall(textwrap.dedent(section["text"]))
    yield from _SPHINX.findall(doc)


def _seen(function: Any) -> Iterator[str]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            target = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(target, ast.Name | ast.Attribute):
                yield ast.unparse(target)
