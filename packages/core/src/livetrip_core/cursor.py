"""Positions in a list, for keyset pagination: they stay valid when items come and go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from livetrip_core.errors import InvalidValue

_BIAS: Final = 2**63
_FORM: Final = re.compile(r"[0-9a-f]{48}", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A position: a signed 64-bit sort key, and the identifier that tells apart what shares it.

    Written as 48 hex digits, biased so that texts sort as positions do. Every text of that form is a position,
    whether or not something is or could be there.
    """

    key: int
    id: UUID

    def __post_init__(self) -> None:
        if not -_BIAS <= self.key < _BIAS:
            raise InvalidValue("cursor", "has a key of more than 64 bits")

    @classmethod
    def parse(cls, written: str) -> Cursor:
        """The position that 48 lower-case hex digits stand for.

        Raises:
            InvalidValue: the text is none.
        """
        if not _FORM.fullmatch(written):
            raise InvalidValue("cursor", "is not 48 hex digits")
        return cls(int(written[:16], 16) - _BIAS, UUID(hex=written[16:]))

    def __str__(self) -> str:
        return f"{self.key + _BIAS:016x}{self.id.hex}"
