"""Durations as people write them: `30s`, `500ms`, `2m`."""

from __future__ import annotations

import re
from typing import Final

LONGEST_SECONDS: Final = 86_400.0

_DURATION: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*([A-Za-z]*)", re.ASCII)
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds_of(text: str) -> float:
    """The seconds that a duration stands for: more than 0, at most a day.

    Raises:
        ValueError: it is no duration; the message says what would be one.
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no duration; write a number and a unit, as in 30s, 500ms, 2m or 1h")
    number, unit = found.groups()
    if not unit:
        raise ValueError(f"{text!r} has no unit; write {number}s, {number}ms, {number}m or {number}h")
    if unit not in _SECONDS:
        raise ValueError(f"{text!r} has the unit {unit!r}; there are {', '.join(_SECONDS)}")
    seconds = float(number) * _SECONDS[unit]
    if seconds == 0:
        raise ValueError(f"{text!r} is no time at all; it has to be more than 0")
    if seconds > LONGEST_SECONDS:
        raise ValueError(f"{text!r} is longer than a day")
    return seconds
