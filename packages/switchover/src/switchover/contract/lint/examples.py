"""Examples and defaults, by the schemas they stand beside."""

from __future__ import annotations

from collections.abc import Iterator

from switchover.contract import media
from switchover.contract.document import Document, Node
from switchover.contract.findings import Finding
from switchover.contract.grammar import SCHEMA
from switchover.contract.lint.places import places
from switchover.contract.model import Media
from switchover.contract.schemas.check import SchemaEngine

_HOLDERS = ("Media Type", "Parameter", "Header")


def examples(document: Document) -> tuple[list[Finding], int]:
    """Examples and defaults that break the schema they stand beside, and how many were looked at."""
    engine = SchemaEngine(document)
    # All checks before the first is used, so that what they share is compiled once.
    listed = [(engine.check(schema), example) for schema, example in _examples(document)]
    findings = [
        example.finding(f"breaks its schema: {error}")
        for check, example in listed
        for error in check.errors(example.value, "example")
    ]
    return findings, len(listed)


def _examples(document: Document) -> Iterator[tuple[Node, Node]]:
    """Schema and example, wherever one stands beside the other."""
    for node, slot in places(document):
        if node.is_reference or not isinstance(node.value, dict):
            continue
        if slot == SCHEMA:
            yield from _in_schema(node)
        elif slot.form == "one" and slot.role in _HOLDERS and "schema" in node.value and _is_json(node, slot.role):
            yield from ((node.at("schema"), example) for example in _beside(node))


def _in_schema(schema: Node) -> Iterator[tuple[Node, Node]]:
    for keyword in ("example", "default"):
        if keyword in schema.value:
            yield schema, schema.at(keyword)
    listed = schema.value.get("examples")
    for index in range(len(listed) if isinstance(listed, list) else 0):
        yield schema, schema.at("examples").at(index)


def _is_json(holder: Node, role: str) -> bool:
    """An example of a media type that is not JSON is text, and no schema speaks about it."""
    name = holder.pointer.rpartition("/")[2].replace("~1", "/")
    return role != "Media Type" or media.media_of(name) is Media.JSON


def _beside(holder: Node) -> Iterator[Node]:
    if "example" in holder.value:
        yield holder.at("example")
    named = holder.get("examples")
    for _, example in named.entries() if named is not None else ():
        if isinstance(example.value, dict) and "value" in example.value:
            yield example.at("value")
