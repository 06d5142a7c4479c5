"""Defaults of generated models: datamodel-code-generator writes them as JSON has them, whatever the type of the field."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, Final

_JSON: Final = frozenset(
    {"str", "int", "float", "bool", "list", "dict", "Any", "Annotated", "Field", "Literal", "tuple"}
)
"""What an annotation is made of whose values are the same in JSON and in Python."""


def with_sound_defaults(text: str) -> str:
    """The same module, in which models validate defaults where one is not of its field's type (`'2026-01-01'` of a date)."""
    module = ast.parse(text)
    plain = _plain_names(module)
    lines = text.splitlines(keepends=True)
    for number in sorted(_config_ends(module, plain), reverse=True):
        lines.insert(number - 1, "        validate_default=True,\n")
    return "".join(lines)


def _plain_names(module: ast.Module) -> frozenset[str]:
    """The names above, and the aliases made of nothing else."""
    aliases = {
        ast.unparse(node.targets[0]): _names(node.value.args[1])
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and len(node.value.args) == 2
    }
    plain = set(_JSON)
    while more := {name for name, names in aliases.items() if name not in plain and names <= plain}:
        plain |= more
    return frozenset(plain)


def _names(annotation: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}


def _config_ends(module: ast.Module, plain: frozenset[str]) -> Iterator[int]:
    """The last line of the `model_config` of each class that has a default of another type than its field."""
    for node in module.body:
        if isinstance(node, ast.ClassDef) and any(_is_unsound(item, plain) for item in node.body):
            for item in node.body:
                if isinstance(item, ast.Assign) and ast.unparse(item.targets[0]) == "model_config":
                    assert item.end_lineno is not None
                    yield item.end_lineno


def _is_unsound(item: ast.stmt, plain: frozenset[str]) -> bool:
    if not isinstance(item, ast.AnnAssign) or item.value is None:
        return False
    try:
        default: Any = ast.literal_eval(item.value)
    except ValueError:
        return False  # not written as JSON has it
    return default not in (None, [], {}) and not _names(item.annotation) <= plain
