"""Identifiers that a reader can count."""

from __future__ import annotations

from itertools import count
from typing import Final
from uuid import UUID

# The version and variant bits of a UUIDv7 (RFC 9562, section 5.7); the rest is the number.
_FIRST: Final = 0x0198C0DE_0000_7000_8000_000000000000


class SequentialIdentifiers:
    """An `IdentifierSource` that counts: 0198c0de-0000-7000-8000-000000000001, …2, …3."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def next(self) -> UUID:
        """The next number."""
        return UUID(int=_FIRST + next(self._numbers))
