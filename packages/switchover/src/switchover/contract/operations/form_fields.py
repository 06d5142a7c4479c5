"""Forms: `application/x-www-form-urlencoded` and `multipart/form-data` as one object with named members (OpenAPI 3.1, section 4.8.15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from switchover.contract import media
from switchover.contract.findings import Notes
from switchover.contract.model import Content, FormField, Media, Parameter, Style
from switchover.contract.node import Node
from switchover.contract.operations.styled import form_problems
from switchover.contract.shapes.shape import Property, Shape

_TEXT: Final = Shape(kinds=frozenset({"string"}), is_nullable=False)
_STYLES: Final = {style.value: style for style in (Style.FORM, Style.SPACE, Style.PIPE, Style.DEEP)}
_BYTES: Final = "application/octet-stream"


def form_content(name: str, offer: Node, kind: Media, schema: Node, shape: Shape, notes: Notes) -> Content | None:
    """The content of a form, with a field for each member; None if it is no object with named members."""
    if "object" not in shape.kinds or shape.alternatives or not shape.properties:
        notes.error(schema, f"is no object with named members, as {name} has them; describe it by `properties`")
        return None
    if isinstance(shape.extra, Property):
        notes.error(schema, f"has members of any name in {name}; name them in `properties`")
        return None
    encoding = offer.value.get("encoding")
    encodings = encoding if isinstance(encoding, dict) else {}
    fields = [
        _field(key, member, encodings.get(key), _declared(schema, key), schema, kind)
        for key, member in shape.properties.items()
    ]
    for field in fields:
        for problem in _problems(field) if not field.is_file else ():
            notes.error(schema, f"is a form with the member {field.name!r}{problem}")
    files = {field.name: _placeholder(field, shape.properties[field.name]) for field in fields if field.is_file}
    kinds = frozenset({"object"})
    whole = replace(shape, kinds=kinds, is_nullable=False, properties={**shape.properties, **files})
    return Content(media.essence(name), kind, schema, whole, tuple(fields))


def _field(key: str, member: Property, encoding: Any, node: Node | None, schema: Node, kind: Media) -> FormField:
    declared = node.resolved().value if node is not None else None
    said: Mapping[str, Any] = encoding if isinstance(encoding, dict) else {}
    content_type = str(said.get("contentType", "")).partition(",")[0].strip()
    is_file = kind is Media.MULTIPART and _is_file(member.shape, declared, content_type)
    style = _STYLES.get(str(said.get("style")))
    if not is_file and style is None and _is_json(member.shape, content_type):
        style = Style.JSON
    style = style or Style.FORM
    explode = bool(said.get("explode", style is Style.FORM))
    parameter = Parameter(key, "query", member.is_required, style, explode, node or schema, member.shape)
    named = content_type if content_type and "*" not in content_type else _BYTES
    return FormField(parameter, is_file, named if is_file else "")


def _is_file(shape: Shape, declared: Any, content_type: str) -> bool:
    """Bytes are `format: binary` in 3.0; in 3.1 they have a `contentMediaType`, or no type at all."""
    if shape.kinds == {"array"} and shape.items is not None:
        items = declared.get("items") if isinstance(declared, dict) else None
        return _is_file(shape.items.shape, items, content_type)
    if shape.is_anything:
        return not content_type or media.media_of(content_type) not in (Media.JSON, Media.TEXT)
    is_bytes = isinstance(declared, dict) and "contentMediaType" in declared and "contentEncoding" not in declared
    return shape.kinds == {"string"} and (shape.format == "binary" or is_bytes)


def _is_json(shape: Shape, content_type: str) -> bool:
    """Objects are JSON unless a style is named; anything is, if its content type says so."""
    return shape.kinds == {"object"} or bool(content_type and media.media_of(content_type) is Media.JSON)


def _problems(field: FormField) -> list[str]:
    parameter = field.parameter
    if parameter.style is Style.JSON:
        return []
    return list(form_problems(parameter.shape, parameter.style, "query", explode=parameter.explode))


def _placeholder(field: FormField, member: Property) -> Property:
    """What stands for a file where the other members are held against the schema: a text, or as many as there are files."""
    shape = _TEXT
    if field.is_list:
        items = Property(lambda: _TEXT)
        shape = replace(member.shape, items=items)
    return replace(member, read=lambda: shape)


def _declared(schema: Node, name: str) -> Node | None:
    """The schema of a member, where it stands directly below `properties`."""
    below = schema.resolved().get("properties")
    return below.step(name) if below is not None else None
