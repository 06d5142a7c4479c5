"""How it felt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mood(StrEnum):
    """The five moods that an entry can have."""

    GREAT = "great"
    GOOD = "good"
    OKAY = "okay"
    LOW = "low"
    AWFUL = "awful"


@dataclass(frozen=True, slots=True)
class UnknownMood:
    """A mood that a newer version of the diary wrote. It is shown as none, and kept as it is until another one is chosen."""

    value: str


def read_mood(value: str) -> Mood | UnknownMood:
    """Return the mood that was stored under a name."""
    try:
        return Mood(value)
    except ValueError:
        return UnknownMood(value)
