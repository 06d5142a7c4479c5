"""Schemas without the demands for members that are left out in the direction that is looked at."""

from __future__ import annotations

from typing import Any

from switchover.contract.shapes.shape import Shape


def without_unsent(shape: Shape, schema: dict[str, Any]) -> dict[str, Any]:
    """A schema whose `required` does not name members that are left out; `shape` is that of the schema."""
    options = shape.alternatives or (shape,)
    unsent = {name for option in options for name, member in option.properties.items() if member.is_unsent}
    if not unsent:
        return schema
    found = _loosened(schema, unsent)
    if isinstance(found.get("allOf"), list):
        found["allOf"] = [_loosened(part, unsent) if isinstance(part, dict) else part for part in found["allOf"]]
    return found


def _loosened(schema: dict[str, Any], unsent: set[str]) -> dict[str, Any]:
    if not isinstance(schema.get("required"), list):
        return schema
    return {**schema, "required": [name for name in schema["required"] if name not in unsent]}
