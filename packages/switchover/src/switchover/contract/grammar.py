"""What stands where in an OpenAPI document (OpenAPI 3.1, section 4.8; JSON Schema 2020-12 core and validation).

Walking goes by position, not by the names of keys: a property may be called `default` or `$ref`, an example may hold anything, and neither is a
part of the description.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from switchover.contract.node import Node

Form = Literal["one", "list", "map", "fields"]
"""`map`: keys are names that an author chose; `fields`: the same, with `x-` extensions among them."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What is expected at a place: an object of the specification (`role`), or a list or map of them."""

    role: str
    form: Form = "one"


def _one(role: str) -> Slot:
    return Slot(role)


def _list(role: str) -> Slot:
    return Slot(role, "list")


def _map(role: str) -> Slot:
    return Slot(role, "map")


def _fields(role: str) -> Slot:
    return Slot(role, "fields")


OPENAPI: Final = Slot("OpenAPI")
SCHEMA: Final = Slot("Schema")
METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

IN_PLACE: Final = ("allOf", "anyOf", "oneOf")
"""Keywords whose schemas are applied to the value itself."""

_SLOTS: Final[Mapping[str, Mapping[str, Slot]]] = {
    "OpenAPI": {
        "info": _one("Info"),
        "paths": _fields("Path Item"),
        "webhooks": _map("Path Item"),
        "components": _one("Components"),
        "security": _list("Security Requirement"),
    },
    "Info": {},
    "Components": {
        "schemas": _map("Schema"),
        "responses": _map("Response"),
        "parameters": _map("Parameter"),
        "examples": _map("Example"),
        "requestBodies": _map("Request Body"),
        "headers": _map("Header"),
        "callbacks": _map("Callback"),
        "pathItems": _map("Path Item"),
        "securitySchemes": _map("Security Scheme"),
    },
    "Security Scheme": {},
    "Security Requirement": {},
    "Path Item": {"parameters": _list("Parameter"), **{method: _one("Operation") for method in METHODS}},
    "Operation": {
        "parameters": _list("Parameter"),
        "requestBody": _one("Request Body"),
        "responses": _fields("Response"),
        "callbacks": _map("Callback"),
        "security": _list("Security Requirement"),
    },
    "Callback": {},
    "Parameter": {"schema": SCHEMA, "content": _map("Media Type"), "examples": _map("Example")},
    "Header": {"schema": SCHEMA, "content": _map("Media Type"), "examples": _map("Example")},
    "Request Body": {"content": _map("Media Type")},
    "Response": {"content": _map("Media Type"), "headers": _map("Header")},
    "Media Type": {"schema": SCHEMA, "examples": _map("Example"), "encoding": _map("Encoding")},
    "Encoding": {"headers": _map("Header")},
    "Example": {},
    "Schema": {
        **{key: _map("Schema") for key in ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")},
        **{key: _list("Schema") for key in (*IN_PLACE, "prefixItems")},
        **{
            key: SCHEMA
            for key in (
                "items", "additionalProperties", "unevaluatedProperties", "unevaluatedItems", "contains", "propertyNames",
                "not", "if", "then", "else", "contentSchema",
            )
        },
    },
}  # fmt: skip


def walk(start: Node, slot: Slot, follow: Callable[[Node], Node | None]) -> Iterator[tuple[Node, Slot]]:
    """Every place that can be reached from `start`, each once, in the order of the document.

    `follow` gives what a place with a `$ref` refers to, or None where it shall not be followed.
    """
    seen: set[tuple[str, str, Slot]] = set()
    waiting = [(start, slot)]
    while waiting:
        node, slot = waiting.pop()
        key = (node.file, node.pointer, slot)
        if key in seen:
            continue
        seen.add(key)
        yield node, slot
        waiting.extend(reversed(below(node, slot, follow)))


def below(node: Node, slot: Slot, follow: Callable[[Node], Node | None]) -> list[tuple[Node, Slot]]:
    """Return the places that one place leads to: what it refers to, or what stands directly below it."""
    if not node.is_reference:
        return list(children(node, slot))
    target = follow(node)
    found = [(target, slot)] if target is not None else []
    return found + (list(children(node, slot)) if slot == SCHEMA and node.document.version != "3.0" else [])


def children(node: Node, slot: Slot) -> Iterator[tuple[Node, Slot]]:
    """The places directly below one place."""
    if slot.form == "list":
        if isinstance(node.value, list):
            for index in range(len(node.value)):
                yield node.at(index), Slot(slot.role)
    elif isinstance(node.value, dict):
        known = _SLOTS[slot.role] if slot.form == "one" else None
        if slot == Slot("Callback"):
            slot, known = _fields("Path Item"), None
        for key in node.value:
            if known is not None:
                if key in known:
                    yield node.at(key), known[key]
            elif not (slot.form == "fields" and key.startswith("x-")):
                yield node.at(key), Slot(slot.role)


def fault(node: Node, slot: Slot) -> str | None:
    """What is wrong with the type of a value at its place; None if nothing is."""
    value = node.value
    if slot == SCHEMA:
        is_right = isinstance(value, dict | bool)
        return _reference_fault(value) if is_right else f"is {_kind(value)}, and a schema is an object"
    if slot.form == "list":
        is_right = isinstance(value, list) or node.is_reference
        return None if is_right else f"is {_kind(value)}, and has to be an array"
    if isinstance(value, dict):
        return _reference_fault(value) if slot.form == "one" else None
    what = "has to be an object" if slot.form != "one" else f"has to be a {slot.role} Object"
    return f"is {_kind(value)}, and {what.replace('a O', 'an O').replace('a E', 'an E').replace('a I', 'an I')}"


def _reference_fault(value: Any) -> str | None:
    """In the place of an object, `$ref` is a reference; in a map, it may be a name like any other."""
    if not isinstance(value, dict) or isinstance(value.get("$ref", ""), str):
        return None
    return f"has a `$ref` that is {_kind(value['$ref'])}; a reference is a text"


def _kind(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "an array"
    return "an object"
