"""What a method may raise, from its docstring and its source, and how each exception looks as a problem."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from switchover.contract.interface import Method
from switchover.contract.naming import snake

_RAISES: Final = re.compile(r"^\s*(?:Raises|:raises)\s*:?\s*$", re.MULTILINE)
_NAME: Final = re.compile(r"^\s*(?::raises\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*:", re.MULTILINE)
_DETAIL: Final = ("self", "detail", "message", "msg")

_STATUS_BY_WORD: Final = (
    (404, ("notfound", "missing", "unknown", "nosuch")),
    (409, ("conflict", "already", "exists", "duplicate", "taken", "lent", "locked", "stale")),
    (403, ("forbidden", "denied", "notallowed", "permission")),
    (410, ("gone", "expired")),
    (429, ("toomany", "ratelimit", "quota")),
)
_STATUS_BY_BASE: Final = ((404, LookupError), (403, PermissionError), (422, ValueError))


@dataclass(frozen=True)
class DraftedError:
    """An exception as a problem: code, status and what it is made with."""

    cls: type[Exception]
    code: str
    status: int
    members: tuple[tuple[str, Any, bool], ...]


def raised_by(method: Method, function: Any, notes: list[str]) -> list[DraftedError]:
    """The team's own exceptions that a method says, or is seen, to raise. Builtin ones are noted, not documented."""
    found: dict[str, DraftedError] = {}
    for name in dict.fromkeys([*_documented(method.doc or ""), *_seen(function)]):
        cls = getattr(function, "__globals__", {}).get(name.rpartition(".")[2])
        if isinstance(cls, type) and issubclass(cls, Exception):
            found[cls.__name__] = _drafted(cls)
        elif name in _BUILTIN:
            notes.append(
                f"{method.name} raises {name}, which could mean anything over HTTP; give it an exception class of its own"
            )
    return list(found.values())


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
    hints = typing.get_type_hints(cls.__init__)
    for parameter in inspect.signature(cls.__init__).parameters.values():
        if parameter.name not in _DETAIL and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            yield parameter.name, hints.get(parameter.name, Any), parameter.default is parameter.empty


def _documented(doc: str) -> Iterator[str]:
    heading = _RAISES.search(doc)
    text = (
        doc[heading.end() :].split("\n\n", maxsplit=1)[0]
        if heading
        else "\n".join(line for line in doc.splitlines() if ":raises" in line)
    )
    for match in _NAME.finditer(text):
        yield match[1]


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


_BUILTIN: Final = frozenset(
    {"ValueError", "KeyError", "TypeError", "RuntimeError", "LookupError", "Exception", "IndexError"}
)
