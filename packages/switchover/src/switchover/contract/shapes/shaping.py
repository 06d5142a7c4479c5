"""Shapes read from schemas."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from switchover.contract import dialect, discriminator
from switchover.contract.direction import is_unsent
from switchover.contract.node import Node
from switchover.contract.shapes.meeting import Meeting, normal, union, widened
from switchover.contract.shapes.shape import ANYTHING, FALLBACK, KINDS, NOT_FINITE, NOTHING, Opaque, Property, Shape

_LIMITS: Final = frozenset(
    {
        "minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum",
        "maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum",
    }
)  # fmt: skip
_OPAQUE: Final = frozenset(
    {
        "not", "if", "dependentSchemas", "dependentRequired", "patternProperties", "propertyNames", "contains",
        "unevaluatedItems",
    }
)  # fmt: skip
_OBJECT: Final = ("properties", "additionalProperties", "patternProperties")
_ARRAY: Final = ("items", "prefixItems")
_SAME_FORMAT: Final[Mapping[Any, str]] = {"byte": "base64"}  # OpenAPI 3.0's name for what JSON Schema calls an encoding

Key = tuple[int, str, str]


def reader() -> Callable[[Node], Shape]:
    """A function that reads shapes; what it has read it hands out again, so one reader serves one comparison or many."""
    return _Reader().read


class _Reader:
    def __init__(self) -> None:
        self._known: dict[Key, Shape] = {}
        self._kept: list[object] = []
        self._meeting = Meeting()

    def read(self, node: Node, above: frozenset[Key] = frozenset()) -> Shape:
        key = (id(node.document), node.file, node.pointer)
        if key in self._known:
            return self._known[key]
        if key in above:
            return ANYTHING  # an allOf or $ref that leads back to itself restricts nothing
        shape = self._conjunction(node, above | {key})
        self._known[key] = shape
        self._kept.append(node.document)
        return shape

    def _conjunction(self, node: Node, above: frozenset[Key]) -> Shape:
        if not isinstance(node.value, dict):
            return NOTHING if node.value is False else ANYTHING
        schema = dialect.keywords(node)
        shape = self._own(node, schema)
        if isinstance(schema.get("$ref"), str):
            shape = self._meeting.meet(shape, self.read(node.target(), above))
        for part in _listed(node, schema, "allOf"):
            shape = self._meeting.meet(shape, self.read(part, above))
        for keyword in ("anyOf", "oneOf"):
            options = [self._option(node, option, above) for option in _listed(node, schema, keyword)]
            if options:
                options = _exclusive(options, node) if keyword == "oneOf" else options
                shape = self._meeting.meet(shape, union(options))
        if "unevaluatedProperties" in schema:
            closing = Opaque("unevaluatedProperties", _text(node, schema))
            shape = _closed(shape, self._further(node, "unevaluatedProperties"), closing)
        if dialect.is_nullable_as_a_whole(node):
            shape = replace(shape, is_nullable=True)
        if FALLBACK in schema:
            shape = replace(shape, fallback=(schema[FALLBACK],))
        return replace(shape, default=(schema["default"],)) if "default" in schema else shape

    def _option(self, node: Node, option: Node, above: frozenset[Key]) -> Shape:
        """One alternative; where a discriminator decides, with the values that stand for it."""
        shape = self.read(option, above)
        name = discriminator.property_of(node)
        tags = discriminator.tags(node, option) if name is not None else []
        if name is None or not tags or shape.alternatives:
            return shape
        own = shape.properties.get(name)

        def tag() -> Shape:
            is_said = own is not None and own.shape.enum is not None
            return ANYTHING if is_said else Shape(frozenset({"string"}), is_nullable=False, enum=tuple(tags))

        tagged = Shape(frozenset({"object"}), is_nullable=False, properties={name: Property(tag, is_required=True)})
        return self._meeting.meet(shape, tagged)

    def _own(self, node: Node, schema: Mapping[str, Any]) -> Shape:
        """What the keywords of this schema say, without the schemas it refers to or is composed of."""
        enum = _enum(schema)
        kinds, is_nullable = _kinds(schema, enum)
        multiple: Any = schema.get("multipleOf")
        return normal(
            Shape(
                kinds=kinds,
                is_nullable=is_nullable,
                enum=None if enum is None else tuple(value for value in enum if value is not None),
                properties=self._properties(node, schema),
                extra=self._extra(node, schema),
                items=self._items(node, schema),
                prefix=tuple(self._property(item) for item in _listed(node, schema, "prefixItems")),
                limits={key: value for key, value in schema.items() if key in _LIMITS and _is_number(value)},
                multiples=frozenset([multiple]) if _is_number(multiple) else frozenset(),
                is_unique=schema.get("uniqueItems") is True,
                patterns=frozenset([schema["pattern"]]) if isinstance(schema.get("pattern"), str) else frozenset(),
                format=_format(schema),
                is_finite=NOT_FINITE not in schema,
                opaque=frozenset(_opaque(keyword, node, schema) for keyword in set(schema) & _OPAQUE),
            )
        )

    def _properties(self, node: Node, schema: Mapping[str, Any]) -> dict[str, Property]:
        required = {name for name in _list(schema.get("required")) if isinstance(name, str)}
        below = node.get("properties") if "properties" in schema else None
        named = below.value if below is not None and isinstance(below.value, dict) else {}
        found = {
            name: self._property(below.at(name), is_required=name in required) for name in named if below is not None
        }
        further = self._extra(node, schema)
        for name in sorted(required - set(found)):
            found[name] = Property(lambda: _further_shape(further), is_required=True, is_named=False)
        return found

    def _property(self, node: Node, *, is_required: bool = False) -> Property:
        flags = _flags(node)
        unsent = is_unsent(node, flags)
        return Property(
            lambda: self.read(node),
            is_required=is_required and not unsent,
            is_read_only="readOnly" in flags,
            is_write_only="writeOnly" in flags,
            is_unsent=unsent,
        )

    def _items(self, node: Node, schema: Mapping[str, Any]) -> Property | None:
        says_something = isinstance(schema.get("items"), dict) and schema["items"]
        return self._property(node.at("items")) if says_something or schema.get("items") is False else None

    def _extra(self, node: Node, schema: Mapping[str, Any]) -> bool | Property:
        """Further members. Where patterns give names a shape of their own, it is one of theirs or that of the rest."""
        rest = self._further(node, "additionalProperties") if "additionalProperties" in schema else True
        below = node.get("patternProperties") if "patternProperties" in schema else None
        patterns = (
            [below.at(pattern) for pattern in below.value]
            if below is not None and isinstance(below.value, dict)
            else []
        )
        if not patterns or rest is True:
            return rest
        others = [] if isinstance(rest, bool) else [rest]
        return Property(lambda: union([*map(self.read, patterns), *(other.shape for other in others)]))

    def _further(self, node: Node, keyword: str) -> bool | Property:
        """What a keyword about further members says; `true` and `{}` say that they may be anything."""
        value = node.value[keyword]
        if isinstance(value, dict):
            return self._property(node.at(keyword))
        return False if value is False else Property(lambda: ANYTHING)


def _enum(schema: Mapping[str, Any]) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return schema["enum"] if isinstance(schema.get("enum"), list) else None


def _kinds(schema: Mapping[str, Any], enum: list[Any] | None) -> tuple[frozenset[str], bool]:
    declared = schema.get("type")
    listed = [declared] if isinstance(declared, str) else _list(declared)
    if listed:
        kinds, is_nullable = widened(kind for kind in listed if kind in KINDS), "null" in listed
    elif enum is None and any(isinstance(schema.get(keyword), dict) for keyword in _OBJECT):
        # Read as everyone means it. The schema alone would also let a string through; the type of the argument will not.
        kinds, is_nullable = frozenset({"object"}), False
    elif enum is None and any(keyword in schema for keyword in _ARRAY):
        kinds, is_nullable = frozenset({"array"}), False
    else:
        kinds, is_nullable = KINDS, True
    return kinds, is_nullable and (enum is None or None in enum)


def _format(schema: Mapping[str, Any]) -> str | None:
    declared = schema.get("format")
    if declared is None and schema.get("contentEncoding") == "base64":
        return "base64"
    return _SAME_FORMAT.get(declared, declared) if isinstance(declared, str) else None


def _flags(node: Node) -> set[str]:
    """`readOnly` and `writeOnly`, as they stand here or at what is referred to."""
    found: set[str] = set()
    for place in (node, node.resolved()):
        schema = dialect.keywords(place) if isinstance(place.value, dict) else {}
        found |= {flag for flag in ("readOnly", "writeOnly") if schema.get(flag) is True}
    return found


def _listed(node: Node, schema: Mapping[str, Any], keyword: str) -> Iterator[Node]:
    below = node.get(keyword) if keyword in schema else None
    for index in range(len(_list(below.value))) if below is not None else ():
        assert below is not None
        yield below.at(index)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _opaque(keyword: str, node: Node, schema: Mapping[str, Any]) -> Opaque:
    """What a keyword restricts. Where all further members have one pattern, `extra` is their shape, and the pattern is all the rest."""
    patterns = schema.get(keyword) if keyword == "patternProperties" else None
    if isinstance(patterns, dict) and len(patterns) == 1 and schema.get("additionalProperties") is False:
        return Opaque(keyword, next(iter(patterns)))
    if keyword == "propertyNames" and isinstance(schema[keyword], dict):
        return Opaque(keyword, _text(node, schema[keyword]))  # it restricts names, whatever the values are
    return Opaque(keyword, _text(node, schema))


def _text(node: Node, schema: Mapping[str, Any]) -> str:
    """What a schema says, and in which file if it refers to others: a text that only schemas that mean the same share."""
    text = json.dumps(schema, sort_keys=True)
    return f"{id(node.document)} {node.file} {text}" if '"$ref"' in text else text


def _exclusive(options: list[Shape], node: Node) -> list[Shape]:
    """Of oneOf exactly one may apply: each option has the others as rivals."""
    text = _text(node, node.value)
    rivals = [Opaque("oneOf", f"{index} {text}", rival) for index, rival in enumerate(options)]
    found = []
    for index, option in enumerate(options):
        others = frozenset(rival for position, rival in enumerate(rivals) if position != index)
        parts = tuple(replace(part, opaque=part.opaque | others) for part in option.alternatives)
        found.append(replace(option, alternatives=parts) if parts else replace(option, opaque=option.opaque | others))
    if sum(option.is_nullable for option in options) > 1:
        return [replace(option, is_nullable=False) for option in found]
    return found


def _closed(shape: Shape, further: bool | Property, closing: Opaque) -> Shape:  # noqa: FBT001 - this is what a shape holds
    """What `unevaluatedProperties` says about names that no schema beside it knows, in every alternative."""
    if shape.alternatives:
        return replace(shape, alternatives=tuple(_closed(option, further, closing) for option in shape.alternatives))
    if shape.extra is not True:
        return shape
    if any(opaque.keyword == "patternProperties" for opaque in shape.opaque):  # names of its patterns are known
        return replace(shape, opaque=shape.opaque | {closing})
    properties = {
        name: member if member.is_named else replace(member, read=lambda: _further_shape(further))
        for name, member in shape.properties.items()
    }
    return replace(shape, extra=further, properties=properties)


def _further_shape(further: bool | Property) -> Shape:  # noqa: FBT001 - this is what a shape holds
    if isinstance(further, Property):
        return further.shape
    return ANYTHING if further else NOTHING


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
