"""The files of a contract, held against the schemas that the OpenAPI Initiative publishes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import jsonschema_rs

from switchover.contract.document import Document, Node
from switchover.contract.findings import Finding, Location
from switchover.contract.grammar import Slot
from switchover.contract.lint.places import places, schemas
from switchover.contract.schemas.check import SchemaCheck
from switchover.contract.schemas.inspector import SchemaInspector
from switchover.errors import ContractError
from switchover.extras import install_line

_DEFINITIONS: Final[Mapping[str, tuple[str, str]]] = {
    "OpenAPI": ("", ""),
    "Path Item": ("#/definitions/PathItem", "#/$defs/path-item"),
    "Operation": ("#/definitions/Operation", "#/$defs/operation"),
    "Parameter": ("#/definitions/Parameter", "#/$defs/parameter"),
    "Header": ("#/definitions/Header", "#/$defs/header"),
    "Request Body": ("#/definitions/RequestBody", "#/$defs/request-body"),
    "Response": ("#/definitions/Response", "#/$defs/response"),
    "Media Type": ("#/definitions/MediaType", "#/$defs/media-type"),
    "Example": ("#/definitions/Example", "#/$defs/example"),
}
"""What each object is called in the schemas of 3.0 and 3.1."""


def structure(document: Document) -> list[Finding]:
    """Where a file is not what OpenAPI says it is, and where a schema is no schema.

    The root is looked at as a whole, of other files what is referred to.

    Raises:
        ContractError: the schemas of OpenAPI are not installed.
    """
    found: dict[Finding, None] = {}
    done: set[tuple[str, str]] = set()
    for node, slot in places(document):
        if _is_entry(node, slot, done):
            done.add((node.file, node.pointer))
            found.update(dict.fromkeys(_findings(node, slot)))
    inspector = SchemaInspector()
    for schema in schemas(document):
        found.update(dict.fromkeys(inspector.own(schema)))
    return list(found)


def _is_entry(node: Node, slot: Slot, done: set[tuple[str, str]]) -> bool:
    """Is this the top of what one look sees? Parents come before their children."""
    if slot.form != "one" or slot.role not in _DEFINITIONS or node.is_reference:
        return False
    tokens = node.pointer.split("/")
    return not any((node.file, "/".join(tokens[:length])) in done for length in range(1, len(tokens) + 1))


def _findings(node: Node, slot: Slot) -> Iterator[Finding]:
    for path, detail in _judge(node.document.version, slot.role).problems(node.value):
        place, missing = node, ""
        for token in path:
            below = place.step(str(token))
            missing = str(token) if below is None else ""
            place = below or place
        yield place.finding(f"has no {missing!r}, which is required" if missing else detail)


@cache
def _judge(version: str, role: str) -> SchemaCheck:
    is_older = version == "3.0"
    schema = _published(version)
    draft: Any = jsonschema_rs.Draft4 if is_older else jsonschema_rs.Draft202012
    validator: Any = jsonschema_rs.Draft4Validator if is_older else jsonschema_rs.Draft202012Validator
    address = str(schema["id" if is_older else "$id"])
    registry = jsonschema_rs.Registry([(address, schema)], draft=draft)
    return SchemaCheck(validator({"$ref": address + _DEFINITIONS[role][not is_older]}, registry=registry))


def _published(version: str) -> dict[str, Any]:
    try:
        from openapi_spec_validator.schemas import schema_v30, schema_v31  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        package = "openapi-spec-validator"
        finding = Finding(Location(package, 0), install_line(package, "check").removeprefix(f"{package} "))
        raise ContractError("The structure cannot be looked at:", [finding]) from error
    return dict(schema_v30 if version == "3.0" else schema_v31)
