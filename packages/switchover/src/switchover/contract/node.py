"""Values of a contract and the places they stand at; references are followed from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from switchover.contract import pointer
from switchover.contract.findings import Finding, Location
from switchover.contract.reference import BrokenReference, target
from switchover.contract.source import Source

BASE_URI: Final = "contract:///"
"""What stands before a file name in the address of a place; never fetched."""

MAX_HOPS: Final = 50
"""References that lead to references. More are taken for a circle."""


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a contract and the place it stands at."""

    document: Tree
    file: str
    pointer: str
    value: Any

    @property
    def where(self) -> Location:
        """File, line and pointer."""
        return self.document.sources[self.file].locate(self.pointer)

    @property
    def uri(self) -> str:
        """An address of this place, different from that of any other."""
        return BASE_URI + self.file + pointer.as_fragment(self.pointer)

    @property
    def is_reference(self) -> bool:
        """Does this value refer to another one? A property of the name `$ref` does not: it has a schema."""
        return isinstance(self.value, dict) and isinstance(self.value.get("$ref"), str)

    def finding(self, message: str) -> Finding:
        """A finding about this value."""
        return Finding(self.where, message)

    def get(self, key: str) -> Node | None:
        """The value of one key, references followed; None where there is none."""
        if not isinstance(self.value, dict) or key not in self.value:
            return None
        return self.at(key).resolved()

    def at(self, key: str | int) -> Node:
        """The value of one key or index, as it stands there.

        Raises:
            KeyError, IndexError: there is none.
        """
        return Node(self.document, self.file, pointer.join(self.pointer, key), self.value[key])

    def step(self, token: str) -> Node | None:
        """The value one reference token further down (RFC 6901, section 4), as it stands there; None where there is none."""
        if isinstance(self.value, dict) and token in self.value:
            return self.at(token)
        index = pointer.index(token)
        if isinstance(self.value, list) and index is not None and index < len(self.value):
            return self.at(index)
        return None

    def entries(self) -> Iterator[tuple[str, Node]]:
        """Key and value of each member, references followed; nothing if this is not an object."""
        if isinstance(self.value, dict):
            for key in self.value:
                yield key, self.at(key).resolved()

    def elements(self) -> Iterator[Node]:
        """Each element, references followed; nothing if this is not an array."""
        if isinstance(self.value, list):
            for index in range(len(self.value)):
                yield self.at(index).resolved()

    def target(self, hops: int = MAX_HOPS) -> Node:
        """What the `$ref` of this value leads to, as it stands there.

        Raises:
            BrokenReference: nowhere.
        """
        return self.document.follow(self.file, self.value["$ref"], hops)

    def resolved(self, hops: int = MAX_HOPS) -> Node:
        """The value that a reference stands for; a value that is no reference stands for itself.

        Raises:
            BrokenReference: it leads nowhere, or in a circle.
        """
        node = self
        while node.is_reference:
            node, hops = node.target(hops), hops - 1
        return node


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Files whose values refer to each other.

    Attributes:
        name: file name of the root.
        version: `3.0` or `3.1`.
        sources: every file, by its path relative to the root file.
        values: the same, as plain values.
        direction: `request` or `answer` for a view of `base` in which members of the other direction are not required.
    """

    name: str
    version: str
    sources: Mapping[str, Source]
    values: Mapping[str, Any] = field(repr=False)
    _followed: dict[tuple[str, str], Node] = field(default_factory=dict, init=False, repr=False)
    direction: str = field(default="", kw_only=True)
    base: Tree | None = field(default=None, repr=False, kw_only=True)

    @property
    def root(self) -> Node:
        """The OpenAPI object."""
        return Node(self, self.name, "", self.values[self.name])

    def follow(self, file: str, reference: str, hops: int = MAX_HOPS) -> Node:
        """The value that `reference`, written in `file`, leads to. Pointers may pass through further references.

        Raises:
            BrokenReference: nowhere.
        """
        if hops == 0:
            raise BrokenReference(reference, "leads back to itself")
        known = self._followed.get((file, reference))
        if known is None:
            known = self._followed[file, reference] = self._found(file, reference, hops)
        return known

    def _found(self, file: str, reference: str, hops: int) -> Node:
        found, tokens = target(file, reference)
        try:
            node = Node(self, found, "", self.values[found])
        except LookupError as error:
            raise BrokenReference(reference, str(error.args[0])) from error
        for token in tokens:
            below = node.step(token)
            if below is None:
                node = node.resolved(hops - 1)
                below = node.step(token)
            if below is None:
                raise BrokenReference(reference, f"leads nowhere: {node.file}#{node.pointer} has no {token!r}")
            node = below
        return node
