"""What the pages say, in every language that they speak."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from livetrip_web.words.en import WORDS as _EN
from livetrip_web.words.ja import WORDS as _JA

LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = {"en": _EN, "ja": _JA}
FIRST: Final = "en"
"""What is spoken with those whose languages are not known here."""

_RANGE: Final = re.compile(
    r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*", re.ASCII
)


def preferred(header: str) -> str:
    """The language to speak by an `Accept-Language` (RFC 9110, section 12.5.4): the best liked of those that are known here."""
    liked: dict[str, float] = {}
    for part in header[:1000].split(","):
        match = _RANGE.fullmatch(part)
        if match is not None:
            name = FIRST if match[1] == "*" else match[1].lower()
            liked.setdefault(name, float(match[2] or 1))
    known = [name for name in liked if name in LANGUAGES and liked[name] > 0]
    return max(known, key=lambda name: liked[name], default=FIRST)


def say(language: str, key: str, **values: object) -> str:
    """What is said under a key; with `n`, in the form that goes with the number.

    Raises:
        KeyError: nothing is.
    """
    words = LANGUAGES[language]
    if "n" in values and f"{key}.one" in words:
        key = f"{key}.one" if values["n"] == 1 else f"{key}.other"
    return words[key].format(**values)
