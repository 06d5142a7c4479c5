"""Two shapes compared by what they say about single values: enumerations, bounds, patterns, formats."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator
from typing import Any, Final

from switchover.contract.shapes.bounds import LENGTHS, broken_bounds
from switchover.contract.shapes.gap import Gap, GapKind
from switchover.contract.shapes.shape import NUMBERS, Shape, canonical

_LOWER: Final = ("minimum", "exclusiveMinimum")
_UPPER: Final = ("maximum", "exclusiveMaximum")


def in_values(a: Shape, b: Shape) -> Iterator[Gap]:
    """Values that `a` allows and `b` does not, as far as they have the same kinds."""
    if b.enum is not None:
        yield from _in_enums(a, b)
    elif a.enum is not None:
        yield from _listed(a, b)
    else:
        yield from _in_bounds(a, b)
    yield from _in_texts(a, b)


def _in_enums(a: Shape, b: Shape) -> Iterator[Gap]:
    wanted = {canonical(value): json.dumps(value) for value in b.enum or ()}
    if a.enum is None and a.kinds != {"boolean"}:
        yield _gap(f"may be any {kinds_text(a)}, and {_one_of(wanted.values())} is wanted")
        return
    found = (True, False) if a.enum is None else a.enum
    if more := [json.dumps(value) for value in found if canonical(value) not in wanted]:
        yield _gap(f"may be {', '.join(more)}, and {_one_of(wanted.values())} is wanted")


def _one_of(values: Collection[str]) -> str:
    return f"one of {', '.join(values)}" if len(values) > 1 else "".join(values)


def _listed(a: Shape, b: Shape) -> Iterator[Gap]:
    """Each value of an enumeration, held against bounds."""
    for value in a.enum or ():
        if broken := broken_bounds(value, b):
            yield _gap(f"may be {json.dumps(value)}, which breaks {' and '.join(broken)}")


def _in_texts(a: Shape, b: Shape) -> Iterator[Gap]:
    if "string" not in a.kinds:
        return
    if b.format and a.format != b.format:
        yield _gap(
            f"may be {f'format {a.format}' if a.format else f'any {kinds_text(a)}'}, and format {b.format} is wanted"
        )
    for pattern in sorted(b.patterns - a.patterns):
        yield _gap(f"is not bound to the pattern {pattern}")


def _in_bounds(a: Shape, b: Shape) -> Iterator[Gap]:
    if a.kinds & NUMBERS:
        if not a.is_finite and b.is_finite:
            yield _gap("may be NaN or infinite, which JSON does not have")
        for multiple in sorted(b.multiples):
            if not any(have % multiple == 0 for have in a.multiples | ({1} if "number" not in a.kinds else set())):
                yield _gap(f"need not be a multiple of {_shown(multiple)}")
    for keyword, bound in sorted(b.limits.items()):
        if not _is_within(a, keyword, bound):
            have = a.limits.get(keyword)
            yield _gap(f"has {keyword} {'no limit' if have is None else _shown(have)}, and {_shown(bound)} is wanted")


def _is_within(a: Shape, keyword: str, bound: float) -> bool:
    """Does `a` keep the bound? A bound for a kind that `a` does not have is kept."""
    for kind, keywords in LENGTHS.items():
        if keyword in keywords:
            have = a.limits.get(keyword, 0 if keyword.startswith("min") else math.inf)
            return kind not in a.kinds or (have >= bound if keyword.startswith("min") else have <= bound)
    if not a.kinds & NUMBERS:
        return True
    if keyword in _LOWER:
        return _lower(a.limits, a) >= _lower({keyword: bound}, a)
    mine, theirs = _upper(a.limits, a), _upper({keyword: bound}, a)
    return mine <= theirs


def _lower(limits: Any, a: Shape) -> tuple[float, bool]:
    """The lower bound and whether it is excluded; of integers as one that is not."""
    found = max((limits.get(keyword, -math.inf), keyword == "exclusiveMinimum") for keyword in _LOWER)
    if "number" in a.kinds or math.isinf(found[0]):
        return found
    return (math.floor(found[0]) + 1 if found[1] else math.ceil(found[0])), False


def _upper(limits: Any, a: Shape) -> tuple[float, bool]:
    """The upper bound and whether it is included; of integers as one that is."""
    found = min((limits.get(keyword, math.inf), keyword == "maximum") for keyword in _UPPER)
    if "number" in a.kinds or math.isinf(found[0]):
        return found
    return (math.floor(found[0]) if found[1] else math.ceil(found[0]) - 1), True


def kinds_text(shape: Shape) -> str:
    """What a shape is, for messages: `integer or string`."""
    shown = set(shape.kinds)
    if "number" in shown:
        shown.discard("integer")
    return " or ".join(sorted(shown)) if shown else "null" if shape.is_nullable else "nothing"


def _shown(bound: float) -> str:
    return str(int(bound)) if isinstance(bound, int) or bound.is_integer() else str(bound)


def _gap(message: str) -> Gap:
    return Gap("", GapKind.VALUE, message)
