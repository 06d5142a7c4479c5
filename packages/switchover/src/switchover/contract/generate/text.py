"""Text of a contract as it may stand in Python source: nobody's summary ends a docstring, or starts a statement."""

from __future__ import annotations

import json
import textwrap
from typing import Any, Final

WIDTH: Final = 100


def line(text: Any) -> str:
    """A text on one line, as it may stand inside a docstring."""
    return " ".join(_harmless(str(text)).split())


def quoted(text: str) -> str:
    """A text as a literal."""
    return json.dumps(text, ensure_ascii=not text.isprintable())


def wrapped(text: str, indent: str = "") -> list[str]:
    """A text as lines of a docstring, its paragraphs kept apart."""
    lines: list[str] = []
    for paragraph in _harmless(text).split("\n\n"):
        if lines:
            lines.append("")
        lines += textwrap.wrap(
            " ".join(paragraph.split()),
            WIDTH,
            initial_indent=indent,
            subsequent_indent=indent + ("    " if indent else ""),
            break_long_words=False,
        )
    return lines


def _harmless(text: str) -> str:
    printable = "".join(char if char.isprintable() or char == "\n" else " " for char in text)
    return printable.replace("\\", "\\\\").replace('"""', "'''")
