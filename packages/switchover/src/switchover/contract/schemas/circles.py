"""Schemas that apply themselves to the same value without end (JSON Schema core, section 9.4.1): nothing could ever be judged by them.

A schema may well contain itself further down, in a member or an element: a tree does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from switchover.contract import dialect
from switchover.contract.findings import Finding
from switchover.contract.grammar import IN_PLACE, SCHEMA, children
from switchover.contract.node import Node

_ONE: Final = frozenset({"not", "if", "then", "else"})
_MANY: Final = frozenset({*IN_PLACE, "dependentSchemas"})

Place = tuple[str, str]


def circles(start: Node, done: set[Place]) -> Iterator[Finding]:
    """A finding for each place where a schema that is being applied is applied again; what is `done` is not looked at again."""
    open_, waiting = {_place(start)} - done, [(start, applied(start))]
    if not open_:
        return
    while waiting:
        node, further = waiting[-1]
        below = next(further, None)
        if below is None:
            waiting.pop()
            open_.discard(_place(node))
            done.add(_place(node))
        elif _place(below) in open_:
            yield node.finding("applies itself to the same value, without end; refer to it from a member or an element")
        elif _place(below) not in done:
            open_.add(_place(below))
            waiting.append((below, applied(below)))


def applied(node: Node) -> Iterator[Node]:
    """The schemas that a schema applies to the very value it is applied to."""
    if not isinstance(node.value, dict):
        return
    known = dialect.keywords(node)
    if node.is_reference:
        yield node.target()
    for child, slot in children(node, SCHEMA):
        keyword = child.pointer.rpartition("/")[2]
        if keyword in known and slot == SCHEMA and keyword in _ONE:
            yield child
        elif keyword in known and keyword in _MANY:
            yield from (item for item, _ in children(child.resolved(), slot))


def _place(node: Node) -> Place:
    return node.file, node.pointer
