"""Can two shapes be told apart by every value?"""

from __future__ import annotations

from typing import Final

from switchover.contract.shapes.shape import Shape, canonical, kind_of

_DEEPEST: Final = 3


def apart(a: Shape, b: Shape, depth: int = _DEEPEST) -> bool:
    """Is there certainly no value that both allow? Looks at kinds, enumerations, and required members that differ."""
    if a.is_nullable and b.is_nullable:
        return False
    kinds = a.kinds & b.kinds
    if not kinds:
        return True
    if a.alternatives:
        return all(apart(option, b, depth) for option in a.alternatives)
    if b.alternatives:
        return all(apart(a, option, depth) for option in b.alternatives)
    if a.enum is not None and b.enum is not None and not _values(a, kinds) & _values(b, kinds):
        return True
    return kinds == {"object"} and _objects_apart(a, b, depth)


def _values(shape: Shape, kinds: frozenset[str]) -> set[str]:
    return {canonical(value) for value in shape.enum or () if kind_of(value) in kinds}


def _objects_apart(a: Shape, b: Shape, depth: int) -> bool:
    for mine, theirs in ((a, b), (b, a)):
        for name, member in mine.properties.items():
            if not member.is_required:
                continue
            other = theirs.properties.get(name)
            if other is None:
                if theirs.extra is False:
                    return True
            elif depth and apart(member.shape, other.shape, depth - 1):
                return True
    return False
