"""What pydantic says about a Python annotation, as shapes that can be held against the contract's."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import PydanticInvalidForJsonSchema, PydanticUndefinedAnnotation, PydanticUserError, TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError
from pydantic_core import PydanticSerializationError

from switchover.contract.node import Node, Tree
from switchover.contract.python_schema import PortJsonSchema
from switchover.contract.shapes.shape import Shape
from switchover.contract.shapes.shaping import reader

__all__ = ["NotAWireType", "PortJsonSchema", "WireType", "wire_type"]

_UNKNOWN: Final = (
    PydanticSchemaGenerationError,
    PydanticInvalidForJsonSchema,
    PydanticUndefinedAnnotation,
    PydanticSerializationError,
    PydanticUserError,
)


class NotAWireType(TypeError):
    """An annotation whose values cannot cross as JSON; the message says why."""


@dataclass(frozen=True, eq=False)
class WireType:
    """A Python annotation: its adapter, what it takes and what it gives."""

    adapter: TypeAdapter[Any]
    takes: Shape
    gives: Shape


def wire_type(annotation: Any) -> WireType:
    """Read an annotation.

    Raises:
        NotAWireType: pydantic does not know it, or JSON cannot carry it.
    """
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(annotation)
        return WireType(adapter, _shape(adapter, "validation"), _shape(adapter, "serialization"))
    except _UNKNOWN as error:
        raise NotAWireType(_reason(error)) from error


def _reason(error: Exception) -> str:
    """The first sentence; what follows is about settings of pydantic's."""
    return str(error).splitlines()[0].partition(". ")[0].rstrip(".")


def _shape(adapter: TypeAdapter[Any], mode: Literal["validation", "serialization"]) -> Shape:
    with warnings.catch_warnings():
        # pydantic warns of defaults that JSON cannot carry; such a default never crosses.
        warnings.simplefilter("ignore")
        schema = adapter.json_schema(mode=mode, by_alias=True, schema_generator=PortJsonSchema)
    return _read_plain(schema)


def _read_plain(schema: Mapping[str, Any]) -> Shape:
    tree = Tree("annotation", "3.1", {}, {"annotation": schema})
    read: Callable[[Node], Shape] = reader()
    return read(tree.root)
