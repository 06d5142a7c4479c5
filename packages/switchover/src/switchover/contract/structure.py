"""Is every value of the kind that belongs to its place, and does every reference lead somewhere? Asked once, while loading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from switchover.contract import discriminator
from switchover.contract.faults import Fault
from switchover.contract.findings import Finding
from switchover.contract.grammar import OPENAPI, SCHEMA, fault, walk
from switchover.contract.node import Node
from switchover.contract.reference import BrokenReference
from switchover.contract.source import Source
from switchover.errors import ContractError

_DIALECTS: Final = ("https://spec.openapis.org/oas/3.1/dialect/", "https://json-schema.org/draft/2020-12/schema")
_CONVERT: Final = "npx swagger2openapi {name} --yaml --outfile openapi.yaml"
_REFUSED: Final[Mapping[str, str]] = {
    "$dynamicRef": "a reference that depends on who refers; use $ref",
    "$recursiveRef": "a reference of an older JSON Schema; use $ref",
}


def version(source: Source) -> str:
    """`3.0` or `3.1`.

    Raises:
        ContractError: the file is neither.
    """
    is_object = isinstance(source.value, dict)
    declared = source.value.get("openapi") if is_object else None
    for known in ("3.0", "3.1"):
        if isinstance(declared, str) and (declared == known or declared.startswith(known + ".")):
            return known
    if not is_object:
        message = "is no object; a contract starts with `openapi: 3.1.0`"
    elif "swagger" in source.value:
        message = f"is Swagger 2.0; convert it first: {_CONVERT.format(name=source.name)}"
    elif declared is None:
        message = "has no `openapi`; a contract starts with `openapi: 3.1.0`"
    elif isinstance(declared, float):
        message = f"is the number {declared}; write it in quotes, and in full: '3.1.0'"
    else:
        message = f"is {declared!r}; OpenAPI 3.0 and 3.1 are understood"
    raise ContractError(f"{source.name} is not a usable contract:", [Finding(source.locate("/openapi"), message)])


def faults(root: Node) -> list[Fault]:
    """Everything that is wrong, with the place that it keeps from being used, in the order in which it is met."""
    found: list[Fault] = [(root, finding) for finding in (*_info(root), *_dialect(root))]

    def follow(node: Node) -> Node | None:
        reference = node.at("$ref")
        try:
            node.resolved()
            return node.target()
        except BrokenReference as error:
            found.append((node, reference.finding(str(error))))
            found.extend((node, finding) for finding in _inside(error))
            return None

    for node, slot in walk(root, OPENAPI, follow):
        message = fault(node, slot)
        if message is not None:
            found.append((node, node.finding(message)))
        elif slot == SCHEMA and isinstance(node.value, dict):
            found += [(node, finding) for finding in _schema(node)]
    return found


def _inside(error: BrokenReference) -> list[Finding]:
    """Return what is wrong with the file that a reference leads to, where that is why it is broken."""
    cause = error.__cause__.__cause__ if error.__cause__ is not None else None
    return [item for item in cause.items if isinstance(item, Finding)] if isinstance(cause, ContractError) else []


def _info(root: Node) -> list[Finding]:
    return [] if "info" in root.value else [root.finding("has no `info`; a contract has a title and a version")]


def _dialect(root: Node) -> list[Finding]:
    declared = root.value.get("jsonSchemaDialect")
    if declared is None or str(declared).startswith(_DIALECTS):
        return []
    return [root.at("jsonSchemaDialect").finding(f"is {declared!r}; schemas are read as JSON Schema 2020-12")]


def _schema(node: Node) -> Iterator[Finding]:
    for _, place, text in discriminator.mapping(node):
        try:
            discriminator.meant(place, text)
        except BrokenReference as error:
            yield place.finding(str(error))
    for keyword, what in _REFUSED.items():
        if keyword in node.value:
            yield node.at(keyword).finding(f"is {what}")
    if node.document.version == "3.0":
        return  # these are no keywords there
    if "$id" in node.value and node.pointer:
        yield node.at("$id").finding(
            "gives a part of a file an address of its own; references are followed by file, so give it a file of its own"
        )
    declared = node.value.get("$schema")
    if isinstance(declared, str) and not declared.startswith(_DIALECTS):
        yield node.at("$schema").finding(f"is {declared!r}; schemas are read as JSON Schema 2020-12")
