"""Durations and percentages as slo.toml and Prometheus write them; exact, so that a file is the same wherever it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_MILLISECONDS: Final = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_DURATION: Final = re.compile(r"([1-9][0-9]{0,8})(ms|[smhd])", re.ASCII)
_PERCENTAGE: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?) ?%", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A positive number of whole milliseconds."""

    milliseconds: int

    def __post_init__(self) -> None:
        if self.milliseconds < 1:
            raise ValueError(f"a duration is at least 1ms, not {self.milliseconds}ms")

    @classmethod
    def parse(cls, text: str) -> Duration:
        """`300ms`, `2s`, `5m`, `1h` or `3d`: a whole number and a unit.

        Raises:
            ValueError: it is none; the message completes "`text` ...".
        """
        match = _DURATION.fullmatch(text)
        if match is None:
            raise ValueError(
                'is no duration; write a whole number and a unit (ms, s, m, h, d), such as "300ms" or "5m"'
            )
        return cls(int(match[1]) * _MILLISECONDS[match[2]])

    @property
    def seconds(self) -> float:
        """The same in seconds."""
        return self.milliseconds / 1000

    def __str__(self) -> str:
        """As PromQL writes it, in the largest unit that it is a whole number of: 60 s are `1m`."""
        unit = next(unit for unit, size in _MILLISECONDS.items() if self.milliseconds % size == 0)
        return f"{self.milliseconds // _MILLISECONDS[unit]}{unit}"


@dataclass(frozen=True, slots=True, order=True)
class Percentage:
    """More than 0 % and less than 100 %, in steps of 0.001 %."""

    percent: Decimal

    def __post_init__(self) -> None:
        if not 0 < self.percent < 100:
            raise ValueError("is out of range; it has to be more than 0% and less than 100%")

    @classmethod
    def parse(cls, text: str) -> Percentage:
        """`1%`, `0.5 %` or `99.95%`.

        Raises:
            ValueError: it is none, or out of range; the message completes "`text` ...".
        """
        match = _PERCENTAGE.fullmatch(text)
        if match is None:
            raise ValueError(
                'is no percentage; write a number with at most three decimals and a percent sign, such as "1%" or "99.95%"'
            )
        return cls(Decimal(match[1]))

    @property
    def share(self) -> Decimal:
        """The same as a share of 1."""
        return self.percent / 100

    @property
    def rest(self) -> Percentage:
        """What is missing from 100 %: the error budget of an availability."""
        return Percentage(100 - self.percent)

    def __str__(self) -> str:
        return f"{number(self.percent)}%"


def number(value: Decimal) -> str:
    """A decimal as PromQL and people write it: no exponent, no trailing zeros."""
    return f"{value.normalize():f}"
