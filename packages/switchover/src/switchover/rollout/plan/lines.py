"""Where the keys of rollout.toml stand, so that a message can name the line."""

from __future__ import annotations

import re
from typing import Final

Path = tuple[str | int, ...]
"""Keys, and positions in lists: `("waves", 0, "stages")`."""

_NAME: Final = r"""(?:[A-Za-z0-9_-]+|"[^"\\]*"|'[^']*')"""
_KEYS: Final = rf"{_NAME}(?:[ \t]*\.[ \t]*{_NAME})*"
_HEADER: Final = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_KEYS})[ \t]*\]")
_KEY: Final = re.compile(rf"[ \t]*({_KEYS})[ \t]*=")


class Lines:
    """Where keys stand in a TOML file (1.0.0), as far as a line at a time can tell: the parser does not say.

    What is written in an unusual way, such as inline tables over many lines, is looked for in vain, and told without a line.
    """

    def __init__(self, text: str) -> None:
        self._text = text.splitlines()
        self._known: dict[Path, int] = {}
        here: Path = ()
        for number, line in enumerate(self._text, 1):
            header = _header(line)
            if header is not None:
                here = self._opened(*header)
                self._known.setdefault(here, number)
            elif (keys := _keys(line)) is not None:
                self._known.setdefault((*here, *keys), number)

    def of(self, path: Path, item: str | None = None) -> int:
        """The line of a key, or of an item of its list; of the table around it, if it is not there; 0 if that is not known either."""
        while path and path not in self._known:
            path, item = path[:-1], None
        first = self._known.get(path, 0)
        if item is None or not first:
            return first
        return next((number for number in self._extent(first) if f'"{item}"' in self._text[number - 1]), first)

    def _opened(self, keys: tuple[str, ...], is_list: bool) -> Path:  # noqa: FBT001 - as `_header` tells it
        if not is_list:
            return keys
        return (*keys, sum(1 for path in self._known if path[:-1] == keys and isinstance(path[-1], int)))

    def _extent(self, first: int) -> range:
        """The lines of a value: up to the next key or table."""
        last = first
        while last < len(self._text) and _header(self._text[last]) is None and _keys(self._text[last]) is None:
            last += 1
        return range(first, last + 1)


def _header(line: str) -> tuple[tuple[str, ...], bool] | None:
    """The keys of the table that a line opens, and whether it is one of a list; None for any other line."""
    match = _HEADER.match(line)
    return (_split(match[2]), match[1] == "[[") if match else None


def _keys(line: str) -> tuple[str, ...] | None:
    """The keys that a line sets; None for any other line."""
    match = _KEY.match(line)
    return _split(match[1]) if match else None


def _split(keys: str) -> tuple[str, ...]:
    return tuple(name.strip("\"'") for name in re.findall(_NAME, keys))
