"""What a key of slo.toml may be: each field takes a value as TOML has it and gives the value meant."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final, TypeAlias

from switchover.telemetry.objectives.timing import FASTEST_BURN
from switchover.telemetry.objectives.units import Duration, Percentage, number

Field: TypeAlias = Callable[[object], Any]
"""Gives the value, or raises ValueError with what completes the sentence "`value` ..."."""

Findings: TypeAlias = list[str]
"""What is wrong, a sentence each."""

_LONGEST: Final = 60


def _duration(least: str, most: str) -> Field:
    shortest, longest = Duration.parse(least), Duration.parse(most)

    def read(value: object) -> Duration:
        duration = Duration.parse(_text(value, '"300ms" or "5m"'))
        if not shortest <= duration <= longest:
            raise ValueError(f"is out of range; it has to be from {least} to {most}")
        return duration

    return read


def _percentage(value: object) -> Percentage:
    return Percentage.parse(_text(value, '"1%" or "99.95%"'))


def _availability(value: object) -> Percentage:
    percentage = _percentage(value)
    if percentage.rest.share * FASTEST_BURN >= 1:
        least = (100 - 100 / FASTEST_BURN).quantize(Decimal("0.1"), ROUND_FLOOR) + Decimal("0.1")
        raise ValueError(
            f"is too little: nothing could spend its error budget {number(FASTEST_BURN)} times too fast, which is what"
            f" the fastest alert waits for; it has to be at least {least}%"
        )
    return percentage


def _integer(least: int, most: int) -> Field:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(f"is no whole number; write one from {least} to {most}, without quotes")
        if not least <= value <= most:
            raise ValueError(f"is out of range; it has to be from {least} to {most}")
        return value

    return read


def _text(value: object, examples: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"has no unit; write a text in quotes, such as {examples}")
    return value


ERROR_RATE: Final[Field] = _percentage
"""More than 0 % and less than 100 %."""

AVAILABILITY: Final[Field] = _availability
"""A percentage whose error budget can be spent 14.4 times too fast."""

LATENCY: Final[Field] = _duration("1ms", "5m")
"""1 ms to 5 min."""

WINDOW: Final[Field] = _duration("1s", "1h")
"""1 s to 1 h."""

COUNT: Final[Field] = _integer(1, 1_000_000)
"""1 to a million."""

FACTOR: Final[Field] = _integer(2, 10)
"""2 to 10: so many times the largest error budget is still less than everything."""


def is_unknown(where: str, table: Mapping[str, object], known: Collection[str], kind: str = "known") -> Iterator[str]:
    """A sentence for each key that is none of those known, with the one that was probably meant."""
    for key in table:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            meant = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(known))}"
            yield f"{where}{key if key.isidentifier() else shown(key)}: is not {kind}; {meant}"


def shown(value: object) -> str:
    """A value as a message may repeat it: as TOML has it, on one line, and short."""
    match value:
        case str():
            text = f'"{value}"' if value.isprintable() else repr(value)
        case bool():
            text = str(value).lower()
        case dict():
            text = "{…}"
        case list():
            text = "[…]"
        case int() if value.bit_length() > 64:
            text = "a number of more than 64 bits"
        case _:
            text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
