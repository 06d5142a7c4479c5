"""What a JSON Schema says about the form of a value, with references and compositions worked in.

A shape is what comparing needs: kinds, properties, items, bounds, alternatives. It is read from the contract and from
what pydantic says about a Python annotation, by the same code. Validation itself is left to the JSON Schema engine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from json.encoder import encode_basestring_ascii
from typing import Any, Final

KINDS: Final = frozenset({"boolean", "integer", "number", "string", "array", "object"})
"""The JSON types other than null. `number` is always accompanied by `integer`."""

NUMBERS: Final = frozenset({"integer", "number"})

FALLBACK: Final = "x-unknown"
"""A keyword of our own: what a reader takes for a value that the schema does not list, because a newer version wrote it."""

NOT_FINITE: Final = "x-switchover-not-finite"
"""A keyword of our own. It marks numbers that may be NaN or infinite, for which JSON has no word."""


@dataclass(frozen=True, eq=False)
class Property:
    """One member of an object, or the elements of an array.

    Attributes:
        is_named: is it among the `properties`, or only asked for by `required`?
        is_unsent: is it left out in the direction that is looked at (`readOnly` in requests, `writeOnly` in answers)?
    """

    read: Callable[[], Shape]
    is_required: bool = False
    is_named: bool = True
    is_read_only: bool = False
    is_write_only: bool = False
    is_unsent: bool = False

    @cached_property
    def shape(self) -> Shape:
        """The shape of its value."""
        return self.read()


@dataclass(frozen=True)
class Opaque:
    """A restriction that a shape does not show. Two are the same if they are written alike.

    Attributes:
        keyword: what messages call it.
        text: what it says; compared, never read.
        rival: where known, what a value must not be as well.
    """

    keyword: str
    text: str
    rival: Shape | None = field(default=None, compare=False)


@dataclass(frozen=True, eq=False)
class Shape:
    """The form of the values that a schema allows.

    Attributes:
        kinds: JSON types other than null.
        is_nullable: is null allowed?
        enum: the only values allowed besides null, or None.
        properties: named members of an object.
        extra: further members: True (nothing is said about them), False (none) or their shape.
        items: shape of the elements of an array beyond `prefix`, or None for anything.
        limits: bounds by keyword, the tightest of each.
        patterns: regular expressions that a string has to match, all of them.
        format: the `format`, or None.
        is_finite: are numbers never NaN or infinite? Those of JSON never are, those of Python may be.
        alternatives: shapes of which one applies; then only `kinds` and `is_nullable` speak beside them. None of them is nullable.
        opaque: what restricts further in ways that a shape does not show.
        default: the default in a tuple of one, or an empty tuple.
        fallback: what a reader takes for a value that it does not know (`x-unknown`), in a tuple of one, or an empty tuple.
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
    is_finite: bool = True
    alternatives: tuple[Shape, ...] = ()
    opaque: frozenset[Opaque] = frozenset()
    default: tuple[Any, ...] = ()
    fallback: tuple[Any, ...] = ()
    traps: frozenset[str] = frozenset()

    @cached_property
    def is_anything(self) -> bool:
        """Is every value allowed?"""
        return self.kinds == KINDS and self.is_nullable and not self.is_restricted

    @property
    def is_nothing(self) -> bool:
        """Is no value allowed?"""
        return not self.kinds and not self.is_nullable

    @cached_property
    def is_restricted(self) -> bool:
        """Is more said than which kinds are allowed?"""
        return bool(
            self.enum is not None or self.properties or self.extra is not True or self.items or self.prefix or self.limits
            or self.multiples or self.is_unique or self.patterns or self.format or self.alternatives or self.opaque
        )  # fmt: skip


ANYTHING: Final = Shape()
NOTHING: Final = Shape(kinds=frozenset(), is_nullable=False)


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


def canonical(value: Any) -> str:
    """A text that is the same for equal JSON values: `1` and `1.0` are equal, `1` and `true` are not (core, 4.2.2)."""
    if type(value) is str:
        return encode_basestring_ascii(value)  # what json.dumps makes of it, at a tenth of the time
    return json.dumps(_canonical(value), sort_keys=True)


def _canonical(value: Any) -> Any:
    match value:
        case float() if value.is_integer():
            return int(value)
        case list() | tuple():
            return [_canonical(item) for item in value]
        case dict():
            return {key: _canonical(item) for key, item in value.items()}
    return value
