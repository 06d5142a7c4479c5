"""Names of things: each its own type, so that one cannot be passed for another."""

from __future__ import annotations

from typing import NewType
from uuid import UUID

from livetrip_core import text

TripId = NewType("TripId", UUID)
EntryId = NewType("EntryId", UUID)
PhotoId = NewType("PhotoId", UUID)
UserId = NewType("UserId", str)


def user_id(value: str) -> UserId:
    """The user that a name stands for: 1 to 200 characters, as an identity provider gave it.

    Raises:
        InvalidValue: it is empty, longer, or not text that can be stored.
    """
    return UserId(text.storable("user_id", value, at_least=1, at_most=200))
