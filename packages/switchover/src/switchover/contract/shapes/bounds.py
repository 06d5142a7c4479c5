"""Single values held against bounds."""

from __future__ import annotations

import math
from typing import Any, Final

from switchover.contract.shapes.shape import NUMBERS, Shape, kind_of

LENGTHS: Final = {
    "string": ("minLength", "maxLength"),
    "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
}
"""The bounds on the size of each kind."""


def broken_bounds(value: Any, shape: Shape) -> list[str]:
    """The bounds of a shape that a value breaks."""
    broken = [keyword for keyword, bound in sorted(shape.limits.items()) if not _keeps(value, keyword, bound)]
    is_number = kind_of(value) in NUMBERS
    return broken + ["multipleOf" for multiple in shape.multiples if is_number and not _is_multiple(value, multiple)]


def _keeps(value: Any, keyword: str, bound: float) -> bool:
    kind = kind_of(value)
    for other, keywords in LENGTHS.items():
        if keyword in keywords:
            return kind != other or (len(value) >= bound if keyword.startswith("min") else len(value) <= bound)
    if kind not in NUMBERS:
        return True
    match keyword:
        case "minimum":
            return bool(value >= bound)
        case "exclusiveMinimum":
            return bool(value > bound)
        case "maximum":
            return bool(value <= bound)
    return bool(value < bound)


def _is_multiple(value: float, multiple: float) -> bool:
    ratio = value / multiple
    return math.isclose(ratio, round(ratio), abs_tol=1e-12)
