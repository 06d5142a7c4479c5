"""Values as a log line holds them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

_DEEPEST: Final = 8

_TEXTS: Final = (UUID, date, time, timedelta, Decimal, PurePath)
"""What is told by its text, which is what it is."""


_LARGEST: Final = 10**1000
"""Python refuses to write numbers of some thousands of digits."""


def plain(value: Any, depth: int = 0) -> Any:
    """The value as JSON has it. Models and other objects are told by their class alone: what they hold may be personal, and a line has
    no contract to ask. So is what raises when it is looked at: whoever logs does not fail because of what is logged.
    """
    try:
        return _plain(value, depth)
    except Exception:  # anything at all: it is an object of somebody else's
        return _class_of(value)


def _plain(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value) if -_LARGEST < value < _LARGEST else _class_of(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, _TEXTS):
        return str(value)
    return _parts(value, depth + 1) if depth < _DEEPEST else _class_of(value)


def _parts(value: Any, depth: int) -> Any:
    if isinstance(value, Mapping):
        return {
            name if isinstance(name, str) else str(plain(name, depth)): plain(part, depth)
            for name, part in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(part, depth) for part in value]
    return _class_of(value)


def _class_of(value: Any) -> str:
    return f"<{type(value).__name__}>"
