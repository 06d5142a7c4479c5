"""Texts of others on a terminal: nothing in them moves the cursor, and columns stay columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

_WIDE: Final = frozenset("WF")
_NO_WIDTH: Final = frozenset(("Mn", "Me"))


def printable(text: str) -> str:
    """A text whose characters can all be seen; the others are escaped as Python writes them."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def width(text: str) -> int:
    """How many cells of a terminal a printable text takes."""
    return sum(_cells(character) for character in text)


def table(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> str:
    """Rows as columns, two blanks between them; `right`: the numbers of columns that end together."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(width(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = []
    for row in cells:
        padded = [
            blank + cell if column in right else cell + blank
            for column, cell in enumerate(row)
            for blank in [" " * (widths[column] - width(cell))]
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _cells(character: str) -> int:
    if unicodedata.category(character) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1
