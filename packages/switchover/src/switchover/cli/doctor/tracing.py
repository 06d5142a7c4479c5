"""Is a call traced from end to end? Found in the syntax tree: a recorder that gives its calls positions, or spans."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Final

from switchover.cli.doctor.sources import Module

MENTION: Final = re.compile(rb"Recorder")
"""What a module that makes a recorder has in its text."""


def traced(found: Iterable[Module]) -> Iterator[str]:
    """Where a `Recorder` is made with `spans` or `tracing`, or handed with them to what makes it."""
    for module in found:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and _makes_recorder(node) and any(map(_is_tracing, node.keywords)):
                yield f"{module.path.as_posix()}:{node.lineno}"


def _makes_recorder(call: ast.Call) -> bool:
    return "Recorder" in map(_name, (call.func, *call.args[:1]))


def _is_tracing(keyword: ast.keyword) -> bool:
    is_off = isinstance(keyword.value, ast.Constant) and not keyword.value.value
    return keyword.arg in ("spans", "tracing") and not is_off


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
