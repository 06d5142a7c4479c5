"""What is wrong with a loaded document, and which of its places lead there.

A dangling reference or an unsupported keyword keeps the operations that reach it from being honoured, and no others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from switchover.contract.findings import Finding
from switchover.contract.grammar import METHODS, OPENAPI, below, walk
from switchover.contract.node import Node
from switchover.contract.reference import BrokenReference

Fault = tuple[Node, Finding]
"""A place, and what is wrong with it."""

_Place = tuple[str, str]
_WHOLE: Final = frozenset({"", "/info", "/paths", "/components", "/jsonSchemaDialect"})
"""Places in the root file that every operation depends on; so does the document's `security`."""


class Faults:
    """The faults of one document, by the places that lead to them."""

    def __init__(self, root: Node, found: Sequence[Fault] = ()) -> None:
        self._reached = _reached(root, found) if found else {}
        self._is_whole = any(_is_of_the_whole(root, node) for node, _ in found)

    def __bool__(self) -> bool:
        return bool(self._reached)

    def reached_by(self, *places: Node) -> list[Finding]:
        """Return what is wrong with these places and with everything that they lead to, each once."""
        found = (finding for node in places for finding in self._reached.get(_place(node), ()))
        return list(dict.fromkeys(found))

    def of_operation(self, item: Node, method: str) -> list[Finding]:
        """Return what is wrong with anything that an operation of a path is made of."""
        if not self._reached:
            return []
        return self.reached_by(item.at(method), *([item.at("parameters")] if "parameters" in item.value else []))

    def spare(self, paths: Node | None) -> bool:
        """Whether any operation below `paths` has no fault."""
        if self._is_whole or paths is None:
            return False
        items = [item_at(paths.at(path)) for path in paths.value if not path.startswith("x-")]
        return any(
            method in item.value and not self.of_operation(item, method)
            for item in items
            if item is not None
            for method in METHODS
        )


def target_if_any(node: Node) -> Node | None:
    """Return what a reference leads to; None if it leads nowhere."""
    try:
        node.resolved()
        return node.target()
    except BrokenReference:
        return None


def item_at(place: Node) -> Node | None:
    """Return the Path Item Object of a path; None if it cannot be read."""
    try:
        item = place.resolved()
    except BrokenReference:
        return None
    return item if isinstance(item.value, dict) else None


def _is_of_the_whole(root: Node, node: Node) -> bool:
    return node.file == root.file and (node.pointer in _WHOLE or node.pointer.startswith("/security"))


def _reached(root: Node, found: Iterable[Fault]) -> dict[_Place, dict[Finding, None]]:
    above: defaultdict[_Place, list[_Place]] = defaultdict(list)
    for node, slot in walk(root, OPENAPI, target_if_any):
        for child, _ in below(node, slot, target_if_any):
            above[_place(child)].append(_place(node))
    reached: defaultdict[_Place, dict[Finding, None]] = defaultdict(dict)
    for node, finding in found:
        waiting = [_place(node)]
        while waiting:
            place = waiting.pop()
            if finding not in reached[place]:
                reached[place][finding] = None
                waiting += above[place]
    return dict(reached)


def _place(node: Node) -> _Place:
    return node.file, node.pointer
