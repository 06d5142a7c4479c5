"""Schemas of a contract, compiled by the JSON Schema engine (`jsonschema-rs`); `format` is asserted.

The engine compiles a schema of another document anew for each schema that refers to it, which is factorial in how many refer to one another.
So the schemas that one refers to are its `$defs`. And it shares nothing between validators: schemas that many others are part of go into one
validator, which finds each as a member of its own name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import jsonschema_rs

from switchover.contract import dialect, discriminator
from switchover.contract.document import Document, Node
from switchover.contract.schemas.formats import FORMATS
from switchover.contract.shapes.shaping import reader
from switchover.contract.shapes.unsent import without_unsent

MASK: Final = "the value"
"""What stands for the value in the engine's messages."""

_LARGE: Final = 64
"""Schemas, counted with those inside of them and those they refer to, from which on a validator is shared."""


class Validator(Protocol):
    """A compiled schema."""

    def is_valid(self, value: Any) -> bool: ...

    def iter_errors(self, value: Any) -> Iterator[jsonschema_rs.ValidationError]: ...


@dataclass
class _Translated:
    """A schema as the engine gets it.

    Attributes:
        targets: what it refers to, by its name among the `$defs`.
        size: how many schemas it is made of.
    """

    schema: Any
    targets: dict[str, Node]
    size: int


class _Shared:
    """Schemas that are compiled together, so that what they have in common is compiled once."""

    def __init__(self) -> None:
        self._roots: dict[str, Any] = {}
        self._definitions: dict[str, _Translated] = {}
        self._validator: jsonschema_rs.Draft202012Validator | None = None

    @property
    def is_compiled(self) -> bool:
        return self._validator is not None

    def add(self, schema: Any, definitions: Mapping[str, _Translated]) -> Part:
        name = f"_{len(self._roots)}"
        self._roots[name] = schema
        self._definitions.update(definitions)
        return Part(self, name)

    def compile(self) -> jsonschema_rs.Draft202012Validator:
        if self._validator is None:
            # Without further members the engine looks a member up, instead of asking for each that there may be.
            whole = {"properties": self._roots, "additionalProperties": False}
            self._validator = _validator(whole, _schemas(self._definitions))
        return self._validator


@dataclass(frozen=True, slots=True)
class Part:
    """One of the schemas that share a validator."""

    shared: _Shared
    name: str

    def is_valid(self, value: Any) -> bool:
        """Whether the value fits the schema."""
        return self.shared.compile().is_valid({self.name: value})

    def iter_errors(self, value: Any) -> Iterator[jsonschema_rs.ValidationError]:
        """Everything that is wrong with the value; paths start with the name."""
        return self.shared.compile().iter_errors({self.name: value})


class Compiler:
    """Compiles schemas of one document. Each schema that is referred to is translated once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._shape = reader()
        self._translated: dict[str, _Translated] = {}
        self._numbers: dict[tuple[str, str], str] = {}
        self._current = _Translated(True, {}, 0)
        self._shared = _Shared()

    def compile(self, node: Node) -> Validator:
        """The validator of the schema at `node`. One that is shared is compiled when it is first used, or by `finish`.

        Raises:
            jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError: it is no schema.
        """
        own = self._translate(node)
        definitions = self._definitions(own)
        if own.size + sum(found.size for found in definitions.values()) < _LARGE:
            return _validator(own.schema, _schemas(definitions))
        _require_sound(own)
        if self._shared.is_compiled:
            self._shared = _Shared()
        return self._shared.add(own.schema, definitions)

    def finish(self) -> None:
        """Compile what is left."""
        self._shared.compile()

    def _definitions(self, start: _Translated) -> dict[str, _Translated]:
        """Everything that a schema refers to, however far."""
        found: dict[str, _Translated] = {}
        waiting = [start]
        while waiting:
            for name, target in waiting.pop().targets.items():
                if name not in found:
                    if name not in self._translated:
                        self._translated[name] = self._translate(target)
                        _require_sound(self._translated[name])
                    found[name] = self._translated[name]
                    waiting.append(found[name])
        return found

    def _translate(self, node: Node) -> _Translated:
        self._current = found = _Translated(True, {}, 0)
        found.schema = dialect.translated(node, self._reference, self._adjusted)
        return found

    def _reference(self, target: Node) -> str:
        name = self._numbers.setdefault((target.file, target.pointer), str(len(self._numbers)))
        self._current.targets[name] = target
        return f"#/$defs/{name}"

    def _adjusted(self, node: Node, schema: dict[str, Any]) -> dict[str, Any]:
        self._current.size += 1
        schema.pop("$defs", None)  # what is referred to there has a name of its own
        if schema.get("additionalProperties") is False:
            schema.setdefault("properties", {})  # without any, the engine does not say which member it refuses
        if node.document.direction:
            schema = without_unsent(self._shape(node), schema)
        return self._tagged(node, schema)

    def _tagged(self, node: Node, schema: dict[str, Any]) -> dict[str, Any]:
        """A discriminator decides: each alternative asks for the values that stand for it, so that exactly one applies."""
        name = discriminator.property_of(node)
        for keyword in ("anyOf", "oneOf"):
            below = node.get(keyword) if name is not None and keyword in schema else None
            if below is not None:
                options = [below.at(index) for index in range(len(below.value))]
                schema[keyword] = [
                    self._with_tags(node, option, name or "", translated)
                    for option, translated in zip(options, schema[keyword], strict=True)
                ]
        return schema

    def _with_tags(self, node: Node, option: Node, name: str, schema: Any) -> Any:
        shape = self._shape(option)
        tags = discriminator.tags(node, option)
        own = shape.properties.get(name)
        if not tags or shape.alternatives or (own is not None and own.shape.enum is not None):
            return schema
        return {"allOf": [schema, {"required": [name], "properties": {name: {"enum": tags}}}]}


def _require_sound(found: _Translated) -> None:
    """Compile a schema by itself, with anything in the places of those it refers to."""
    _validator(found.schema, dict.fromkeys(found.targets, True))


def _schemas(definitions: Mapping[str, _Translated]) -> dict[str, Any]:
    return {name: found.schema for name, found in definitions.items()}


def _validator(schema: Any, definitions: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    if definitions:
        schema = {**schema, "$defs": definitions}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, formats=FORMATS, mask=MASK)
