"""All schemas of a contract in one place, each with a Python name: what the model generator is given.

Schemas of `components`, schemas in other files and object schemas written where they are used all become
`#/components/schemas/Name`, so that every reference stays inside one document.
"""

from __future__ import annotations

import json
import keyword
from typing import Any, Final

from switchover.contract.document import Document, Node
from switchover.contract.naming import pascal

_DATA: Final = frozenset({"example", "examples", "default", "enum", "const"})
_KEYWORDS_WITH_NAMES: Final = frozenset({"properties", "$defs", "patternProperties", "dependentSchemas"})
_RESERVED: Final = frozenset(
    {"Annotated", "Any", "AwareDatetime", "BaseModel", "ConfigDict", "Field", "Literal", "RootModel", "UUID", "Caller"}
)

Key = tuple[str, str]


class Bundle:
    """Collects schemas, under names that do not change while the contract does not."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._names: dict[Key, str] = {}
        self._schemas: dict[str, Any] = {}
        components = document.root.get("components")
        declared = components.get("schemas") if components is not None else None
        named = [(name, declared.at(name)) for name in declared.value] if declared is not None else []
        for name, node in named:
            self._claim(_key(node), pascal(name))
        for _, node in named:
            self._schemas[self._names[_key(node)]] = self._rewritten(node)

    def name_of(self, node: Node, proposal: str) -> str:
        """The Python name of a schema; `proposal` names one that has none."""
        key = _key(node)
        if key not in self._names:
            self._claim(key, pascal(proposal))
            self._schemas[self._names[key]] = self._rewritten(node)
        return self._names[key]

    def target(self, node: Node) -> Node:
        """The schema that a bare reference leads to; any other schema stands for itself."""
        while isinstance(node.value, dict) and isinstance(node.value.get("$ref"), str) and not _siblings(node):
            node = node.document.follow(node.file, node.value["$ref"])
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
        name, count = wanted, 2
        while name in self._names.values() or name in _RESERVED or keyword.iskeyword(name):
            name = f"{wanted}{'Model' if wanted in _RESERVED and count == 2 else count}"
            count += 1
        self._names[key] = name

    def _rewritten(self, node: Node) -> Any:
        return self._rewrite(node, node.value)

    def _rewrite(self, node: Node, value: Any) -> Any:
        if isinstance(value, list):
            return [self._rewrite(node.at(index), item) for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        found: dict[str, Any] = {}
        for key, below in value.items():
            if key == "$ref" and isinstance(below, str):
                target = self._document.follow(node.file, below)
                name = self.name_of(
                    target, target.pointer.rpartition("/")[2] or target.file.rpartition("/")[2].partition(".")[0]
                )
                found[key] = f"#/components/schemas/{name}"
            elif key in _DATA:
                found[key] = below
            elif key == "discriminator":
                found[key] = self._discriminator(node, below)
            elif key in _KEYWORDS_WITH_NAMES and isinstance(below, dict):
                found[key] = {name: self._rewrite(node.at(key).at(name), item) for name, item in below.items()}
            else:
                found[key] = self._rewrite(node.at(key), below)
        return found

    def _discriminator(self, node: Node, value: Any) -> Any:
        """Mappings name schemas, by reference or by name."""
        if not isinstance(value, dict) or not isinstance(value.get("mapping"), dict):
            return value
        mapping = {}
        for tag, reference in value["mapping"].items():
            address = reference if "/" in reference or "#" in reference else f"#/components/schemas/{reference}"
            target = self._document.follow(node.file, address)
            mapping[tag] = f"#/components/schemas/{self.name_of(target, tag)}"
        return {**value, "mapping": mapping}


def _key(node: Node) -> Key:
    return node.file, node.pointer


def _siblings(node: Node) -> set[str]:
    """Keywords beside a `$ref` that restrict what it allows; descriptions do not."""
    return set(node.value) - {
        "$ref",
        "description",
        "title",
        "summary",
        "deprecated",
        "examples",
        "default",
        "readOnly",
        "writeOnly",
        "x-pii",
    }
