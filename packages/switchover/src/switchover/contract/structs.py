"""Classes of attrs and msgspec, as pydantic can read and write them."""

from __future__ import annotations

import sys
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic.errors import PydanticSchemaGenerationError
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True)
class Member:
    """A member of such a class: its attribute, the argument it is made with, and whether it has to be given."""

    attribute: str
    argument: str
    hint: Any
    is_required: bool


def is_struct(hint: Any) -> bool:
    """Whether this is a class of attrs or msgspec."""
    return isinstance(hint, type) and (hasattr(hint, "__attrs_attrs__") or hasattr(hint, "__struct_fields__"))


def members_of(cls: Any) -> list[Member]:
    """The members that an instance is made with.

    Raises:
        NameError: an annotation cannot be read.
    """
    hints = typing.get_type_hints(cls, include_extras=True)
    if hasattr(cls, "__attrs_attrs__"):
        nothing = sys.modules["attr"].NOTHING
        return [
            Member(one.name, one.alias, hints.get(one.name, Any), one.default is nothing)
            for one in cls.__attrs_attrs__
            if one.init
        ]
    fields = sys.modules["msgspec"].structs.fields(cls)
    return [Member(one.name, one.name, hints.get(one.name, Any), one.required) for one in fields]


@dataclass(frozen=True)
class Struct:
    """Extra of an annotation: how pydantic reads and writes a class of attrs or msgspec, as an object with its members.

    Attributes:
        readable: makes annotations of members readable in turn.
    """

    cls: type
    readable: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """See pydantic."""
        if self.cls in _open:
            raise PydanticSchemaGenerationError(f"{self.cls.__name__} is part of itself; use a dataclass")
        _open.append(self.cls)
        try:
            members = members_of(self.cls)
            shape = core_schema.typed_dict_schema(
                {one.argument: self._field(one, handler) for one in members}, cls_name=self.cls.__name__
            )
        finally:
            _open.pop()
        made = core_schema.no_info_after_validator_function(lambda values: self.cls(**values), shape)
        given = core_schema.union_schema([core_schema.is_instance_schema(self.cls), made])
        return core_schema.json_or_python_schema(
            made,
            given,
            serialization=core_schema.wrap_serializer_function_ser_schema(
                lambda value, write: write({one.argument: getattr(value, one.attribute) for one in members}),
                schema=shape,
            ),
        )

    def _field(self, member: Member, handler: GetCoreSchemaHandler) -> core_schema.TypedDictField:
        schema = handler.generate_schema(self.readable(member.hint))
        return core_schema.typed_dict_field(schema, required=member.is_required)


_open: list[type] = []
"""The classes whose members are being read, to find one that is part of itself."""
