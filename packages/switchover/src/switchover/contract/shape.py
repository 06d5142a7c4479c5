"""What a JSON Schema says about the form of a value, with references and compositions worked in.

A shape is what comparing needs: kinds, properties, items, bounds, alternatives. It is read from the contract and from
what pydantic says about a Python annotation, by the same code. Validation itself is left to the JSON Schema engine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from switchover.contract.document import Node

KINDS: Final = frozenset({"boolean", "integer", "number", "string", "array", "object"})
"""The JSON types other than null. `number` is always accompanied by `integer`."""

_LOWER: Final = frozenset({"minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"})
_UPPER: Final = frozenset({"maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum"})
_OPAQUE: Final = frozenset(
    {
        "not", "if", "dependentSchemas", "dependentRequired", "patternProperties", "propertyNames", "contains",
        "unevaluatedItems", "$dynamicRef", "$recursiveRef",
    }
)  # fmt: skip
_MOST_ALTERNATIVES: Final = 64


@dataclass(frozen=True, eq=False)
class Property:
    """One named member of an object."""

    read: Callable[[], Shape]
    is_required: bool
    is_read_only: bool = False
    is_write_only: bool = False

    @cached_property
    def shape(self) -> Shape:
        """The shape of its value."""
        return self.read()


@dataclass(frozen=True, eq=False)
class Shape:
    """The form of the values that a schema allows.

    Attributes:
        kinds: JSON types other than null.
        is_nullable: is null allowed?
        enum: the only values allowed besides null, or None.
        properties: named members of an object.
        extra: further members: True (anything), False (none) or their shape.
        items: shape of the elements of an array beyond `prefix`, or None for anything.
        limits: bounds by keyword, the tightest of each.
        patterns: regular expressions that a string has to match, all of them.
        format: the `format`, or None.
        alternatives: shapes of which one applies; then only `kinds` and `is_nullable` speak beside them.
        opaque: keywords that restrict further in ways that a shape does not show.
        default: the default in a tuple of one, or an empty tuple.
        traps: names that an `additionalProperties: false` forbids although a schema beside it asks for them.
    """

    kinds: frozenset[str] = KINDS
    is_nullable: bool = True
    enum: tuple[Any, ...] | None = None
    properties: Mapping[str, Property] = field(default_factory=dict)
    extra: bool | Property = True
    items: Property | None = None
    prefix: tuple[Property, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)
    multiples: frozenset[float] = frozenset()
    is_unique: bool = False
    patterns: frozenset[str] = frozenset()
    format: str | None = None
    alternatives: tuple[Shape, ...] = ()
    opaque: frozenset[str] = frozenset()
    default: tuple[Any, ...] = ()
    traps: frozenset[str] = frozenset()

    @cached_property
    def is_anything(self) -> bool:
        """Is every value allowed?"""
        return self.kinds == KINDS and self.is_nullable and not self.is_restricted

    @cached_property
    def is_restricted(self) -> bool:
        """Is more said than which kinds are allowed?"""
        return bool(
            self.enum is not None or self.properties or self.extra is not True or self.items or self.prefix or self.limits
            or self.multiples or self.is_unique or self.patterns or self.format or self.alternatives or self.opaque
        )  # fmt: skip


ANYTHING: Final = Shape()
NOTHING: Final = Shape(kinds=frozenset(), is_nullable=False)


class _Shapes:
    """Shapes already read or met, so that schemas that contain themselves end."""

    def __init__(self) -> None:
        self.read: dict[tuple[int, str, str], Shape] = {}
        self.met: dict[tuple[int, int], Shape] = {}
        self.kept: list[object] = []


def reader() -> Callable[[Node], Shape]:
    """A function that reads shapes; what it has read it hands out again, so one reader serves one comparison or many."""
    known = _Shapes()
    return lambda node: _read(node, known, frozenset())


def _read(node: Node, known: _Shapes, above: frozenset[tuple[int, str, str]]) -> Shape:
    key = (id(node.document), node.file, node.pointer)
    if key in known.read:
        return known.read[key]
    if key in above:
        return ANYTHING  # an allOf or $ref that leads back to itself restricts nothing
    shape = _conjunction(node, known, above | {key})
    known.read[key] = shape
    known.kept.append(node.document)
    return shape


def _conjunction(node: Node, known: _Shapes, above: frozenset[tuple[int, str, str]]) -> Shape:
    if node.value is False:
        return NOTHING
    if not isinstance(node.value, dict):
        return ANYTHING
    shape = _own(node, known)
    if isinstance(node.value.get("$ref"), str):
        target = node.document.follow(node.file, node.value["$ref"])
        shape = _meet(shape, _read(target, known, above), known)
    for part in _listed(node, "allOf"):
        shape = _meet(shape, _read(part, known, above), known)
    for keyword in ("anyOf", "oneOf"):
        options = [_read(option, known, above) for option in _listed(node, keyword)]
        if options:
            shape = _meet(shape, _union(options), known)
    shape = _closed(shape) if node.value.get("unevaluatedProperties") is False else shape
    return replace(shape, default=(node.value["default"],)) if "default" in node.value else shape


def _listed(node: Node, keyword: str) -> Iterable[Node]:
    value = node.value.get(keyword)
    if isinstance(value, list):
        below = node.at(keyword)
        for index in range(len(value)):
            yield below.at(index)


def _own(node: Node, known: _Shapes) -> Shape:
    """What the keywords of this schema say, without the schemas it refers to or is composed of."""
    schema: dict[str, Any] = node.value
    enum = _enum(schema)
    kinds, is_nullable = _kinds(schema, enum)
    return Shape(
        kinds=kinds,
        is_nullable=is_nullable,
        enum=None if enum is None else tuple(value for value in enum if value is not None),
        properties=_properties(node, known),
        extra=_extra(node, known),
        items=_one(node, "items", known),
        prefix=_prefix(node, known),
        limits={key: value for key, value in schema.items() if key in _LOWER | _UPPER and _is_number(value)},
        multiples=frozenset([schema["multipleOf"]]) if _is_number(schema.get("multipleOf")) else frozenset(),
        is_unique=schema.get("uniqueItems") is True,
        patterns=frozenset([schema["pattern"]]) if isinstance(schema.get("pattern"), str) else frozenset(),
        format=schema["format"] if isinstance(schema.get("format"), str) else None,
        opaque=frozenset(schema) & _OPAQUE,
    )


def _enum(schema: Mapping[str, Any]) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return schema["enum"] if isinstance(schema.get("enum"), list) else None


def _kinds(schema: Mapping[str, Any], enum: list[Any] | None) -> tuple[frozenset[str], bool]:
    declared = schema.get("type")
    if isinstance(declared, str):
        declared = [declared]
    if isinstance(declared, list):
        kinds, is_nullable = _widened(frozenset(declared))
    elif enum is None and "properties" in schema:
        # Read as everyone means it. The schema alone would also let a string through; the type of the argument will not.
        kinds, is_nullable = frozenset({"object"}), False
    elif enum is None and ("items" in schema or "prefixItems" in schema):
        kinds, is_nullable = frozenset({"array"}), False
    else:
        kinds, is_nullable = KINDS, True
    if enum is not None:
        listed, has_null = _widened(frozenset(kind_of(value) for value in enum))
        kinds, is_nullable = kinds & listed, is_nullable and has_null
    return kinds, is_nullable


def _widened(kinds: frozenset[str]) -> tuple[frozenset[str], bool]:
    is_nullable = "null" in kinds
    return (kinds - {"null"}) | ({"integer"} if "number" in kinds else frozenset()), is_nullable


def kind_of(value: Any) -> str:
    """The JSON type of a plain value; a number without a fraction is an integer (JSON Schema core, 4.2.3)."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "string"
        case list() | tuple():
            return "array"
    return "object"


def _properties(node: Node, known: _Shapes) -> dict[str, Property]:
    schema = node.value
    required = {name for name in schema.get("required") or () if isinstance(name, str)}
    found: dict[str, Property] = {}
    if isinstance(schema.get("properties"), dict):
        below = node.at("properties")
        for name in below.value:
            found[name] = _property(below.at(name), known, name in required)
    for name in sorted(required - set(found)):
        found[name] = Property(lambda: ANYTHING, is_required=True)
    return found


def _property(node: Node, known: _Shapes, is_required: bool) -> Property:
    flags = node.resolved().value
    flags = {**flags, **node.value} if isinstance(flags, dict) and isinstance(node.value, dict) else {}
    return Property(
        lambda: _read(node, known, frozenset()),
        is_required,
        is_read_only=flags.get("readOnly") is True,
        is_write_only=flags.get("writeOnly") is True,
    )


def _extra(node: Node, known: _Shapes) -> bool | Property:
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        value = node.value.get(keyword)
        if value is False and keyword == "additionalProperties":
            return False
        if isinstance(value, dict) and value:
            return _property(node.at(keyword), known, False)
    return True


def _one(node: Node, keyword: str, known: _Shapes) -> Property | None:
    value = node.value.get(keyword)
    if value is False or (isinstance(value, dict) and value):
        return _property(node.at(keyword), known, False)
    return None


def _prefix(node: Node, known: _Shapes) -> tuple[Property, ...]:
    return tuple(_property(item, known, True) for item in _listed(node, "prefixItems"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _closed(shape: Shape) -> Shape:
    """`unevaluatedProperties: false` forbids what no schema beside it knows, in every alternative."""
    if shape.alternatives:
        return replace(shape, alternatives=tuple(_closed(option) for option in shape.alternatives))
    return replace(shape, extra=False)


def _union(options: list[Shape]) -> Shape:
    is_nullable = any(option.is_nullable for option in options)
    flat: list[Shape] = []
    for option in options:
        flat.extend(option.alternatives or ([option] if option.kinds else []))
    if len(flat) == 1:
        return replace(flat[0], is_nullable=is_nullable)
    kinds = frozenset().union(*(option.kinds for option in flat))
    return Shape(kinds, is_nullable, alternatives=tuple(flat)) if flat else Shape(frozenset(), is_nullable)


def _meet(a: Shape, b: Shape, known: _Shapes) -> Shape:
    """The shape of the values that both allow."""
    if a.is_anything:
        return replace(b, default=b.default or a.default) if a.default else b
    if b.is_anything:
        return a
    key = (id(a), id(b))
    if key not in known.met:
        known.kept.extend((a, b))
        known.met[key] = _distributed(a, b, known) if a.alternatives or b.alternatives else _plain_meet(a, b, known)
    return known.met[key]


def _distributed(a: Shape, b: Shape, known: _Shapes) -> Shape:
    pairs = [(x, y) for x in a.alternatives or (a,) for y in b.alternatives or (b,)]
    is_nullable = a.is_nullable and b.is_nullable
    if len(pairs) > _MOST_ALTERNATIVES:
        return Shape(a.kinds & b.kinds, is_nullable, opaque=frozenset({"oneOf"}))
    met = [replace(_meet(x, y, known), is_nullable=False) for x, y in pairs]
    union = _union([shape for shape in met if shape.kinds and shape.enum != ()] or [NOTHING])
    return replace(union, is_nullable=is_nullable)


def _plain_meet(a: Shape, b: Shape, known: _Shapes) -> Shape:
    properties = {
        name: _meet_properties(a.properties.get(name), b.properties.get(name), known)
        for name in {**a.properties, **b.properties}
    }
    return Shape(
        kinds=a.kinds & b.kinds,
        is_nullable=a.is_nullable and b.is_nullable,
        enum=_meet_enums(a.enum, b.enum),
        properties=properties,
        extra=_meet_extra(a.extra, b.extra, known),
        items=_meet_optional(a.items, b.items, known),
        prefix=_meet_prefix(a.prefix, b.prefix, known),
        limits=_tightest(a.limits, b.limits),
        multiples=a.multiples | b.multiples,
        is_unique=a.is_unique or b.is_unique,
        patterns=a.patterns | b.patterns,
        format=a.format or b.format,
        opaque=a.opaque | b.opaque | ({"format"} if a.format and b.format and a.format != b.format else frozenset()),
        default=a.default or b.default,
        traps=a.traps | b.traps | _trapped(a, b) | _trapped(b, a),
    )


def _trapped(closed: Shape, other: Shape) -> frozenset[str]:
    return frozenset(other.properties) - frozenset(closed.properties) if closed.extra is False else frozenset()


def _meet_properties(a: Property | None, b: Property | None, known: _Shapes) -> Property:
    if a is None or b is None:
        found = a or b
        assert found is not None
        return found
    return Property(
        lambda: _meet(a.shape, b.shape, known),
        a.is_required or b.is_required,
        a.is_read_only or b.is_read_only,
        a.is_write_only or b.is_write_only,
    )


def _meet_optional(a: Property | None, b: Property | None, known: _Shapes) -> Property | None:
    return _meet_properties(a, b, known) if a or b else None


def _meet_extra(a: bool | Property, b: bool | Property, known: _Shapes) -> bool | Property:
    if isinstance(a, bool) or isinstance(b, bool):
        return False if a is False or b is False else (b if a is True else a)
    return _meet_properties(a, b, known)


def _meet_prefix(a: tuple[Property, ...], b: tuple[Property, ...], known: _Shapes) -> tuple[Property, ...]:
    length = max(len(a), len(b))
    padded = [(a[i] if i < len(a) else None, b[i] if i < len(b) else None) for i in range(length)]
    return tuple(_meet_properties(x, y, known) for x, y in padded)


def _meet_enums(a: tuple[Any, ...] | None, b: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    if a is None or b is None:
        return b if a is None else a
    allowed = {json.dumps(value, sort_keys=True) for value in b}
    return tuple(value for value in a if json.dumps(value, sort_keys=True) in allowed)


def _tightest(a: Mapping[str, float], b: Mapping[str, float]) -> dict[str, float]:
    found = dict(a)
    for key, value in b.items():
        found[key] = value if key not in found else (max if key in _LOWER else min)(found[key], value)
    return found
