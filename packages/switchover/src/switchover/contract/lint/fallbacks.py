"""`x-unknown`, which names what a reader takes for a value that a newer version wrote."""

from __future__ import annotations

from collections.abc import Iterator

from switchover.contract.document import Document, Node
from switchover.contract.findings import Finding
from switchover.contract.lint.places import schemas
from switchover.contract.shapes.shape import FALLBACK, Shape, canonical
from switchover.contract.shapes.shaping import reader


def fallbacks(document: Document) -> list[Finding]:
    """Return fallbacks that no reader could take, each with what would do."""
    shape = reader()
    found = [finding for schema in schemas(document) for finding in _at(schema, shape(schema))]
    return list(dict.fromkeys(found))


def _at(node: Node, shape: Shape) -> Iterator[Finding]:
    if not isinstance(node.value, dict) or FALLBACK not in node.value:
        return
    place = node.at(FALLBACK)
    if shape.enum is None and not shape.alternatives:
        yield place.finding(
            "stands in a schema that lists no values and no alternatives, so that nothing is unknown to it"
        )
    elif place.value is not None and canonical(place.value) not in map(canonical, shape.enum or (place.value,)):
        yield place.finding("must be one of the values that the schema lists, or null where null is allowed")
