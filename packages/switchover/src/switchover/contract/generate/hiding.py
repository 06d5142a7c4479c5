"""What generated models do not show: `repr` leaves personal fields out, and validation errors the input."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any, Final

from switchover.contract.node import Node, Tree
from switchover.contract.personal import Personal, Place

_FILE: Final = "schemas"

Edit = tuple[int, int, str]
"""Line (from 1), column, and what is put there."""


def with_hidden_fields(text: str, schemas: str) -> str:
    """The module `models`, made of `schemas`, with the fields that these mark as personal (`x-pii`) hidden."""
    value = json.loads(schemas)
    tree = Tree(_FILE, "3.1", {}, {_FILE: value})
    declared = tree.root.at("components").at("schemas")
    clean = set[Place]()
    edits = [
        edit
        for item in ast.parse(text).body
        if isinstance(item, ast.ClassDef) and item.name in declared.value
        for edit in _edits(item, declared.at(item.name), clean)
    ]
    return _edited(text, edits)


def _edits(model: ast.ClassDef, schema: Node, clean: set[Place]) -> Iterator[Edit]:
    personal = Personal(schema, clean=clean)
    if not personal.holds():
        return
    # What is inside a model of its own is hidden there; elements of lists and values of maps are shown by their field.
    hidden, is_whole = personal.members(), personal.covers([])
    for item in model.body:
        if isinstance(item, ast.Assign) and ast.unparse(item.targets[0]) == "model_config":
            assert item.end_lineno is not None
            yield item.end_lineno, 0, "        hide_input_in_errors=True,\n"
        elif isinstance(item, ast.AnnAssign) and (is_whole or _wire_name(item) in hidden):
            yield from _hidden(item.annotation)


def _wire_name(field: ast.AnnAssign) -> str:
    for node in ast.walk(field.annotation):
        if isinstance(node, ast.keyword) and node.arg == "alias":
            return str(ast.literal_eval(node.value))
    return ast.unparse(field.target)


def _hidden(annotation: ast.expr) -> Iterator[Edit]:
    """`Annotated[…, Field(repr=False, …)]`."""
    described = annotation.slice if isinstance(annotation, ast.Subscript) else None
    last = described.elts[-1] if isinstance(described, ast.Tuple) else None
    if isinstance(last, ast.Call) and ast.unparse(last.func) == "Field":
        assert last.func.end_lineno is not None
        assert last.func.end_col_offset is not None
        yield last.func.end_lineno, last.func.end_col_offset + len("("), "repr=False, "
        return
    assert annotation.end_lineno is not None
    assert annotation.end_col_offset is not None
    yield annotation.lineno, annotation.col_offset, "Annotated["
    yield annotation.end_lineno, annotation.end_col_offset, ", Field(repr=False)]"


def _edited(text: str, edits: list[Edit]) -> str:
    lines: list[Any] = [line.encode() for line in text.splitlines(keepends=True)]  # columns are counted in bytes
    for number, column, new in sorted(edits, reverse=True):
        line = lines[number - 1]
        lines[number - 1] = line[:column] + new.encode() + line[column:]
    found = b"".join(lines).decode()
    return _imported(found) if edits else found


def _imported(text: str) -> str:
    """Both names may be there already; what models are made of comes from pydantic in any case."""
    wanted = {"typing": "Annotated", "pydantic": "Field"}
    for item in ast.parse(text).body:
        if isinstance(item, ast.ImportFrom) and item.module in wanted:
            names = sorted({alias.name for alias in item.names} | {wanted.pop(item.module)})
            old = ast.get_source_segment(text, item)
            assert old is not None
            text = text.replace(old, f"from {item.module} import {', '.join(names)}", 1)
    return (
        text.replace("from pydantic import", "from typing import Annotated\n\nfrom pydantic import", 1)
        if wanted
        else text
    )
