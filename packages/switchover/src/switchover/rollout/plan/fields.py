"""What a key of rollout.toml may be: each field takes a value as TOML has it and gives the value meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final, TypeAlias, TypeVar

from switchover.rollout.share import WHOLE, Share
from switchover.telemetry.objectives.fields import shown
from switchover.telemetry.objectives.units import Duration

Field: TypeAlias = Callable[[object], Any]
"""Gives the value, or raises ValueError with what completes the sentence "`value` ..."."""

SHARE: Final = r"(?:100(?:\.00?)?|[1-9]?[0-9](?:\.[0-9]{1,2})?) ?%"
DURATION: Final = r"[1-9][0-9]{0,8}(?:ms|[smhd])"
NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"
"""The same patterns are in the schema for editors."""

_Value = TypeVar("_Value")
_SHORTEST: Final = "1s"
_LONGEST: Final = "30d"


def share(value: object) -> Share:
    """A percentage in steps of 0.01 %."""
    if not isinstance(value, str):
        raise ValueError('has no unit; write a text in quotes, such as "10%"')
    if re.fullmatch(SHARE, value, re.ASCII) is None:
        raise ValueError(
            'is no share; write a number from 0 to 100, at most two decimals and a percent sign, such as "0.5%"'
        )
    return Share.parse(value)


def bake(value: object) -> Duration:
    """How long a stage is watched."""
    if not isinstance(value, str):
        raise ValueError('has no unit; write a text in quotes, such as "10m"')
    found = Duration.parse(value)
    if not Duration.parse(_SHORTEST) <= found <= Duration.parse(_LONGEST):
        raise ValueError(f"is out of range; it has to be from {_SHORTEST} to {_LONGEST}")
    return found


def name(value: object) -> str:
    """What a wave or a cohort is called."""
    if not isinstance(value, str) or re.fullmatch(NAME, value, re.ASCII) is None:
        raise ValueError(
            "is no name; write a text of letters, digits, - _ and ., at most 63 of them, that begins with a letter or digit"
        )
    return value


def text(value: object) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise ValueError("is no text; write one in quotes, with at least one character")
    return value


def flag(value: object) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")
    return value


def texts(value: object) -> tuple[str, ...]:
    """A list of texts, each once."""
    found = _each(text, value, '["getTrip", "listTrips"]')
    if twice := sorted({one for one in found if found.count(one) > 1}):
        raise ValueError(f"names {', '.join(twice)} twice")
    return found


def some_texts(value: object) -> tuple[str, ...]:
    """At least one text, each once."""
    found = texts(value)
    if not found:
        raise ValueError("is empty; name at least one, or leave the table out")
    return found


def stages(value: object) -> tuple[Share, ...]:
    """Shares that grow from one to the next."""
    found = _each(share, value, '["1%", "10%", "50%", "100%"]')
    if not found:
        raise ValueError("is empty; a wave has at least one stage")
    if not found[0]:
        raise ValueError("begins with 0 %, which is where a wave is before its first stage; leave it out")
    for before, after in pairwise(found):
        if after <= before:
            raise ValueError(f"goes from {before} to {after}; each stage is larger than the one before")
    return found


def bakes(value: object) -> tuple[Duration, ...]:
    """One duration for all stages, or one for each."""
    if not isinstance(value, list):
        return (bake(value),)
    if not value:
        raise ValueError('is empty; write one duration such as "10m", or one for each stage')
    return _each(bake, value, '["10m", "1h"]')


def standing(value: object) -> Share:
    """How a user group is treated: `in`, `out` or a share of it."""
    match value:
        case "in":
            return Share(WHOLE)
        case "out":
            return Share(0)
    try:
        return share(value)
    except ValueError as error:
        raise ValueError(
            'is no way to treat a user group; write "in", "out" or a share of it, such as "25%"'
        ) from error


def _each(field: Callable[[object], _Value], value: object, example: str) -> tuple[_Value, ...]:
    if not isinstance(value, list):
        raise ValueError(f"is no list; write {example}")
    return tuple(_item(field, one) for one in value)


def _item(field: Callable[[object], _Value], value: object) -> _Value:
    try:
        return field(value)
    except ValueError as error:
        raise ValueError(f"has {shown(value)}, which {error}") from error
