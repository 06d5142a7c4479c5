"""`readOnly` and `writeOnly`: members that one direction leaves out, so that `required` counts in the other (OpenAPI 3.0.3, section 4.7.24.2).

A schema that requires such a member is read through a view of its document, which has a direction. All that is read through it
knows which members are not sent there.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

from switchover.contract.node import Node, Tree

Direction = Literal["request", "answer"]

FLAGS: Final[dict[Direction, str]] = {"request": "readOnly", "answer": "writeOnly"}
"""What marks a member that is not sent in a direction."""


class Directions:
    """The views of one document."""

    def __init__(self) -> None:
        self._views: dict[str, Tree] = {}

    def facing(self, node: Node, direction: Direction) -> Node:
        """The same value, as it is read in a direction."""
        tree = node.document
        view = self._views.setdefault(
            direction, Tree(tree.name, tree.version, tree.sources, tree.values, direction=direction, base=tree)
        )
        return Node(view, node.file, node.pointer, node.value)


def from_everywhere(node: Node) -> Node:
    """The same value without a direction."""
    base = node.document.base
    return node if base is None else Node(base, node.file, node.pointer, node.value)


def is_unsent(node: Node, flags: Collection[str]) -> bool:
    """Is a member with these flags left out in the direction of its document?"""
    return any(flag in flags for direction, flag in FLAGS.items() if direction == node.document.direction)
