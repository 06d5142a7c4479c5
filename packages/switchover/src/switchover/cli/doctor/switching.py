"""Where does the code choose by BACKEND_MODE? Found in the syntax tree, without running anything.

A module chooses if it looks at the mode and makes use of both sides: of something called direct, and of something called http or route. One
that only reads the mode, to check or to tell it, does not.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Final

from switchover.cli.doctor.finding import Judged, done, missing, wrong
from switchover.cli.doctor.sources import Module

VARIABLE: Final = "BACKEND_MODE"

MENTION: Final = re.compile(rb"(?i)backend_?mode")
"""What a module that looks at the mode has in its text."""

_MODE: Final = re.compile(MENTION.pattern.decode())
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_HERE: Final = frozenset({"direct"})
_THERE: Final = frozenset({"http", "route", "routed"})


def switch_point(found: Iterable[Module]) -> Judged:
    """Is there one place that chooses?"""
    looking: list[str] = []
    choosing: list[str] = []
    for module in found:
        lines = [line for line, name in _names(module.tree) if _MODE.search(name)]
        if lines:
            place = f"{module.path.as_posix()}:{min(lines)}"
            (choosing if _has_both_sides(module.tree) else looking).append(place)
    if len(choosing) == 1:
        return done(f"{choosing[0]} alone chooses by {VARIABLE}")
    if choosing:
        return wrong(f"{len(choosing)} modules choose by {VARIABLE}; one of them is enough", *sorted(choosing))
    read = [f"{place} reads it, and does not choose between direct and http" for place in sorted(looking)]
    return missing(f"nothing chooses by {VARIABLE} between port.direct and port.http or port.route", *read)


def _has_both_sides(tree: ast.Module) -> bool:
    words = {word.lower() for _, name in _names(tree) for word in _WORDS.findall(name)}
    return not words.isdisjoint(_HERE) and not words.isdisjoint(_THERE)


def _names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name in the code with its line: variables, attributes, arguments, what is imported, and the text that is the variable itself."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield node.lineno, name
            case ast.arg(arg=str(name)) | ast.keyword(arg=str(name)):
                yield node.lineno, name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    yield node.lineno, alias.name
            case ast.Constant(value=str(text)) if text == VARIABLE:
                yield node.lineno, text
