"""A difference between two shapes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


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
        return f"{self.path}: {self.message}" if self.path else self.message
