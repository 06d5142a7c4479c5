"""Does everything that one shape allows fit another? And if not: where, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Final

from switchover.contract import pointer
from switchover.contract.shape import Shape


class GapKind(Enum):
    """What sort of difference a gap is."""

    FORM = auto()
    """Another type, another set of names, something required that may be missing."""
    LEFT_OUT = auto()
    """Required by the target, and the source may leave it out."""
    NULL = auto()
    """The source may be null where the target has to be absent: an optional member that is not nullable."""
    VALUE = auto()
    """The form agrees; bounds, patterns, formats or enumerations do not."""
    DEFAULT = auto()
    """Leaving it out means one thing here and another there."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the source allows and the target does not: where (JSON Pointer, `*` for any element) and what."""

    path: str
    kind: GapKind
    message: str

    def __str__(self) -> str:
        return f"{self.path or 'the value'}: {self.message}" if self.path else self.message


_FORMAT_KINDS: Final = {"integer", "number"}
_LENGTHS: Final = {
    "string": ("minLength", "maxLength"),
    "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
}


def gaps(source: Shape, target: Shape) -> list[Gap]:
    """Everything that `source` allows and `target` does not; an empty list means that all of it fits.

    Names are compared as if objects were closed: a member that the target does not know is a gap, also where it would be let through.
    A restriction that a shape does not show counts as a gap of kind VALUE.
    """
    return list(_gaps(source, target, "", frozenset()))


def _gaps(a: Shape, b: Shape, path: str, seen: frozenset[tuple[int, int]]) -> Iterator[Gap]:
    if b.is_anything or (id(a), id(b)) in seen:
        return
    if a.is_anything:
        yield Gap(path, GapKind.VALUE, f"may be anything, and {_kinds(b)} is wanted")
        return
    seen = seen | {(id(a), id(b))}
    if a.is_nullable and not b.is_nullable and b.kinds:
        yield Gap(path, GapKind.FORM, f"may be null, and {_kinds(b)} is wanted")
    if a.alternatives:
        for option in a.alternatives:
            yield from _gaps(option, b, path, seen)
    elif b.alternatives:
        yield from _closest(a, b, path, seen)
    else:
        yield from _plain(a, b, path, seen)


def _closest(a: Shape, b: Shape, path: str, seen: frozenset[tuple[int, int]]) -> Iterator[Gap]:
    """No alternative has to take everything if kinds part them; otherwise the one that comes closest speaks."""
    for kinds in _partition(a, b):
        part = _limited(a, kinds)
        candidates = [list(_gaps(part, option, path, seen)) for option in b.alternatives if option.kinds & kinds]
        if not candidates:
            yield Gap(path, GapKind.FORM, f"may be {_listed(kinds)}, and {_kinds(b)} is wanted")
        elif all(candidates):
            yield from min(candidates, key=_weight)


def _weight(found: list[Gap]) -> tuple[int, int]:
    return sum(gap.kind is not GapKind.VALUE for gap in found), len(found)


def _partition(a: Shape, b: Shape) -> list[frozenset[str]]:
    """The kinds of `a`, apart; numbers stay together."""
    parts = [frozenset({kind}) for kind in sorted(a.kinds - _FORMAT_KINDS)]
    numbers = a.kinds & _FORMAT_KINDS
    return [*parts, numbers] if numbers else parts


def _limited(a: Shape, kinds: frozenset[str]) -> Shape:
    if a.kinds == kinds and not a.is_nullable:
        return a
    return replace(a, kinds=kinds, is_nullable=False)


def _plain(a: Shape, b: Shape, path: str, seen: frozenset[tuple[int, int]]) -> Iterator[Gap]:
    missing = a.kinds - b.kinds
    if missing == {"number"} and b.kinds & {"integer"}:
        yield Gap(path, GapKind.FORM, "may be a number with a fraction, and integer is wanted")
    elif missing:
        yield Gap(path, GapKind.FORM, f"may be {_listed(missing)}, and {_kinds(b)} is wanted")
        return
    yield from _enums(a, b, path)
    if a.enum is None:
        yield from _values(a, b, path)
    if "array" in a.kinds:
        yield from _arrays(a, b, path, seen)
    if "object" in a.kinds:
        yield from _objects(a, b, path, seen)
    for keyword in sorted(b.opaque - a.opaque):
        yield Gap(path, GapKind.VALUE, f"is restricted by `{keyword}`")


def _enums(a: Shape, b: Shape, path: str) -> Iterator[Gap]:
    if b.enum is None:
        return
    wanted = [json.dumps(value, sort_keys=True) for value in b.enum]
    if a.enum is None and a.kinds == {"boolean"}:
        found = ["true", "false"]
    elif a.enum is None:
        yield Gap(path, GapKind.VALUE, f"may be any {_kinds(a)}, and one of {', '.join(wanted)} is wanted")
        return
    else:
        found = [json.dumps(value, sort_keys=True) for value in a.enum]
    if extra := [value for value in found if value not in wanted]:
        yield Gap(path, GapKind.VALUE, f"may be {', '.join(extra)}, and one of {', '.join(wanted)} is wanted")


def _values(a: Shape, b: Shape, path: str) -> Iterator[Gap]:
    if b.format and a.format != b.format and not a.kinds <= _FORMAT_KINDS:
        yield Gap(path, GapKind.VALUE, f"may be {_format(a)}, and format {b.format} is wanted")
    for pattern in sorted(b.patterns - a.patterns):
        yield Gap(path, GapKind.VALUE, f"is not bound to the pattern {pattern}")
    for multiple in sorted(b.multiples - a.multiples):
        yield Gap(path, GapKind.VALUE, f"need not be a multiple of {multiple:g}")
    for keyword, bound in sorted(b.limits.items()):
        if not _is_within(a, keyword, bound):
            have = a.limits.get(keyword)
            yield Gap(
                path,
                GapKind.VALUE,
                f"has {keyword} {'no limit' if have is None else f'{have:g}'}, and {bound:g} is wanted",
            )


def _is_within(a: Shape, keyword: str, bound: float) -> bool:
    """Does `a` keep the bound? A bound for a kind that `a` does not have is kept."""
    for kind, keywords in _LENGTHS.items():
        if keyword in keywords and kind not in a.kinds:
            return True
    if keyword.endswith("imum") and not a.kinds & _FORMAT_KINDS:
        return True
    have = a.limits.get(keyword)
    if keyword.startswith("min"):
        return (
            (bound <= 0 and keyword != "minimum")
            or (have is not None and have >= bound)
            or _exclusive(a, keyword, bound)
        )
    if keyword.startswith("max"):
        return (have is not None and have <= bound) or _exclusive(a, keyword, bound)
    return have is not None and (have >= bound if "Min" in keyword else have <= bound)


def _exclusive(a: Shape, keyword: str, bound: float) -> bool:
    """An exclusive bound at least as tight keeps the inclusive one."""
    have = a.limits.get({"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}.get(keyword, ""))
    return have is not None and (have >= bound if keyword == "minimum" else have <= bound)


def _arrays(a: Shape, b: Shape, path: str, seen: frozenset[tuple[int, int]]) -> Iterator[Gap]:
    if b.is_unique and not a.is_unique:
        yield Gap(path, GapKind.VALUE, "may have an element twice")
    for index in range(max(len(a.prefix), len(b.prefix))):
        mine = a.prefix[index] if index < len(a.prefix) else a.items
        theirs = b.prefix[index] if index < len(b.prefix) else b.items
        if theirs is not None:
            yield from _gaps(mine.shape if mine else Shape(), theirs.shape, f"{path}/{index}", seen)
    if b.items is not None and not (a.items is not None and not a.items.shape.kinds):
        yield from _gaps(a.items.shape if a.items else Shape(), b.items.shape, f"{path}/*", seen)


def _objects(a: Shape, b: Shape, path: str, seen: frozenset[tuple[int, int]]) -> Iterator[Gap]:
    for name, member in a.properties.items():
        here = pointer.join(path, name)
        if name in b.properties:
            yield from _members(member.shape, member.is_required, b, name, here, seen)
        elif isinstance(b.extra, bool):
            if b.properties or not b.extra:
                yield Gap(here, GapKind.FORM, "is not known there")
        else:
            yield from _gaps(member.shape, b.extra.shape, here, seen)
    for name, member in b.properties.items():
        if name not in a.properties and member.is_required:
            # An object of which no member is named may have this one: it is looked at when it is there.
            kind = GapKind.LEFT_OUT if a.properties or a.extra is False else GapKind.VALUE
            yield Gap(pointer.join(path, name), kind, "is not there, and has to be")
    yield from _extras(a, b, path, seen)


def _members(
    mine: Shape, is_mine_required: bool, b: Shape, name: str, path: str, seen: frozenset[tuple[int, int]]
) -> Iterator[Gap]:
    theirs = b.properties[name]
    if theirs.is_required and not is_mine_required:
        yield Gap(path, GapKind.LEFT_OUT, "may be left out, and has to be there")
    if mine.default and theirs.shape.default and mine.default != theirs.shape.default:
        said, meant = json.dumps(mine.default[0]), json.dumps(theirs.shape.default[0])
        yield Gap(path, GapKind.DEFAULT, f"left out, it means {said} here and {meant} there")
    if mine.is_nullable and not theirs.shape.is_nullable and not theirs.is_required and not theirs.shape.is_anything:
        yield Gap(path, GapKind.NULL, "may be null, and may only be left out")
        mine = replace(mine, is_nullable=False)
    yield from _gaps(mine, theirs.shape, path, seen)


def _extras(a: Shape, b: Shape, path: str, seen: frozenset[tuple[int, int]]) -> Iterator[Gap]:
    if a.extra is False or b.extra is True:
        return
    if b.extra is False:
        if a.extra is True and a.properties:
            yield Gap(path, GapKind.VALUE, "may have members that are not named, and none are taken")
        elif a.extra is not True or not a.properties:
            yield Gap(path, GapKind.FORM, "may have members of any name, and only named ones are taken")
        return
    if a.extra is not True:
        yield from _gaps(a.extra.shape, b.extra.shape, f"{path}/*", seen)
    elif not a.properties:
        yield from _gaps(Shape(), b.extra.shape, f"{path}/*", seen)


def _kinds(shape: Shape) -> str:
    return _listed(shape.kinds) if shape.kinds else "null" if shape.is_nullable else "nothing"


def _listed(kinds: Any) -> str:
    shown = set(kinds)
    if "number" in shown:
        shown.discard("integer")
    return " or ".join(sorted(shown))


def _format(shape: Shape) -> str:
    return f"format {shape.format}" if shape.format else f"any {_kinds(shape)}"
