"""Schemas of OpenAPI 3.0, read as what they mean in JSON Schema 2020-12, which OpenAPI 3.1 uses.

The contract itself stays as it was written, so that every place keeps its line. What differs is translated where a schema is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from switchover.contract.grammar import IN_PLACE, SCHEMA, children
from switchover.contract.node import Node

Reference = Callable[[Node], str]
"""How a translated schema refers to another one."""

_ADDRESSES: Final = frozenset({"$id", "$schema", "$anchor", "$dynamicAnchor", "$comment", "$vocabulary"})
_HOISTED: Final[tuple[str, ...]] = (
    "title",
    "description",
    "default",
    "readOnly",
    "writeOnly",
    "deprecated",
    "example",
    "examples",
)


def keywords(node: Node) -> Mapping[str, Any]:
    """The keywords of one schema object as JSON Schema 2020-12 has them; the schemas below are as they were written.

    `nullable` is worked into the `type` beside it. Where there is a composition, `is_nullable_as_a_whole` says it instead.
    """
    schema: dict[str, Any] = node.value
    if node.document.version != "3.0":
        return schema
    if node.is_reference:
        # OpenAPI 3.0.3, Reference Object: what stands beside $ref is ignored.
        return {"$ref": schema["$ref"]}
    found = {key: value for key, value in schema.items() if key != "nullable"}
    _exclusive(found, "minimum", "exclusiveMinimum")
    _exclusive(found, "maximum", "exclusiveMaximum")
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        found["type"] = [schema["type"], "null"]
        if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
            found["enum"] = [*schema["enum"], None]
    return found


def is_nullable_as_a_whole(node: Node) -> bool:
    """Is null allowed whatever the schemas say that this one is composed of?

    Strictly, `nullable` widens only a `type` beside it (OpenAPI 3.0.3, section 4.7.24.1). Beside an allOf of one $ref it is what
    everyone writes for a reference that may be null, so that is what it means here.
    """
    if node.document.version != "3.0" or not isinstance(node.value, dict) or node.is_reference:
        return False
    return node.value.get("nullable") is True and any(keyword in node.value for keyword in IN_PLACE)


def translated(node: Node, reference: Reference, narrowed: Callable[[Node, Any], Any] | None = None) -> Any:
    """A schema in JSON Schema 2020-12, on its own: addresses left out, each `$ref` replaced by what `reference` gives for its target.

    `narrowed` may change what a schema with alternatives becomes.
    """
    if not isinstance(node.value, dict):
        return node.value
    found = {key: value for key, value in keywords(node).items() if key not in _ADDRESSES}
    if node.is_reference:
        found["$ref"] = reference(node.target())
    for child, slot in children(node, SCHEMA):
        key = child.pointer.rpartition("/")[2]
        if key not in found:
            continue
        if slot == SCHEMA:
            found[key] = translated(child, reference, narrowed)
            continue
        below = child.resolved()
        inner = [(item, translated(item, reference, narrowed)) for item, _ in children(below, slot)]
        if slot.form == "list":
            found[key] = [value for _, value in inner]
        else:
            found[key] = dict(zip(below.value, (value for _, value in inner), strict=True))
    if narrowed is not None:
        found = narrowed(node, found)
    return _nullable(found) if is_nullable_as_a_whole(node) else found


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    outside = {key: schema[key] for key in _HOISTED if key in schema}
    inside = {key: value for key, value in schema.items() if key not in outside}
    return {"anyOf": [inside, {"type": "null"}], **outside}


def _exclusive(schema: dict[str, Any], bound: str, exclusive: str) -> None:
    flag = schema.get(exclusive)
    if not isinstance(flag, bool):
        return
    del schema[exclusive]
    if flag and bound in schema:
        schema[exclusive] = schema.pop(bound)
