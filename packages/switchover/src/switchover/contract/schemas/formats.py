"""Formats that the JSON Schema engine does not know of itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

LOCAL_TIME: Final = "time-local"
"""A time of the day without an offset: `partial-time` of RFC 3339, section 5.6, under its name in the format registry of OpenAPI."""

_PARTIAL_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?")


def is_local_time(text: str) -> bool:
    """Is it a time of the day without an offset?"""
    return _PARTIAL_TIME.fullmatch(text) is not None


FORMATS: Final[dict[str, Callable[[str], bool]]] = {LOCAL_TIME: is_local_time}
