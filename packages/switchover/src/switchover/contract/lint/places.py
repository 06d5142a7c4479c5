"""Every place of a loaded document, by what stands there."""

from __future__ import annotations

from collections.abc import Iterator

from switchover.contract.document import Document, Node
from switchover.contract.faults import target_if_any
from switchover.contract.grammar import OPENAPI, SCHEMA, Slot, walk


def places(document: Document) -> Iterator[tuple[Node, Slot]]:
    """All places, references followed, each once."""
    return walk(document.root, OPENAPI, target_if_any)


def schemas(document: Document) -> Iterator[Node]:
    """All schemas that are objects, but for those that lead to a fault of the document."""
    for node, slot in places(document):
        if slot == SCHEMA and isinstance(node.value, dict) and not document.faults.reached_by(node):
            yield node
