"""None, and members that may be left out but may not be null."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, repeat
from typing import Any

from switchover.contract import Shape


def has_null(shape: Shape) -> bool:
    """May anything in a value of this shape be null?"""
    return _has_null(shape, set())


def _has_null(shape: Shape, seen: set[int]) -> bool:
    if id(shape) in seen:
        return False
    seen.add(id(shape))
    return shape.is_nullable or any(_has_null(below, seen) for below in _below(shape))


def _below(shape: Shape) -> Iterator[Shape]:
    yield from shape.alternatives
    for member in shape.properties.values():
        yield member.shape
    for member in shape.prefix:
        yield member.shape
    if shape.items is not None:
        yield shape.items.shape
    if not isinstance(shape.extra, bool):
        yield shape.extra.shape


def prune(plain: Any, shape: Shape) -> Any:
    """`plain` without the nulls of members that may be left out and may not be null."""
    if isinstance(plain, list):
        places = chain(shape.prefix, repeat(shape.items))
        return [prune(item, place.shape) if place else item for item, place in zip(plain, places, strict=False)]
    if not isinstance(plain, dict):
        return plain
    known = _members(shape, plain)
    found: dict[str, Any] = {}
    for key, value in plain.items():
        member = known.get(key)
        if value is None and member is not None and not member.is_nullable:
            continue
        found[key] = prune(value, member) if member is not None else value
    return found


def _members(shape: Shape, plain: Mapping[str, Any]) -> dict[str, Shape]:
    """The shapes of an object's members; among alternatives, those of the one that knows most of its names."""
    options = [option for option in shape.alternatives if "object" in option.kinds] or [shape]
    best = max(options, key=lambda option: _fit(option, plain))
    known = {name: member.shape for name, member in best.properties.items()}
    if not isinstance(best.extra, bool):
        extra = best.extra.shape
        known = {**dict.fromkeys(plain, extra), **known}
    return known


def _fit(option: Shape, plain: Mapping[str, Any]) -> tuple[int, int]:
    tags = sum(
        plain[name] in member.shape.enum
        for name, member in option.properties.items()
        if name in plain and member.shape.enum is not None
    )
    return tags, sum(name in option.properties for name in plain)
