"""All schemas of a contract in one place, each with a Python name: what the model generator is given.

Schemas of `components`, schemas in other files and object schemas written where they are used all become
`#/components/schemas/Name`, so that every reference stays inside one document.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any, Final

from switchover.contract import dialect, discriminator, pointer
from switchover.contract.direction import FLAGS, from_everywhere
from switchover.contract.document import Document, Node
from switchover.contract.generate.names import Names
from switchover.contract.grammar import IN_PLACE, SCHEMA, below
from switchover.contract.model import Operation
from switchover.contract.naming import pascal
from switchover.contract.schemas.inspector import required_members
from switchover.contract.shapes.shape import Shape
from switchover.contract.shapes.shaping import reader
from switchover.contract.shapes.unsent import without_unsent

_TELLING: Final = frozenset(
    {"$ref", "description", "title", "summary", "deprecated", "examples", "example", "default", "readOnly", "writeOnly"}
)
"""Keywords beside a `$ref` that do not restrict what it allows; neither do extensions."""

_SCHEMAS: Final = "/components/schemas/"

Key = tuple[str, str]


class Bundle:
    """Collects schemas, under names that do not change while the contract does not.

    Of the named schemas it has all, or those whose places are `among` others. If it `hoists`, schemas inside others get names of
    their own too, which the generator of models would make up otherwise, at the risk of one that is taken.
    """

    def __init__(
        self,
        document: Document,
        reserved: Iterable[str] = (),
        among: Collection[Key] | None = None,
        *,
        hoists: bool = False,
    ) -> None:
        self.hoists = hoists
        self.taken = Names()
        self.taken.reserve(*reserved)
        self._names: dict[Key, str] = {}
        self._schemas: dict[str, Any] = {}
        self._begun: set[Key] = set()
        self._shape = reader()
        self._clean: dict[str, dict[int, Shape]] = {"readOnly": {}, "writeOnly": {}}
        components = document.root.get("components")
        declared = components.get("schemas") if components is not None else None
        names = declared.value if declared is not None and isinstance(declared.value, dict) else {}
        named = [(name, declared.at(name)) for name in names] if declared is not None else []
        for name, node in named:
            self._claim(_key(node), pascal(name))
        wanted = [node for _, node in named if among is None or _key(node) in among]
        self._begun.update(map(_key, wanted))
        for node in wanted:
            self._schemas[self._names[_key(node)]] = self._translated(node)

    def name_of(self, node: Node, proposal: str) -> str:
        """The Python name of a schema; `proposal` names one that has none."""
        node = self._undirected(node)
        key = _key(node)
        if key not in self._names:
            self._claim(key, pascal(self._names.get(_key(from_everywhere(node)), proposal)) + _suffix(node))
        if key not in self._begun:
            self._begun.add(key)
            self._schemas[self._names[key]] = self._translated(node)
        return self._names[key]

    def _undirected(self, node: Node) -> Node:
        """Without its direction, where the schema is the same in both."""
        base, flag = from_everywhere(node), FLAGS.get(node.document.direction)  # type: ignore[call-overload]
        return node if flag is not None and required_members(self._shape(base), flag, self._clean[flag]) else base

    def is_named(self, node: Node) -> bool:
        """Has the contract itself given the schema a name?"""
        return node.pointer.startswith(_SCHEMAS) and node.pointer.count("/") == 3

    def target(self, node: Node) -> Node:
        """The schema that a bare reference leads to; any other schema stands for itself."""
        while node.is_reference and not _siblings(node):
            node = node.target()
        return node

    @property
    def names(self) -> list[str]:
        """All names, in order."""
        return list(self._schemas)

    def text(self) -> str:
        """An OpenAPI 3.1 document of these schemas."""
        document = {
            "openapi": "3.1.0",
            "info": {"title": "schemas", "version": "1"},
            "paths": {},
            "components": {"schemas": self._schemas},
        }
        return json.dumps(document, indent=1)

    def _claim(self, key: Key, wanted: str) -> None:
        self._names[key] = self.taken.claim(wanted, "Model")

    def _translated(self, node: Node) -> Any:
        if not self.hoists:
            return dialect.translated(node, self._reference, self._mapped)

        def mapped(inner: Node, schema: dict[str, Any]) -> dict[str, Any]:
            found = self._mapped(inner, schema)
            is_inside = inner.pointer != node.pointer and "/allOf/" not in inner.pointer.removeprefix(node.pointer)
            if not is_inside or not found.keys() & {"properties", "enum", "anyOf", "oneOf"}:
                return found
            name = self.taken.claim(pascal(f"{self._names[_key(node)]} {_words_of(inner, node)}"), "Model")
            self._schemas[name] = found
            return {"$ref": f"#{_SCHEMAS}{name}"}

        return dialect.translated(node, self._reference, mapped)

    def _reference(self, target: Node) -> str:
        return f"#{_SCHEMAS}{self.name_of(target, _proposal(target))}"

    def _mapped(self, node: Node, schema: dict[str, Any]) -> dict[str, Any]:
        """Declare what is only required; mappings name schemas, by reference or by name."""
        schema = _declaring(node, schema)
        if node.document.direction:
            schema = without_unsent(self._shape(node), schema)
        mapping = {
            tag: f"#{_SCHEMAS}{self.name_of(discriminator.meant(place, text), tag)}"
            for tag, place, text in discriminator.mapping(node)
        }
        return {**schema, "discriminator": {**schema["discriminator"], "mapping": mapping}} if mapping else schema


def _words_of(inner: Node, outer: Node) -> str:
    """Return the names on the way from a schema to one inside it."""
    steps = [pointer.unescape(step) for step in inner.pointer.removeprefix(outer.pointer).split("/")[1:]]
    words = ["item" if step == "items" else step for step in steps]
    return " ".join(word for word in words if word not in ("properties", "anyOf", "oneOf"))


def _declaring(node: Node, schema: dict[str, Any]) -> dict[str, Any]:
    """Name the members that a schema requires and does not describe: what the schema says of further members holds for them."""
    required, further = schema.get("required"), schema.get("additionalProperties", True)
    is_part = "/allOf/" in node.pointer or any(keyword in schema for keyword in ("$ref", *IN_PLACE))
    is_object = "object" in ([kind] if isinstance(kind := schema.get("type"), str) else kind or ["object"])
    if is_part or not is_object or not isinstance(required, list) or further is False:
        return schema
    known = schema.get("properties", {})
    missing = {name: {} if further is True else further for name in required if name not in known}
    return {**schema, "properties": {**known, **missing}} if missing else schema


def reach(operations: Iterable[Operation]) -> set[Key]:
    """Return the places of all schemas that operations lead to."""
    starts = [
        node
        for operation in operations
        for node in (
            *(parameter.schema for parameter in operation.parameters),
            *([operation.body.content.schema] if operation.body is not None else []),
            *(answer.content.schema for answer in operation.answers if answer.content is not None),
            *(failure.schema for failure in operation.failures if failure.schema is not None),
        )
    ]
    found: set[Key] = set()
    waiting = [(node, SCHEMA) for node in starts]
    while waiting:
        node, slot = waiting.pop()
        if slot == SCHEMA and _key(node) in found:
            continue
        found.add(_key(node))
        waiting += below(node, slot, Node.target)
        if slot == SCHEMA and isinstance(node.value, dict):
            waiting += [(discriminator.meant(place, text), SCHEMA) for _, place, text in discriminator.mapping(node)]
    return found


def _proposal(target: Node) -> str:
    """The last words on the way to a schema that say something: `Numbers1`, not `1`."""
    tokens = [pointer.unescape(token) for token in target.pointer.split("/")[1:]]
    name = target.file.rpartition("/")[2].partition(".")[0]
    for index, token in enumerate(tokens):
        name = f"{name} {token}" if token.isdecimal() and index else token
    return name


def _suffix(node: Node) -> str:
    """What a component is called in one direction only: `PetRequest`. What has no name of its own has that of its operation."""
    return node.document.direction.title() if node.pointer.startswith(_SCHEMAS) else ""


def _key(node: Node) -> Key:
    return f"{node.document.direction}:{node.file}", node.pointer


def _siblings(node: Node) -> set[str]:
    return {key for key in dialect.keywords(node) if key not in _TELLING and not key.startswith("x-")}
