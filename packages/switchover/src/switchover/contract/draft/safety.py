"""Whether a method only reads: decided by the team, or guessed from its name, docstring and source."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final

from switchover.contract.interface import Method
from switchover.contract.naming import snake

READ: Final = frozenset(
    "get list find search fetch read show look lookup count is has can check query export load view".split()
)
_CHANGES: Final = tuple(
    "acknowledge add archive assign book cancel charge clear consume create decrement delete expire increment insert "
    "lock log mark move pop publish purge record register release remove reserve reset save send set start stop store "
    "touch update write".split()
)
_CALLS: Final = frozenset((*_CHANGES, "append", "commit", "discard", "extend", "flush", "setdefault"))
_DECIDED: Final = re.compile(r"^[ \t]*switchover:[ \t]*(safe|unsafe)\b", re.IGNORECASE | re.MULTILINE)
_SECTIONS: Final = re.compile(
    r"^[ \t]*(Args|Arguments|Parameters|Raises|Returns|Yields|Examples?|:\w+.*):?", re.MULTILINE
)
_SAID: Final = re.compile(
    rf"(?:^|[.;:,]\s+|\b(?:and|then|or|also)\s+)(?:it\s+|them\s+|also\s+)?({'|'.join(_CHANGES)})s?\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Guess:
    """Whether a method only reads, and why that is assumed.

    Attributes:
        is_decided: whether the team said so, by an option or in the docstring.
    """

    is_safe: bool
    why: str
    is_decided: bool = False


def guess(method: Method, safe: Collection[str], unsafe: Collection[str]) -> Guess:
    """Decide by the options, then by a line `Switchover: safe` of the docstring, then by name, docstring and source."""
    if method.name in safe or method.name in unsafe:
        return Guess(method.name in safe, "as --safe or --unsafe says", is_decided=True)
    if decided := _DECIDED.search(method.doc or ""):
        return Guess(decided[1].lower() == "safe", "as its docstring says", is_decided=True)
    words = snake(method.name).strip("_").split("_")
    doc = _prose(method.doc)
    if not _sounds_like_reading(words, doc):
        return Guess(is_safe=False, why=f"as `{words[0]}` may change something")
    if said := _SAID.search(doc):
        return Guess(is_safe=False, why=f"as its docstring says {said[1]!r}, whatever `{words[0]}` suggests")
    if done := next(_changes(method.function), None):
        return Guess(is_safe=False, why=f"as its source has `{done}`, whatever `{words[0]}` suggests")
    return Guess(is_safe=True, why=f"as `{words[0] if words[0] in READ else words[-1]}` suggests that it only reads")


def _sounds_like_reading(words: list[str], doc: str) -> bool:
    return words[0] in READ or (
        words[-1] == "count" and doc.partition(" ")[0].lower().rstrip("s") in ("", "count", "return")
    )


def _prose(doc: str | None) -> str:
    """The text of a docstring before its sections."""
    text = inspect.cleandoc(doc or "")
    section = _SECTIONS.search(text)
    return " ".join(text[: section.start()].split() if section else text.split())


def _changes(function: Any) -> Iterator[str]:
    """What a method is seen to change of its own object: attributes it sets, and methods of them that are named after changes."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign | ast.Delete):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        yield from (ast.unparse(target) for target in targets if _is_own(target) and not isinstance(target, ast.Name))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_change(node.func):
            yield f"{ast.unparse(node.func)}()"


def _is_change(called: ast.Attribute) -> bool:
    return _is_own(called.value) and snake(called.attr).strip("_").partition("_")[0] in _CALLS


def _is_own(node: ast.expr) -> bool:
    """Whether an expression starts at `self` or `cls`."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id in ("self", "cls")
