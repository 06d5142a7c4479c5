"""Two shapes compared by what they hold: elements of arrays, members of objects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from switchover.contract import pointer
from switchover.contract.shapes.gap import Gap, GapKind
from switchover.contract.shapes.shape import ANYTHING, Property, Shape


@dataclass(frozen=True, eq=False, slots=True)
class Pair:
    """Two shapes that have to fit as well, and where they are met."""

    path: str
    source: Shape
    target: Shape


Limited = Callable[[Shape, frozenset[str]], Shape]
"""The part of a shape that is of some kinds, and not null."""


def in_arrays(a: Shape, b: Shape) -> Iterator[Gap | Pair]:
    """Arrays that `a` allows and `b` does not."""
    if b.is_unique and not a.is_unique and a.limits.get("maxItems", 2) > 1:
        yield Gap("", GapKind.VALUE, "may have an element twice")
    for index in range(max(len(a.prefix), len(b.prefix))):
        theirs = _element(b, index)
        if theirs is not None:
            mine = _element(a, index)
            yield Pair(f"/{index}", mine.shape if mine else ANYTHING, theirs.shape)
    if b.items is not None:
        yield Pair("/*", a.items.shape if a.items else ANYTHING, b.items.shape)


def _element(shape: Shape, index: int) -> Property | None:
    return shape.prefix[index] if index < len(shape.prefix) else shape.items


def in_objects(a: Shape, b: Shape, limited: Limited) -> Iterator[Gap | Pair]:
    """Objects that `a` allows and `b` does not."""
    for name, member in a.properties.items():
        if not member.shape.is_nothing:
            yield from _named(member, b, name, limited)
    for name, member in b.properties.items():
        if name in a.properties:
            continue
        if isinstance(a.extra, Property):
            yield from _against(a.extra, member, pointer.of([name]), limited)
        if member.is_required:
            # An object of which no member is named may have this one: it is looked at when it is there.
            kind = GapKind.LEFT_OUT if a.properties or a.extra is False else GapKind.VALUE
            yield Gap(pointer.of([name]), kind, "is not there, and has to be")
    yield from _extras(a, b)


def _named(mine: Property, b: Shape, name: str, limited: Limited) -> Iterator[Gap | Pair]:
    path = pointer.of([name])
    theirs = b.properties.get(name)
    if theirs is not None and not theirs.shape.is_nothing:
        if theirs.is_required and not mine.is_required:
            yield Gap(path, GapKind.LEFT_OUT, "may be left out, and has to be there")
        yield from _against(mine, theirs, path, limited)
    elif theirs is None and isinstance(b.extra, Property):
        yield Pair(path, mine.shape, b.extra.shape)
    elif (b.properties or b.extra is False) and not mine.is_unsent:
        yield Gap(path, GapKind.FORM, "is not known there")


def _against(mine: Property, theirs: Property, path: str, limited: Limited) -> Iterator[Gap | Pair]:
    said, meant = mine.shape, theirs.shape
    if said.default and meant.default and said.default != meant.default:
        here, there = json.dumps(said.default[0]), json.dumps(meant.default[0])
        yield Gap(path, GapKind.DEFAULT, f"left out, it means {here} here and {there} there")
    if said.is_nullable and not meant.is_nullable and not theirs.is_required and not said.is_anything:
        yield Gap(path, GapKind.NULL, "may be null, and may only be left out")
        said = limited(said, said.kinds)
    yield Pair(path, said, meant)


def _extras(a: Shape, b: Shape) -> Iterator[Gap | Pair]:
    """Further members. What `a` says nothing about it does not have, unless it names no member at all."""
    if b.extra is True or a.extra is False:
        return
    if isinstance(a.extra, Property) or not a.properties:
        shape = a.extra.shape if isinstance(a.extra, Property) else ANYTHING
        if isinstance(b.extra, Property):
            yield Pair("/*", shape, b.extra.shape)
        elif shape.is_anything and a.properties:
            yield Gap("", GapKind.VALUE, "may have members that are not named, and none are taken")
        elif not shape.is_nothing:
            yield Gap("", GapKind.FORM, "may have members of any name, and only named ones are taken")
    elif b.extra is False:
        yield Gap("", GapKind.VALUE, "may have members that are not named, and none are taken")
