"""`readOnly` and `writeOnly`: members that one direction leaves out, so that `required` counts in the other (OpenAPI 3.0.3, section 4.7.24.2).

A schema that requires such a member is read through a view of its document, which has a direction. All that is read through it
knows which members are not sent there.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, Literal

from switchover.contract.node import Node, Tree
from switchover.contract.shapes.shape import Shape

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


def without_unsent(shape: Shape, schema: dict[str, Any]) -> dict[str, Any]:
    """A schema whose `required` does not name members that are left out; `shape` is that of the schema."""
    options = shape.alternatives or (shape,)
    unsent = {name for option in options for name, member in option.properties.items() if member.is_unsent}
    if not unsent:
        return schema
    found = _loosened(schema, unsent)
    if isinstance(found.get("allOf"), list):
        found["allOf"] = [_loosened(part, unsent) if isinstance(part, dict) else part for part in found["allOf"]]
    return found


def _loosened(schema: dict[str, Any], unsent: set[str]) -> dict[str, Any]:
    if not isinstance(schema.get("required"), list):
        return schema
    return {**schema, "required": [name for name in schema["required"] if name not in unsent]}
