"""Schemas of annotations. The models in them become components, each under a name of its own."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import JsonRef, JsonSchemaValue
from pydantic_core import core_schema

from switchover.contract.python_schema import PortJsonSchema

REFERENCE: Final = "#/components/schemas/{model}"

_DATA: Final = frozenset({"default", "examples", "const", "enum", "example"})
_NAMED: Final = frozenset({"properties", "$defs"})


class _DraftJsonSchema(PortJsonSchema):
    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """A tag that is a default has to be sent all the same, or nothing would tell the alternatives apart."""
        found = super().tagged_union_schema(schema)
        tag = schema["discriminator"]
        for option in found["oneOf"] if isinstance(tag, str) else ():
            known = self.get_schema_from_definitions(JsonRef(option["$ref"])) if "$ref" in option else option
            if known is not None and tag in known.get("properties", {}):
                known["required"] = list(dict.fromkeys([*known.get("required", ()), tag]))
        return found


class HintSchemas:
    """The schemas of all annotations of an interface, worked out together, so that two models of one name are told apart.

    Attributes:
        components: the models.
    """

    def __init__(self, hints: Iterable[Any]) -> None:
        listed: list[Any] = []
        for hint in hints:
            if not any(_is_same(hint, known) for known in listed):
                listed.append(hint)
        self._hints = listed
        inputs: Any = [(str(index), "validation", TypeAdapter(hint)) for index, hint in enumerate(listed)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of defaults that JSON cannot carry; they are noted where they matter
            found, definitions = TypeAdapter.json_schemas(
                inputs, ref_template=REFERENCE, schema_generator=_DraftJsonSchema
            )
        self._schemas = {key[0]: _tidy(schema) for key, schema in found.items()}
        self.components: dict[str, Any] = {name: _tidy(schema) for name, schema in definitions.get("$defs", {}).items()}

    def of(self, hint: Any) -> dict[str, Any]:
        """The schema of an annotation."""
        index = next(index for index, known in enumerate(self._hints) if _is_same(hint, known))
        return dict(self._schemas[str(index)])


def without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """An argument that is None when it is not sent is never sent as null."""
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    if len(options) == 1:
        return {**options[0], **rest}
    return {**rest, "anyOf": options} if options else schema


def _is_same(a: Any, b: Any) -> bool:
    """`Literal[1]` and `Literal[True]` are equal to Python."""
    return type(a) is type(b) and bool(a == b) and repr(a) == repr(b)


def _tidy(value: Any, *, is_map: bool = False) -> Any:
    """Without the titles that pydantic makes up of names."""
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: below if key in _DATA and not is_map else _tidy(below, is_map=key in _NAMED and not is_map)
        for key, below in value.items()
        if is_map or not (key == "title" and isinstance(below, str))
    }
