"""Names on both sides of a port: `getTrip`, `get-trip` and `GetTrip` are all `get_trip`."""

from __future__ import annotations

import keyword
import re
from typing import Final

_BOUNDARY: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER: Final = re.compile(r"[^0-9A-Za-z]+")


def snake(name: str) -> str:
    """The Python name of anything that a contract names."""
    words = _OTHER.sub("_", _BOUNDARY.sub("_", name)).strip("_").lower()
    if not words or words[0].isdigit():
        words = f"_{words}"
    return f"{words}_" if keyword.iskeyword(words) else words


def pascal(name: str) -> str:
    """The Python class name of anything that a contract names."""
    return "".join(word[:1].upper() + word[1:] for word in snake(name).strip("_").split("_"))


def is_same(a: str, b: str) -> bool:
    """Do both name the same thing, whatever their case style? `ISBN13` and `isbn_13` do."""
    return _OTHER.sub("", a).lower() == _OTHER.sub("", b).lower()
