"""`x-pii`, which says what is personal: true or false, and in schemas and parameters alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from switchover.contract.document import Document, Node
from switchover.contract.findings import Finding
from switchover.contract.grammar import Slot
from switchover.contract.lint.places import places
from switchover.contract.personal import MARK

_BEARERS: Final = frozenset({"Schema", "Parameter"})


def marks(document: Document) -> list[Finding]:
    """Marks that say nothing, each with what would."""
    found = [finding for node, slot in places(document) for finding in _at(node, slot)]
    return list(dict.fromkeys(found))


def _at(node: Node, slot: Slot) -> Iterator[Finding]:
    if slot.form != "one" or not isinstance(node.value, dict) or MARK not in node.value:
        return
    mark = node.at(MARK)
    if slot.role not in _BEARERS:
        yield mark.finding(f"marks a {slot.role} Object, where it says nothing; mark the schema, or the parameter")
    elif not isinstance(mark.value, bool):
        yield mark.finding("has to be true or false; until then it is taken for true")
