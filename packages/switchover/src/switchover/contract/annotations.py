"""What pydantic says about a Python annotation, as shapes that can be held against the contract's."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import PydanticInvalidForJsonSchema, PydanticUserError, TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from switchover.contract.document import Document, Node
from switchover.contract.shape import Shape, reader


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
    except (PydanticSchemaGenerationError, PydanticInvalidForJsonSchema, PydanticUserError) as error:
        raise NotAWireType(str(error).splitlines()[0].rstrip(".")) from error


def _shape(adapter: TypeAdapter[Any], mode: Literal["validation", "serialization"]) -> Shape:
    with warnings.catch_warnings():
        # pydantic warns of defaults that JSON cannot carry; such a default never crosses.
        warnings.simplefilter("ignore")
        schema = adapter.json_schema(mode=mode, by_alias=True, schema_generator=PortJsonSchema)
    return _read_plain(schema)


def _read_plain(schema: Mapping[str, Any]) -> Shape:
    document = Document("annotation", "3.1", {}, {"annotation": schema})
    read: Callable[[Node], Shape] = reader()
    return read(document.root)


class PortJsonSchema(GenerateJsonSchema):
    """JSON Schema that says more about what a port has to know: offsets of times, members that are always written."""

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> JsonSchemaValue:
        constraint = schema.get("tz_constraint")
        if constraint == "naive":
            return {"type": "string", "format": "date-time without an offset"}
        if constraint is None and self.mode == "serialization":
            return {"type": "string"}  # may be naive, and then it is no RFC 3339 time
        return {"type": "string", "format": "date-time"}

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        if self.mode == "serialization" and field["type"] != "typed-dict-field":
            return not field.get("serialization_exclude", False)
        return super().field_is_required(field, total)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        found = super().default_schema(schema)
        if found.get("default", ...) is None and not _is_nullable(schema["schema"]):
            # `x: str = None`: a default that the type does not allow only says "absent".
            found.pop("default")
        return found


def _is_nullable(schema: CoreSchema) -> bool:
    return schema["type"] in ("nullable", "none", "any", "definition-ref", "union")
