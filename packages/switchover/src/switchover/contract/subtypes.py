"""Parents with a discriminator whose subtypes extend them by `allOf` (OpenAPI 3.1, section 4.8.25.4), as alternatives.

A reference to such a parent means any of its subtypes; as a part of an `allOf`, it means what they have in common. So the parent is
read as two schemas: `Pet`, with its subtypes in `oneOf`, and `PetBase`, which they extend.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

_SCHEMAS: Final = "#/components/schemas/"
_ASIDE: Final = ("title", "description", "nullable", "deprecated")
"""What is said of the parent beside what its values are."""

Schemas = Mapping[str, Any]


def with_subtypes(root: Any, text: str) -> Any:
    """An OpenAPI object in which parents name their subtypes; `text` is the file, where it is the only one."""
    components = root.get("components") if isinstance(root, dict) else None
    schemas = components.get("schemas") if isinstance(components, dict) else None
    if not isinstance(components, dict) or not isinstance(schemas, dict):
        return root
    parents = _parents(schemas, text)
    if not parents:
        return root
    bases = {name: _unused(f"{name}Base", schemas) for name in parents}
    found = {name: _extending(schema, bases) for name, schema in schemas.items()}
    for name, subtypes in parents.items():
        schema = found[name]
        found[bases[name]] = {key: value for key, value in schema.items() if key not in ("discriminator", *_ASIDE)}
        found[name] = _alternatives(schema, subtypes, bases)
    return {**root, "components": {**components, "schemas": found}}


def _parents(schemas: Schemas, text: str) -> dict[str, list[str]]:
    """The subtypes of each parent. One of which a part is referred to (`Pet/properties/id`) is left as it is."""
    found: dict[str, list[str]] = {}
    parents = [(name, schema) for name, schema in schemas.items() if _is_parent(schema)]
    children = _children(schemas) if parents else {}
    for name, schema in parents:
        if f"{_SCHEMAS}{name}/" not in text:
            mapped = [subtype for _, subtype in _mapped(schema) if subtype in schemas]
            subtypes = list(dict.fromkeys([*_descendants(name, children), *mapped]))
            if subtypes and subtypes != [name]:
                found[name] = subtypes
    return found


def _is_parent(schema: Any) -> bool:
    if not isinstance(schema, dict) or any(keyword in schema for keyword in ("oneOf", "anyOf", "$ref")):
        return False
    discriminator = schema.get("discriminator")
    return isinstance(discriminator, dict) and isinstance(discriminator.get("propertyName"), str)


def _descendants(name: str, children: Mapping[str, list[str]]) -> list[str]:
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        for child in children.get(waiting.pop(0), ()):
            if child not in found and child != name:
                found[child] = None
                waiting.append(child)
    return list(found)


def _children(schemas: Schemas) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, schema in schemas.items():
        for parent in _extended(schema):
            found.setdefault(parent, []).append(name)
    return found


def _extended(schema: Any) -> list[str]:
    """Names of the components that a schema extends."""
    parts = schema.get("allOf") if isinstance(schema, dict) else None
    references = [part.get("$ref") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    return [_name(reference) for reference in references if isinstance(reference, str) and reference[:1] == "#"]


def _extending(schema: Any, bases: Mapping[str, str]) -> Any:
    """A schema that extends what its parents' subtypes have in common."""
    if not bases.keys() & set(_extended(schema)):
        return schema
    parts = [
        {**part, "$ref": _SCHEMAS + bases[_name(part["$ref"])]}
        if isinstance(part, dict) and _name(str(part.get("$ref"))) in bases
        else part
        for part in schema["allOf"]
    ]
    return {**schema, "allOf": parts}


def _alternatives(schema: Mapping[str, Any], subtypes: list[str], bases: Mapping[str, str]) -> dict[str, Any]:
    tags = list(_mapped(schema))
    mapping = {
        tag: _SCHEMAS + bases.get(name, name)
        for name in subtypes
        for tag in [tag for tag, mapped in tags if mapped == name] or [name]
    }
    aside = {key: schema[key] for key in _ASIDE if key in schema}
    return {
        **aside,
        "oneOf": [{"$ref": target} for target in dict.fromkeys(mapping.values())],
        "discriminator": {**schema["discriminator"], "mapping": mapping},
    }


def _mapped(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    mapping = schema["discriminator"].get("mapping")
    for tag, text in mapping.items() if isinstance(mapping, dict) else ():
        if isinstance(tag, str) and isinstance(text, str):
            yield tag, _name(text)


def _name(reference: str) -> str:
    return reference.removeprefix(_SCHEMAS)


def _unused(name: str, schemas: Schemas) -> str:
    while name in schemas:
        name += "_"
    return name
