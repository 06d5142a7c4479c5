"""Names on both sides of a port: `getTrip`, `get-trip` and `GetTrip` are all `get_trip`."""

from __future__ import annotations

import keyword
import re
import unicodedata
from itertools import pairwise
from typing import Final

_ACRONYM: Final = re.compile(r"(?<=[A-Z])(?=[A-Z][a-z])")


def snake(name: str) -> str:
    """The Python name of anything that a contract names. Letters are those that Python has in names, of any script."""
    words = "_".join(_words(name)).lower()
    if not words.isidentifier():
        words = f"_{words}"
    return f"{words}_" if keyword.iskeyword(words) else words


def pascal(name: str) -> str:
    """The Python class name of anything that a contract names."""
    joined = "".join(word[:1].upper() + word[1:] for word in snake(name).strip("_").split("_"))
    # No trailing underscore: the generator of models drops it.
    return joined if joined.isidentifier() and not keyword.iskeyword(joined) else f"Model{joined}"


def plain(name: str) -> str:
    """A name without case and separators; "" for one that has neither letters nor digits."""
    return "".join(_words(name)).casefold()


def is_same(a: str, b: str) -> bool:
    """Do both name the same thing, whatever their case style? `ISBN13` and `isbn_13` do; `$` and `_` are no names at all."""
    found = plain(a)
    return found == plain(b) if found else a == b


def _words(name: str) -> list[str]:
    """The words of a name: at each separator, where lower case turns to upper, and before the last capital of an acronym."""
    text = unicodedata.normalize("NFKC", name)  # as Python reads names
    parts = "".join(char if char != "_" and f"a{char}".isidentifier() else " " for char in text).split()
    return [word for part in parts for word in _humps(part)]


def _humps(part: str) -> list[str]:
    starts = [
        index
        for index, (before, after) in enumerate(pairwise(part), start=1)
        if after.isupper() and not before.isupper()
    ]
    pieces = [part[start:end] for start, end in zip([0, *starts], [*starts, len(part)], strict=True)]
    return [word for piece in pieces for word in _ACRONYM.split(piece)]
