"""Schemas of a contract, compiled by the JSON Schema engine (`jsonschema-rs`); `format` is asserted."""

from __future__ import annotations

from typing import Any, Final

import jsonschema_rs

from switchover.contract import dialect, discriminator
from switchover.contract.document import Document, Node
from switchover.contract.schemas.formats import FORMATS
from switchover.contract.shapes.shaping import reader

MASK: Final = "the value"
"""What stands for the value in the engine's messages."""

_ADDRESS: Final = "contract:///"


class Compiler:
    """Compiles schemas of one document. Each schema that is referred to is translated once, and handed to the engine by its address."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._shape = reader()
        self._targets: dict[str, Node] = {}
        self._translated: dict[str, Any] = {}
        self._numbers: dict[tuple[str, str], str] = {}

    def compile(self, node: Node) -> jsonschema_rs.Draft202012Validator:
        """The validator of the schema at `node`.

        Raises:
            jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError: it is no schema.
        """
        schema = dialect.translated(node, self._address, self._adjusted)
        return jsonschema_rs.Draft202012Validator(
            schema, retriever=self._retrieve, validate_formats=True, formats=FORMATS, mask=MASK
        )

    def _address(self, target: Node) -> str:
        address = self._numbers.setdefault((target.file, target.pointer), f"{_ADDRESS}{len(self._numbers)}")
        self._targets[address] = target
        return address

    def _retrieve(self, address: str) -> Any:
        if address not in self._translated:
            self._translated[address] = dialect.translated(self._targets[address], self._address, self._adjusted)
        return self._translated[address]

    def _adjusted(self, node: Node, schema: dict[str, Any]) -> dict[str, Any]:
        if schema.get("additionalProperties") is False:
            schema.setdefault("properties", {})  # without any, the engine does not say which member it refuses
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
