"""Parameters of every place, style, explode and type that a contract may have, and values of each type."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from switchover.contract import Document, OperationReader, Parameter

TEXT = st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(
    [
        "",
        ".",
        "..",
        ",",
        "a,b",
        "a b",
        " a",
        "a|b",
        "%",
        "%2C",
        "+",
        ";",
        "=",
        "&",
        "é",
        "\U0001f600",
        "\x00",
        "true",
        "1",
        "null",
        "[x]",
    ]
)
INTEGERS = st.integers() | st.sampled_from([0, -1, 2**64, 10**400])
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | INTEGERS
SCALARS: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "string": ({"type": "string"}, TEXT),
    "integer": ({"type": "integer"}, INTEGERS),
    "number": ({"type": "number"}, NUMBERS),
    "boolean": ({"type": "boolean"}, st.booleans()),
    "mixed": ({"type": ["string", "integer", "boolean"]}, TEXT | INTEGERS | st.booleans()),
}


def _arrays() -> dict[str, tuple[Any, st.SearchStrategy[Any]]]:
    return {
        f"array of {name}": ({"type": "array", "items": schema}, st.lists(values, max_size=4))
        for name, (schema, values) in SCALARS.items()
    }


def _objects() -> dict[str, tuple[Any, st.SearchStrategy[Any]]]:
    properties = {name: schema for name, (schema, _) in SCALARS.items()} | {"a b": {"type": "string"}}
    values = st.fixed_dictionaries({}, optional={name: values for name, (_, values) in SCALARS.items()} | {"a b": TEXT})
    return {
        "object": ({"type": "object", "properties": properties, "additionalProperties": False}, values),
        "open object": ({"type": "object", "properties": properties}, st.dictionaries(TEXT, TEXT, max_size=2)),
    }


LOOSE: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "one or many": (
        {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]},
        INTEGERS | st.lists(INTEGERS, max_size=3),
    ),
    "anything": ({}, TEXT | NUMBERS | st.lists(TEXT, max_size=3) | st.dictionaries(TEXT, TEXT, max_size=2)),
}
TYPES = SCALARS | _arrays() | _objects() | LOOSE

_STYLES: dict[str, list[tuple[str, bool]]] = {
    "path": [(style, explode) for style in ("simple", "label", "matrix") for explode in (False, True)],
    "query": [
        ("form", False),
        ("form", True),
        ("spaceDelimited", False),
        ("pipeDelimited", False),
        ("deepObject", True),
    ],
    "header": [("simple", False), ("simple", True)],
    "cookie": [("form", False), ("form", True)],
}


def _is_allowed(style: str, type_name: str) -> bool:
    if style == "deepObject":
        return "object" in type_name
    return type_name not in SCALARS | LOOSE if style in ("spaceDelimited", "pipeDelimited") else True


def _read(declared: dict[str, Any]) -> Parameter:
    path = "/things/{x y}" if declared["in"] == "path" else "/things"
    operation = {"operationId": "get", "parameters": [declared], "responses": {"204": {"description": "."}}}
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {path: {"get": operation}}}
    # What a contract may not have is noted and read all the same; here it has to be written exactly or refused as well.
    read, _ = next(iter(OperationReader(Document.read("t.json", lambda _: json.dumps(document).encode())).read()))
    return read.parameters[0]


def every_parameter() -> dict[str, tuple[Parameter, st.SearchStrategy[Any]]]:
    """By a readable name: the parameter, and values of its type."""
    found = {}
    for place, styles in _STYLES.items():
        base = {"name": "x y" if place != "header" else "X-Y", "in": place, "required": place == "path"}
        for type_name, (schema, values) in TYPES.items():
            for style, explode in styles:
                if _is_allowed(style, type_name):
                    declared = {**base, "style": style, "explode": explode, "schema": schema}
                    found[f"{place} {style}{'*' if explode else ''} {type_name}"] = (_read(declared), values)
            content = {**base, "content": {"application/json": {"schema": schema}}}
            found[f"{place} json {type_name}"] = (_read(content), values)
    return found
