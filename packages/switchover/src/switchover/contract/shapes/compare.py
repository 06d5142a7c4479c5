"""Does everything that one shape allows fit another? And if not: where, and why."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from switchover.contract.shapes.apart import apart
from switchover.contract.shapes.gap import Gap, GapKind
from switchover.contract.shapes.members import Pair, in_arrays, in_objects
from switchover.contract.shapes.scalars import in_values, kinds_text
from switchover.contract.shapes.shape import ANYTHING, NUMBERS, Property, Shape

__all__ = ["Comparer", "Gap", "GapKind", "gaps"]

_MOST_VALUES: Final = 64

Key = tuple[int, int]


def gaps(source: Shape, target: Shape) -> list[Gap]:
    """Everything that `source` allows and `target` does not; an empty list means that all of it fits.

    Objects of which nothing is said about further members are compared as if they had none: a member that the target does not know is a
    gap, also where it would be let through. A restriction that a shape does not show counts as a gap of kind VALUE.
    """
    return Comparer().gaps(source, target)


class Comparer:
    """Compares pair by pair, the nearest first. A pair that is being compared is taken to fit, so that recursive shapes end.

    What does not depend on such an assumption is remembered, so that one comparer for many pairs compares what they share once.

    Attributes:
        fits: pairs without gaps, also below them.
        steps: what pairs differ in by themselves, and the pairs below.
        assumed: the pairs met so far, in order, and where; what a trial that failed has added is taken back.
        own: what each pair differs in by itself, without the pairs below it.
        failed: what trials have found.
        trials: how many there were.
    """

    def __init__(self) -> None:
        self.fits: set[Key] = set()
        self.steps: dict[Key, list[Gap | Pair]] = {}
        self.assumed: dict[Key, str] = {}
        self.own: dict[Key, list[Gap]] = {}
        self.failed: dict[Key, list[Gap]] = {}
        self.trials = 0
        self.parts: dict[tuple[int, frozenset[str], int], Shape] = {}
        self.kept: dict[int, Shape] = {}

    def gaps(self, source: Shape, target: Shape) -> list[Gap]:
        """See the function."""
        found = list(dict.fromkeys(self.explore(source, target)))
        if not found:
            self.fits.update(self.assumed)
        self.assumed, self.own, self.failed = {}, {}, {}
        return found

    def explore(self, source: Shape, target: Shape) -> list[Gap]:
        """All gaps of a pair and of the pairs below it. What lies below a pair is reported where it is met first."""
        found: list[Gap] = []
        waiting = deque([Pair("", source, target)])
        while waiting:
            pair = waiting.popleft()
            key = (id(pair.source), id(pair.target))
            if key in self.fits:
                continue
            if key not in self.assumed:
                self.assumed[key] = pair.path
                steps = self.steps_of(pair.source, pair.target)
                self.own[key] = [step for step in steps if isinstance(step, Gap)]
                waiting.extend(replace(step, path=pair.path + step.path) for step in steps if isinstance(step, Pair))
            elif pair.path.startswith(f"{self.assumed[key]}/"):
                continue  # a shape inside itself: what it differs in has been said
            found += [replace(gap, path=pair.path + gap.path) for gap in self.own.get(key, ())]
        return found

    def steps_of(self, source: Shape, target: Shape) -> list[Gap | Pair]:
        """What `step` gives. Where it takes a trial, it depends on what is assumed."""
        key = (id(source), id(target))
        if key in self.steps:
            return self.steps[key]
        self.keep(source, target)
        before = self.trials
        found = list(self.step(source, target))
        if self.trials == before:
            self.steps[key] = found
        return found

    def keep(self, *shapes: Shape) -> None:
        """An identity is one only while its object lives."""
        self.kept.update((id(shape), shape) for shape in shapes)

    def trial(self, source: Shape, target: Shape) -> list[Gap]:
        """Like `explore`, leaving no assumption behind if it fails."""
        self.trials += 1
        key = (id(source), id(target))
        if key in self.failed:
            return self.failed[key]
        before = len(self.assumed)
        found = self.explore(source, target)
        if found:
            self.failed[key] = found
            while len(self.assumed) > before:
                self.assumed.popitem()
        return found

    def step(self, a: Shape, b: Shape) -> Iterator[Gap | Pair]:
        """What two shapes differ in by themselves, and the pairs that have to fit as well."""
        if b.is_anything or a.is_nothing:
            return
        if a.is_anything:
            yield Gap("", GapKind.VALUE, f"may be anything, and {kinds_text(b)} is wanted")
            return
        if a.is_nullable and not b.is_nullable:
            yield Gap("", GapKind.FORM, f"may be null, and {kinds_text(b)} is wanted")
        if a.alternatives:
            yield from (Pair("", option, b) for option in a.alternatives)
        elif b.alternatives:
            yield from self.closest(a, b)
        else:
            yield from self.plain(a, b)

    def closest(self, a: Shape, b: Shape) -> Iterator[Gap | Pair]:
        """No alternative has to take everything if kinds part them; otherwise the one that comes closest speaks."""
        for kinds in _partition(a):
            part = self.limited(a, kinds)
            options = [option for option in b.alternatives if option.kinds & kinds]
            candidates = [option for option in options if not apart(part, option)] or options
            if not candidates:
                yield Gap("", GapKind.FORM, f"may be {kinds_text(part)}, and {kinds_text(b)} is wanted")
            elif len(candidates) == 1:
                yield Pair("", part, candidates[0])
            else:
                yield from self.among(part, candidates)

    def among(self, part: Shape, candidates: list[Shape]) -> Iterator[Gap]:
        tried: list[list[Gap]] = []
        for candidate in candidates:
            tried.append(self.trial(part, candidate))
            if not tried[-1]:
                return
        values = [self.only(part, index) for index in range(len(part.enum or ()))]
        if 1 < len(values) <= _MOST_VALUES and all(any(not self.trial(v, c) for c in candidates) for v in values):
            return
        yield from min(tried, key=_weight)

    def limited(self, shape: Shape, kinds: frozenset[str]) -> Shape:
        """The part of a shape that is of some kinds, and not null."""
        if shape.kinds == kinds and not shape.is_nullable:
            return shape
        key = (id(shape), kinds, -1)
        self.keep(shape)
        return self.parts.setdefault(key, replace(shape, kinds=kinds, is_nullable=False))

    def spoken(self, shape: Shape) -> Shape:
        """A shape whose objects may hold what they hold: those of an enumeration are not looked into."""
        if shape.enum is None or shape.extra is not True:
            return shape
        key = (id(shape), shape.kinds, -2)
        self.keep(shape)
        return self.parts.setdefault(key, replace(shape, extra=Property(lambda: ANYTHING)))

    def only(self, shape: Shape, index: int) -> Shape:
        """The part of a shape that is one of its values."""
        assert shape.enum is not None
        key = (id(shape), shape.kinds, index)
        self.keep(shape)
        return self.parts.setdefault(key, replace(shape, enum=(shape.enum[index],), is_nullable=False))

    def plain(self, a: Shape, b: Shape) -> Iterator[Gap | Pair]:
        missing = a.kinds - b.kinds
        if missing == {"number"} and b.kinds & {"integer"}:
            yield Gap("", GapKind.FORM, "may be a number with a fraction, and integer is wanted")
        elif missing:
            lacking = self.limited(a, missing)
            yield Gap("", GapKind.FORM, f"may be {kinds_text(lacking)}, and {kinds_text(b)} is wanted")
            return
        yield from in_values(a, b)
        if "array" in a.kinds:
            yield from in_arrays(a, b)
        if "object" in a.kinds:
            yield from in_objects(self.spoken(a), b, self.limited)
        for opaque in sorted(b.opaque - a.opaque, key=lambda item: (item.keyword, item.text)):
            part = self.limited(a, a.kinds)
            if opaque.rival is None or not apart(part, opaque.rival):
                yield Gap("", GapKind.VALUE, f"is restricted by `{opaque.keyword}`")


def _weight(found: list[Gap]) -> tuple[int, int, int]:
    """Null where a member may be left out is mended when it is written, so it weighs less than another form."""
    forms = sum(gap.kind not in (GapKind.VALUE, GapKind.NULL) for gap in found)
    return forms, sum(gap.kind is not GapKind.VALUE for gap in found), len(found)


def _partition(a: Shape) -> list[frozenset[str]]:
    """The kinds of `a`, apart; numbers stay together."""
    parts = [frozenset({kind}) for kind in sorted(a.kinds - NUMBERS)]
    numbers = a.kinds & NUMBERS
    return [*parts, numbers] if numbers else parts
