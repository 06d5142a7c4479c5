"""Shapes put together: what two of them allow both (`allOf`), and what at least one of them allows (`anyOf`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from switchover.contract.shapes.bounds import broken_bounds
from switchover.contract.shapes.shape import NOTHING, Opaque, Property, Shape, canonical, kind_of

_LOWER: Final = frozenset({"minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"})
_MOST_ALTERNATIVES: Final = 64
_MOST_MEETINGS: Final = 20_000
"""Different ones, in one document. Schemas that contain themselves in many ways could be met in more ways than there is memory for."""
_NEVER: Final = Property(lambda: NOTHING)

_Key = tuple[frozenset[int], str, str]


class Meeting:
    """Meets shapes. What has been met of the same shapes is one shape, in whatever order, so that schemas that contain themselves end."""

    def __init__(self) -> None:
        self._met: dict[_Key, Shape] = {}
        self._parts: dict[int, tuple[Shape, ...]] = {}

    def meet(self, a: Shape, b: Shape) -> Shape:
        """The shape of the values that both allow."""
        if a is b:
            return a
        if a.is_anything and not (a.default or a.fallback):
            return b
        if b.is_anything and not b.fallback:
            return a
        parts = {id(part): part for part in (*self._parts_of(a), *self._parts_of(b))}
        key = frozenset(parts), _written(a.default or b.default), _written(a.fallback or b.fallback)
        if key not in self._met:
            found = self._met[key] = self._made(a, b, is_exact=len(self._met) < _MOST_MEETINGS)
            self._parts[id(found)] = tuple(parts.values())
        return self._met[key]

    def _parts_of(self, shape: Shape) -> tuple[Shape, ...]:
        """The shapes that a shape has been met of; they are kept, as an identity is one only while its object lives."""
        return self._parts.setdefault(id(shape), (shape,))

    def _made(self, a: Shape, b: Shape, *, is_exact: bool) -> Shape:
        if a.is_anything:
            return _with_notes(b, a)
        if b.is_anything:
            return _with_notes(a, b)
        if not is_exact:
            return _inexact(a, b)
        return self._distributed(a, b) if a.alternatives or b.alternatives else self._plain(a, b)

    def _distributed(self, a: Shape, b: Shape) -> Shape:
        pairs = [(x, y) for x in a.alternatives or (a,) for y in b.alternatives or (b,)]
        is_nullable = a.is_nullable and b.is_nullable
        if len(pairs) > _MOST_ALTERNATIVES:
            return _inexact(a, b)
        both = union(self.meet(x, y) for x, y in pairs)
        default, fallback = a.default or b.default, a.fallback or b.fallback
        return replace(both, is_nullable=is_nullable, default=default, fallback=fallback)

    def _plain(self, a: Shape, b: Shape) -> Shape:
        both_formats = a.format and b.format and a.format != b.format
        return normal(
            Shape(
                kinds=a.kinds & b.kinds,
                is_nullable=a.is_nullable and b.is_nullable,
                enum=_both_enums(a.enum, b.enum),
                properties={
                    name: self._properties(_member(a, name), _member(b, name))
                    for name in {**a.properties, **b.properties}
                },
                extra=self._extras(a.extra, b.extra),
                items=self._items(a.items, b.items),
                prefix=self._prefixes(a, b),
                limits=_tightest(a.limits, b.limits),
                multiples=a.multiples | b.multiples,
                is_unique=a.is_unique or b.is_unique,
                patterns=a.patterns | b.patterns,
                format=a.format or b.format,
                is_finite=a.is_finite or b.is_finite,
                opaque=a.opaque | b.opaque | ({Opaque("format", str(b.format))} if both_formats else frozenset()),
                default=a.default or b.default,
                fallback=a.fallback or b.fallback,
                traps=a.traps | b.traps | _trapped(a, b) | _trapped(b, a),
            )
        )

    def _properties(self, a: Property | None, b: Property | None) -> Property:
        if a is None or b is None:
            found = a or b
            assert found is not None
            return found
        return Property(
            lambda: self.meet(a.shape, b.shape),
            is_required=(a.is_required or b.is_required) and not (a.is_unsent or b.is_unsent),
            is_named=a.is_named or b.is_named,
            is_read_only=a.is_read_only or b.is_read_only,
            is_write_only=a.is_write_only or b.is_write_only,
            is_unsent=a.is_unsent or b.is_unsent,
        )

    def _extras(self, a: bool | Property, b: bool | Property) -> bool | Property:  # noqa: FBT001 - this is what a shape holds
        if isinstance(a, bool) or isinstance(b, bool):
            return False if a is False or b is False else (b if a is True else a)
        return self._properties(a, b)

    def _items(self, a: Property | None, b: Property | None) -> Property | None:
        return self._properties(a, b) if a or b else None

    def _prefixes(self, a: Shape, b: Shape) -> tuple[Property, ...]:
        """Where one has a name for a position and the other has not, the other's further elements speak."""
        longer = range(max(len(a.prefix), len(b.prefix)))
        pairs = [tuple(s.prefix[i] if i < len(s.prefix) else s.items for s in (a, b)) for i in longer]
        return tuple(self._properties(mine, theirs) for mine, theirs in pairs)


def _written(note: tuple[Any, ...]) -> str:
    return canonical(note) if note else ""


def _inexact(a: Shape, b: Shape) -> Shape:
    """The kinds of both, and a restriction that is not looked into."""
    is_nullable = a.is_nullable and b.is_nullable
    return Shape(a.kinds & b.kinds, is_nullable, opaque=frozenset({Opaque("allOf", f"{id(a)} {id(b)}")}))


def _with_notes(shape: Shape, other: Shape) -> Shape:
    """The same with what the other one notes beside what it allows, where it has no note of its own."""
    if other.default and not shape.default:
        shape = replace(shape, default=other.default)
    return replace(shape, fallback=other.fallback) if other.fallback and not shape.fallback else shape


def union(options: Iterable[Shape]) -> Shape:
    """The shape of the values that at least one option allows."""
    listed = list(options)
    is_nullable = any(option.is_nullable for option in listed)
    flat = [part for option in listed if option.kinds for part in option.alternatives or (option,)]
    if not flat:
        return replace(NOTHING, is_nullable=is_nullable)
    if len(flat) == 1:
        return flat[0] if flat[0].is_nullable == is_nullable else replace(flat[0], is_nullable=is_nullable)
    if any(part.is_anything for part in flat):
        return Shape()
    kinds = frozenset[str]().union(*(part.kinds for part in flat))
    return Shape(kinds, is_nullable, alternatives=tuple(not_null(part) for part in flat))


def not_null(shape: Shape) -> Shape:
    """The same without null."""
    return replace(shape, is_nullable=False) if shape.is_nullable else shape


def normal(shape: Shape) -> Shape:
    """The same with an enumeration that keeps to kinds and bounds, and kinds that keep to the enumeration."""
    if shape.enum is None:
        return shape
    enum = tuple(value for value in shape.enum if kind_of(value) in shape.kinds and not broken_bounds(value, shape))
    kinds = widened(kind_of(value) for value in enum) & shape.kinds
    return replace(shape, enum=enum if kinds else None, kinds=kinds)


def widened(kinds: Iterable[str]) -> frozenset[str]:
    """Kinds, with the integers where there are numbers."""
    found = frozenset(kinds)
    return found | {"integer"} if "number" in found else found


def _member(shape: Shape, name: str) -> Property | None:
    """What an object's shape says about one name; None for nothing."""
    if name in shape.properties:
        return shape.properties[name]
    return _NEVER if shape.extra is False else shape.extra if isinstance(shape.extra, Property) else None


def _trapped(closed: Shape, other: Shape) -> frozenset[str]:
    return frozenset(other.properties) - frozenset(closed.properties) if closed.extra is False else frozenset()


def _both_enums(a: tuple[Any, ...] | None, b: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    if a is None or b is None:
        return b if a is None else a
    allowed = {canonical(value) for value in b}
    return tuple(value for value in a if canonical(value) in allowed)


def _tightest(a: Mapping[str, float], b: Mapping[str, float]) -> dict[str, float]:
    found = dict(a)
    for key, value in b.items():
        found[key] = value if key not in found else (max if key in _LOWER else min)(found[key], value)
    return found
