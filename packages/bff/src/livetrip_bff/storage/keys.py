"""Names of objects."""

from __future__ import annotations

import re
from typing import Final

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]*(?:\.[a-z0-9]+)?(?:/[a-z0-9][a-z0-9-]*(?:\.[a-z0-9]+)?)*", re.ASCII)


def is_key(text: str) -> bool:
    """Is this the name of an object: 1 to 200 characters, segments of `a-z0-9-` with at most one dot inside, parted by `/`?"""
    return 0 < len(text) <= 200 and _KEY.fullmatch(text) is not None


def require_key(text: str) -> str:
    """The key.

    Raises:
        ValueError: it is none.
    """
    if not is_key(text):
        raise ValueError("an object's key has segments of a-z, 0-9 and -, parted by /, at most 200 characters in all")
    return text
