"""What both readers share: how much is read at most, and how they say that a text cannot be."""

from __future__ import annotations

import math
from typing import Final

MAX_NODES: Final = 500_000
"""Values in one file. What a YAML alias stands for counts each time."""

MAX_DEPTH: Final = 100
"""Objects and arrays inside each other."""


class UnreadableText(ValueError):
    """A text that is no contract: what is wrong, the 1-based line, and the pointer as far as it is known."""

    def __init__(self, message: str, line: int, pointer: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.pointer = pointer


class Lines:
    """The line of every value read so far, within the bounds."""

    def __init__(self) -> None:
        self.by_pointer: dict[str, int] = {}

    def enter(self, pointer: str, line: int, depth: int) -> None:
        """Note where a value starts.

        Raises:
            UnreadableText: there are too many, or too many inside each other.
        """
        if len(self.by_pointer) >= MAX_NODES:
            raise UnreadableText(f"has more than {MAX_NODES} values (aliases count each time)", line)
        if depth > MAX_DEPTH:
            raise UnreadableText(f"is nested deeper than {MAX_DEPTH} levels (or contains itself)", line)
        self.by_pointer[pointer] = line


def integer(text: str, line: int, pointer: str) -> int:
    """A decimal integer.

    Raises:
        UnreadableText: it has more digits than Python converts.
    """
    try:
        return int(text)
    except ValueError as error:
        raise UnreadableText("is a number with too many digits", line, pointer) from error


def number(text: str, line: int, pointer: str) -> float:
    """A number with a fraction or an exponent.

    Raises:
        UnreadableText: it is beyond what a double can hold.
    """
    found = float(text)
    if math.isinf(found):
        raise UnreadableText(
            f"is {text[:40]}, which is beyond the numbers of JSON in practice (RFC 8259, section 6)", line, pointer
        )
    return found
