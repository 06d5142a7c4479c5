"""Is the document sound? Its structure by the OpenAPI schemas, its examples by its own schemas, and known traps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from switchover.contract import media
from switchover.contract.check import SchemaEngine
from switchover.contract.document import Document, Node
from switchover.contract.findings import Finding
from switchover.contract.model import Media
from switchover.contract.reading import OperationReader
from switchover.contract.shape import Shape, reader


def structure(document: Document) -> list[Finding]:
    """Where the root file is no OpenAPI document, by the schemas that the OpenAPI Initiative publishes."""
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

    judge: Any = OpenAPIV30SpecValidator if document.version == "3.0" else OpenAPIV31SpecValidator
    source = document.sources[document.name]
    if len(document.sources) > 1:
        return []  # that judge fetches files by itself; references have been checked while loading
    found = []
    for error in judge(source.value).iter_errors():
        place = "".join(f"/{str(token).replace('~', '~0').replace('/', '~1')}" for token in error.absolute_path)
        found.append(Finding(source.locate(place), str(error.message)[:300]))
    return found


def examples(document: Document) -> tuple[list[Finding], int]:
    """Examples that break the schema they stand beside, and how many were looked at."""
    engine = SchemaEngine(document)
    findings: list[Finding] = []
    count = 0
    for schema, example in _examples(document):
        count += 1
        for error in engine.check(schema).errors(example.value, "example"):
            findings.append(example.finding(f"breaks its schema: {error}"))
    return findings, count


def traps(document: Document) -> list[Finding]:
    """Schemas that cannot mean what they say."""
    shape = reader()
    findings: list[Finding] = []
    for schema in _schemas(document):
        if names := _trapped(shape(schema)):
            findings.append(
                schema.finding(
                    f"forbids its own {', '.join(sorted(names))}: `additionalProperties: false` below allOf sees only the "
                    "schema it stands in; use `unevaluatedProperties: false` on the outside"
                )
            )
        if document.version == "3.1" and isinstance(schema.value, dict) and "nullable" in schema.value:
            findings.append(
                schema.finding("has `nullable`, which OpenAPI 3.1 does not know; write `type: [string, 'null']`")
            )
    return findings


def unusable(document: Document) -> list[Finding]:
    """Operations that cannot be honoured, each with every reason."""
    return [finding for _, notes in OperationReader(document).read() for finding in notes.errors]


def _trapped(shape: Shape) -> frozenset[str]:
    return shape.traps.union(*(option.traps for option in shape.alternatives))


def _schemas(document: Document) -> Iterator[Node]:
    components = document.root.get("components")
    schemas = components.get("schemas") if components else None
    if schemas is not None:
        for name in schemas.value:
            yield schemas.at(name)
    for node in _walk(
        document.root, lambda node: isinstance(node.value, dict) and isinstance(node.value.get("schema"), dict)
    ):
        yield node.at("schema")


def _walk(node: Node, wanted: Callable[[Node], bool]) -> Iterator[Node]:
    """Every node below, references not followed, that is wanted; examples are not entered."""
    if wanted(node):
        yield node
    if isinstance(node.value, dict):
        for key in node.value:
            if key not in ("example", "examples", "schemas"):
                yield from _walk(node.at(key), wanted)
    elif isinstance(node.value, list):
        for index in range(len(node.value)):
            yield from _walk(node.at(index), wanted)


def _examples(document: Document) -> Iterator[tuple[Node, Node]]:
    """Schema and example, wherever one stands beside the other."""
    for holder in _walk(document.root, _holds_example):
        schema = holder.at("schema")
        if _is_data(holder):
            yield from _beside(holder, schema)
    for schema in _schemas(document):
        if isinstance(schema.value, dict) and isinstance(schema.value.get("examples"), list):
            listed = schema.at("examples")
            yield from ((schema, listed.at(index)) for index in range(len(listed.value)))


def _holds_example(node: Node) -> bool:
    return (
        isinstance(node.value, dict)
        and "schema" in node.value
        and ("example" in node.value or "examples" in node.value)
    )


def _is_data(holder: Node) -> bool:
    """An example of a media type that is not JSON is text, and no schema speaks about it."""
    key = holder.pointer.rpartition("/")[2].replace("~1", "/")
    return "/content/" not in holder.pointer or media.media_of(key) is Media.JSON


def _beside(holder: Node, schema: Node) -> Iterator[tuple[Node, Node]]:
    if "example" in holder.value:
        yield schema, holder.at("example")
    named = holder.get("examples")
    for _, example in named.entries() if named else ():
        if isinstance(example.value, dict) and "value" in example.value:
            yield schema, example.at("value")
