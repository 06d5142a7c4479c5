"""How answers of another version are read.

During a deployment one side is newer. What it adds to an answer is no fault of the answer: members that this side's contract does
not know are left out, and a value that an enumeration does not list becomes the one that the contract names for it (`x-unknown`),
or is reported by itself. The contract's schema remains the judge of everything else. All of this happens only after an answer has
failed the schema, so that answers as expected cost what they cost before.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any, Final, Literal

from switchover.contract import SchemaCheck, Shape, kind_of
from switchover.contract.shapes.shape import NOTHING, Property

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class AnswerReading:
    """What a caller does about parts of an answer that its contract does not know.

    Attributes:
        unknown_members: members of a closed object: `ignore` them, or `refuse` the answer.
        unknown_enum: values that an enumeration, or the tag of a union, does not list: take the `fallback` that the contract names,
            and raise UnknownValue where it names none; or `refuse` the answer, as UnexpectedAnswer.
    """

    unknown_members: Literal["ignore", "refuse"] = "ignore"
    unknown_enum: Literal["fallback", "refuse"] = "fallback"

    def __post_init__(self) -> None:
        """Raise ValueError for a word that is not one of these."""
        for name, words in (("unknown_members", ("ignore", "refuse")), ("unknown_enum", ("fallback", "refuse"))):
            if getattr(self, name) not in words:
                raise ValueError(f"{name} must be {' or '.join(map(repr, words))}, got {getattr(self, name)!r}")


TOLERANT: Final = AnswerReading()
STRICT: Final = AnswerReading("refuse", "refuse")

Answers = Literal["tolerant", "strict"] | AnswerReading
"""How a setting says it: a word, or each half by itself."""

_WORDS: Final = {"tolerant": TOLERANT, "strict": STRICT}


def answer_reading(answers: Answers) -> AnswerReading:
    """Return what a setting means.

    Raises:
        ValueError: it is neither one of the words nor an AnswerReading.
    """
    found = answers if isinstance(answers, AnswerReading) else _WORDS.get(answers)
    if found is None:
        raise ValueError(f"answers must be 'tolerant', 'strict' or an AnswerReading, got {answers!r}")
    return STRICT if found == STRICT else found


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that this side's contract does not list, and that it names no fallback for."""

    path: Path
    value: Any


@dataclass
class Relaxed:
    """An answer without what this side does not know.

    Attributes:
        value: with a listed value in the place of each unknown one, so that the schema can judge the rest.
        unknown: values without a fallback.
        is_judged: whether the schema can judge it; not where a whole variant is unknown.
    """

    value: Any = None
    unknown: list[Unknown] = field(default_factory=list)
    is_judged: bool = True


def relax(plain: Any, shape: Shape, reading: AnswerReading) -> Relaxed:
    """Return a plain JSON value without what `shape` does not know."""
    relaxed = Relaxed()
    relaxed.value = _Walk(reading, relaxed).value(plain, shape, ())
    return relaxed


def without_strangers(plain: Any, check: SchemaCheck) -> Any:
    """Return a relaxed value without members that only the schema itself can tell to be unknown: names that fit no pattern, say."""
    for _ in range(_MOST_ROUNDS):
        paths = check.strangers(plain)
        if not paths:
            break
        for path in paths:
            place = plain
            for token in path[:-1]:
                place = place[token]
            place.pop(path[-1], None)
    return plain


_MOST_ROUNDS: Final = 3


class _Walk:
    def __init__(self, reading: AnswerReading, relaxed: Relaxed) -> None:
        self._drops = reading.unknown_members == "ignore"
        self._substitutes = reading.unknown_enum == "fallback"
        self._relaxed = relaxed

    def value(self, plain: Any, shape: Shape, path: Path) -> Any:
        if plain is None:
            return None
        kind = kind_of(plain)
        options = [option for option in shape.alternatives or (shape,) if kind in option.kinds]
        if not options:
            return plain  # of another type altogether, which is for the schema to say
        if isinstance(plain, dict):
            return self._object(plain, shape, options, path)
        if isinstance(plain, list):
            return self._array(plain, options[0], path)
        if self._substitutes and not any(option.enum is None or _is_in(plain, option.enum) for option in options):
            return self._unknown(plain, shape, options, path)
        return plain

    def _unknown(self, plain: Any, shape: Shape, options: Sequence[Shape], path: Path) -> Any:
        fallback = next((found.fallback for found in (shape, *options) if found.fallback), ())
        if fallback and (fallback[0] is not None or shape.is_nullable):
            return fallback[0]
        self._relaxed.unknown.append(Unknown(path, plain))
        return next((option.enum[0] for option in options if option.enum), plain)

    def _array(self, plain: list[Any], shape: Shape, path: Path) -> list[Any]:
        places = chain(shape.prefix, repeat(shape.items))
        found = []
        for index, (item, place) in enumerate(zip(plain, places, strict=False)):
            if place is None:
                found.append(item)
            elif not (self._drops and place.shape.is_nothing):
                found.append(self.value(item, place.shape, (*path, index)))
        # What differs by nothing that this side knows is one element of a set.
        return _distinct(found) if shape.is_unique and len(_distinct(plain)) == len(plain) else found

    def _object(self, plain: dict[str, Any], shape: Shape, options: Sequence[Shape], path: Path) -> Any:
        tag = _tag(options)
        if self._substitutes and tag is not None and _is_unlisted(plain.get(tag), tag, options):
            if shape.fallback and (shape.fallback[0] is not None or shape.is_nullable):
                return shape.fallback[0]
            self._relaxed.unknown.append(Unknown((*path, tag), plain[tag]))
            self._relaxed.is_judged = False
            return plain
        is_only = len(options) == 1
        best = options[0] if is_only else max(options, key=lambda option: _fit(option, plain))
        return self._members(plain, best, path)

    def _members(self, plain: dict[str, Any], shape: Shape, path: Path) -> dict[str, Any]:
        found = {}
        for name, value in plain.items():
            member = shape.properties.get(name)
            known = member.shape if member is not None else _further(shape.extra)
            if known is None:
                found[name] = value
            elif not (self._drops and known.is_nothing):
                found[name] = self.value(value, known, (*path, name))
        return found


def _further(extra: bool | Property) -> Shape | None:  # noqa: FBT001 - this is what a shape holds
    """The shape of members that have no name in the contract; None if nothing is said about them."""
    if isinstance(extra, Property):
        return extra.shape
    return None if extra else NOTHING


def _tag(options: Sequence[Shape]) -> str | None:
    """The member that tells alternatives apart: all of them require it, and each lists its values for it."""
    if len(options) < 2:
        return None
    names = [name for name, member in options[0].properties.items() if member.is_required and member.shape.enum]
    return next((name for name in names if all(_lists(option, name) for option in options)), None)


def _lists(option: Shape, name: str) -> bool:
    member = option.properties.get(name)
    return member is not None and member.is_required and bool(member.shape.enum)


def _is_unlisted(value: Any, tag: str, options: Sequence[Shape]) -> bool:
    """Whether a tag is of the right type, and none of the alternatives lists it."""
    shapes = [option.properties[tag].shape for option in options]
    return any(kind_of(value) in shape.kinds for shape in shapes) and not any(
        _is_in(value, shape.enum or ()) for shape in shapes
    )


def _fit(option: Shape, plain: dict[str, Any]) -> tuple[int, int, int, int]:
    """How well an alternative describes an object: right tags, then nothing that does not fit, then names that it knows."""
    shapes = {name: member.shape for name, member in option.properties.items() if name in plain}
    listed = [_is_in(plain[name], shape.enum) for name, shape in shapes.items() if shape.enum is not None]
    missing = sum(member.is_required and name not in plain for name, member in option.properties.items())
    misfits = sum(
        not shape.is_nullable if plain[name] is None else kind_of(plain[name]) not in shape.kinds
        for name, shape in shapes.items()
    )
    return sum(listed), sum(listed) - len(listed), -(missing + misfits), len(shapes)


def _distinct(items: Sequence[Any]) -> list[Any]:
    found: dict[str, Any] = {}
    for item in items:
        found.setdefault(json.dumps(item, sort_keys=True), item)
    return list(found.values())


def _is_in(value: Any, listed: Sequence[Any]) -> bool:
    """Whether JSON values have an equal among them: `1` and `1.0` are equal, `1` and `true` are not."""
    return any(value == other and kind_of(value) == kind_of(other) for other in listed)
