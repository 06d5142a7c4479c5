"""Models whose instances are what their annotations say, by construction.

pydantic checks a model when it is made, and writes it without looking again: None goes out as null and NaN as null whatever the
annotation. So what a backend answers is checked against the contract, except for instances of models that were checked when they were
made, all the way down, and that nobody can have assigned to since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

_SCALARS: Final = frozenset({"str", "int", "bool", "none", "date", "datetime", "time", "uuid", "literal", "enum"})


def sound_model(schema: Any) -> type | None:
    """The model that a core schema of pydantic's is of, if its instances are right by construction; None for everything else."""
    definitions = {item["ref"]: item for item in schema.get("definitions", ())}
    if schema["type"] == "definitions":
        schema = schema["schema"]
    if schema["type"] == "definition-ref":
        schema = definitions[schema["schema_ref"]]
    if schema["type"] == "model" and _is_sound(schema, definitions, set()):
        cls: type = schema["cls"]
        return cls
    return None


def _is_sound(schema: Any, definitions: Mapping[str, Any], seen: set[int]) -> bool:
    if id(schema) in seen:
        return True
    seen.add(id(schema))
    if "serialization" in schema or not _is_checked(schema):
        return False
    return all(_is_sound(below, definitions, seen) for below in _below(schema, definitions))


def _is_checked(schema: Any) -> bool:
    """Is this part of a value, without what is below it, as its schema says once it has been validated?"""
    match schema["type"]:
        case "float":
            # NaN fails every bound, an infinity fails the one on its side.
            is_bounded = ("ge" in schema or "gt" in schema) and ("le" in schema or "lt" in schema)
            return is_bounded or schema.get("allow_inf_nan") is False
        case "default":
            # A default is not validated; None is the one that is often not what the annotation says.
            return (
                schema.get("default") is not None
                or "default_factory" in schema
                or schema["schema"]["type"] == "nullable"
            )
        case "model":
            return schema["cls"].model_config.get("frozen") is True and not schema.get("root_model")
        case "model-fields":
            return not schema.get("computed_fields")
    return schema["type"] in _SCALARS or schema["type"] in (
        "list",
        "set",
        "frozenset",
        "nullable",
        "definition-ref",
        "union",
    )


def _below(schema: Any, definitions: Mapping[str, Any]) -> Iterator[Any]:
    match schema["type"]:
        case "list" | "set" | "frozenset":
            yield schema.get("items_schema", {"type": "any"})
        case "nullable" | "default" | "model":
            yield schema["schema"]
        case "definition-ref":
            yield definitions[schema["schema_ref"]]
        case "union":
            yield from (choice[0] if isinstance(choice, tuple) else choice for choice in schema["choices"])
        case "model-fields":
            yield from (field["schema"] for field in schema["fields"].values())
