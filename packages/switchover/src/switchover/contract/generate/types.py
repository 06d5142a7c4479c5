"""Schemas as annotations: scalars and lists are written out, everything else is a model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from switchover.contract.document import Node
from switchover.contract.generate.bundle import Bundle
from switchover.contract.shape import Shape, reader

_FORMATS: Final = {
    "uuid": ("UUID", "from uuid import UUID"),
    "date": ("date", "from datetime import date"),
    "date-time": ("AwareDatetime", "from pydantic import AwareDatetime"),
}
_SCALARS: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}


@dataclass
class Annotations:
    """Writes annotations, and remembers what they import."""

    bundle: Bundle
    imports: set[str] = field(default_factory=set)
    models: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._shape = reader()

    def of(self, node: Node, proposal: str) -> str:
        """The annotation of a schema; `proposal` names a model that has no name."""
        target = self.bundle.target(node)
        if target is not node or _is_component(target):
            return self._model(target, proposal)
        shape = self._shape(node)
        scalar = self._scalar(shape)
        if scalar is not None:
            return f"{scalar} | None" if shape.is_nullable else scalar
        if (
            shape.kinds == {"array"}
            and shape.items is not None
            and isinstance(node.value, dict)
            and "items" in node.value
        ):
            inner = self.of(node.at("items"), f"{proposal}Item")
            return f"list[{inner}] | None" if shape.is_nullable else f"list[{inner}]"
        if shape.is_anything:
            self.imports.add("from pydantic import JsonValue")
            return "JsonValue"
        return self._model(node, proposal)

    def scalar_of(self, shape: Shape) -> str:
        """The annotation of a shape that has no node of its own; JsonValue for anything but scalars."""
        scalar = self._scalar(shape)
        if scalar is None:
            self.imports.add("from pydantic import JsonValue")
            return "JsonValue"
        return f"{scalar} | None" if shape.is_nullable else scalar

    def _scalar(self, shape: Shape) -> str | None:
        if shape.alternatives or len(shape.kinds - {"integer"} or shape.kinds) != 1:
            return None
        if shape.enum is not None:
            if not all(isinstance(value, str | int | bool) for value in shape.enum) or not shape.enum:
                return None
            self.imports.add("from typing import Literal")
            return f"Literal[{', '.join(repr(value) for value in shape.enum)}]"
        if shape.kinds == {"string"} and shape.format in _FORMATS:
            name, line = _FORMATS[shape.format]
            self.imports.add(line)
            return name
        kind = "number" if "number" in shape.kinds else next(iter(shape.kinds))
        return _SCALARS.get(kind)

    def _model(self, node: Node, proposal: str) -> str:
        name = self.bundle.name_of(node, proposal)
        self.models.add(name)
        return name


def _is_component(node: Node) -> bool:
    return node.pointer.startswith("/components/schemas/") and node.pointer.count("/") == 3


def literal(value: Any) -> str:
    """A default as Python text."""
    return repr(value)
