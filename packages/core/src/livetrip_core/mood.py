"""How it felt."""

from __future__ import annotations

from enum import StrEnum


class Mood(StrEnum):
    """The five moods that an entry can have."""

    GREAT = "great"
    GOOD = "good"
    OKAY = "okay"
    LOW = "low"
    AWFUL = "awful"
