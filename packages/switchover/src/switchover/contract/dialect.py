"""OpenAPI 3.0 schemas, rewritten to what OpenAPI 3.1 means: JSON Schema 2020-12.

What differs is recognisable by itself (`nullable: true`, a boolean `exclusiveMinimum`, keywords beside `$ref`), so whole files are walked:
a file that holds one bare schema is met as well. Data (examples, defaults, enums) stays as it is.
"""

from __future__ import annotations

from typing import Any, Final

_DATA: Final = frozenset({"example", "examples", "default", "enum", "const"})
_COMPOSED: Final = ("allOf", "anyOf", "oneOf")


def upgrade(value: Any) -> Any:
    """A copy of a value of an OpenAPI 3.0 file, with its schemas rewritten."""
    if isinstance(value, list):
        return [upgrade(item) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("$ref"), str):
        # OpenAPI 3.0.3, Reference Object: what stands beside $ref is ignored.
        return {"$ref": value["$ref"]}
    found = {key: below if key in _DATA else upgrade(below) for key, below in value.items()}
    _exclusive(found, "minimum", "exclusiveMinimum")
    _exclusive(found, "maximum", "exclusiveMaximum")
    return _nullable(found)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("nullable") not in (True, False) or not isinstance(schema.get("nullable"), bool):
        return schema
    is_nullable = schema.pop("nullable")
    if not is_nullable:
        return schema
    if any(keyword in schema for keyword in _COMPOSED):
        # Strictly, nullable widens only a `type` beside it. Beside an allOf of one $ref it is what everyone
        # writes for a reference that may be null, so that is what it means here.
        return {"anyOf": [schema, {"type": "null"}]}
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
    return schema


def _exclusive(schema: dict[str, Any], bound: str, exclusive: str) -> None:
    flag = schema.get(exclusive)
    if not isinstance(flag, bool):
        return
    del schema[exclusive]
    if flag and bound in schema:
        schema[exclusive] = schema.pop(bound)
