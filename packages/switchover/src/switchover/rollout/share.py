"""A share of traffic, in steps of 0.01 %."""

from __future__ import annotations

import re
from typing import Final, Self

WHOLE: Final = 10_000
"""All of it, in steps."""

_PERCENT: Final = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))? ?%?")


class Share(int):
    """0 to 10,000 steps of 0.01 %."""

    __slots__ = ()

    def __new__(cls, steps: int) -> Self:
        """Raises ValueError for what is not 0 to 10,000."""
        if not 0 <= steps <= WHOLE:
            raise ValueError(f"a share is 0 to {WHOLE} steps of 0.01 %, not {steps}")
        return super().__new__(cls, steps)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The share that a text names: `1`, `0.05`, `12.5 %`.

        Raises:
            ValueError: it names none; the message says what would.
        """
        match = _PERCENT.fullmatch(text)
        steps = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else WHOLE + 1
        if steps > WHOLE:
            raise ValueError(f"{text!r} is no share: 0 to 100, with up to two digits after the point")
        return cls(steps)

    def __str__(self) -> str:
        whole, part = divmod(int(self), 100)
        return f"{whole}.{part:02d}".rstrip("0").rstrip(".") + " %" if part else f"{whole} %"

    def __repr__(self) -> str:
        return f"Share({int(self)})"
