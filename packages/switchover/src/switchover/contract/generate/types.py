"""Schemas as annotations: scalars and lists are written out, everything else is a model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from switchover.contract import dialect
from switchover.contract.document import Node
from switchover.contract.generate.bundle import Bundle
from switchover.contract.shapes.shape import Shape
from switchover.contract.shapes.shaping import reader

_FORMATS: Final = {
    "uuid": ("UUID", "from uuid import UUID"),
    "date": ("date", "from datetime import date"),
    "date-time": ("AwareDatetime", "from pydantic import AwareDatetime"),
}
_SCALARS: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_NULL: Final = {"type": "null"}


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
        if target is not node or self.bundle.is_named(target):
            model = self._model(target, proposal)
            return optional(model) if self._is_nullable_class(target) else model
        inner = _nullable(node)
        if inner is not None:
            return optional(self.of(inner, proposal))
        shape = self._shape(node)
        scalar = self._scalar(shape)
        if scalar is not None:
            return optional(scalar) if shape.is_nullable else scalar
        if _is_list(node, shape):
            listed = f"list[{self.of(node.at('items'), f'{proposal}Item')}]"
            return optional(listed) if shape.is_nullable else listed
        return self._anything() if shape.is_anything else self._model(node, proposal)

    def scalar_of(self, shape: Shape) -> str:
        """The annotation of a shape that has no node of its own; JsonValue for anything but scalars."""
        scalar = self._scalar(shape)
        if scalar is None:
            return self._anything()
        return optional(scalar) if shape.is_nullable else scalar

    def _anything(self) -> str:
        self.imports.add("from pydantic import JsonValue")
        return "JsonValue"

    def _scalar(self, shape: Shape) -> str | None:
        if shape.alternatives or len(shape.kinds - {"integer"} or shape.kinds) != 1:
            return None
        if shape.enum is not None:
            if not all(isinstance(value, str | int | bool) for value in shape.enum):
                return None
            self.imports.add("from typing import Literal")
            return f"Literal[{', '.join(repr(value) for value in shape.enum)}]"
        if shape.kinds == {"string"} and shape.format in _FORMATS:
            name, line = _FORMATS[shape.format]
            self.imports.add(line)
            return name
        kind = "number" if "number" in shape.kinds else next(iter(shape.kinds))
        return _SCALARS.get(kind)

    def _is_nullable_class(self, node: Node) -> bool:
        """Whether null is allowed beside the objects that a class stands for."""
        shape = self._shape(node)
        return shape.is_nullable and shape.kinds == {"object"} and not shape.alternatives and shape.enum is None

    def _model(self, node: Node, proposal: str) -> str:
        name = self.bundle.name_of(node, proposal)
        self.models.add(name)
        return name


def optional(annotation: str) -> str:
    """The same, or None."""
    return annotation if annotation.endswith("| None") else f"{annotation} | None"


def _nullable(node: Node) -> Node | None:
    """The one schema beside null in `anyOf: [X, null]`, or in 3.0's `nullable` beside `allOf: [X]`."""
    if not isinstance(node.value, dict) or node.is_reference:
        return None
    known = {key for key in node.value if key not in ("description", "title", "default", "nullable")}
    if known == {"allOf"} and dialect.is_nullable_as_a_whole(node) and len(node.value["allOf"]) == 1:
        return node.at("allOf").at(0)
    for keyword in ("anyOf", "oneOf"):
        if known == {keyword} and len(node.value[keyword]) == 2 and _NULL in node.value[keyword]:
            return node.at(keyword).at(1 - node.value[keyword].index(_NULL))
    return None


def _is_list(node: Node, shape: Shape) -> bool:
    has_items = isinstance(node.value, dict) and isinstance(node.value.get("items"), dict)
    return has_items and shape.kinds == {"array"} and not shape.prefix and not shape.alternatives
