"""What a change leaves alone, and which version it was made on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, Final

from livetrip_core.errors import VersionConflict


class Unset(Enum):
    """The type of `UNSET`: an enum of one, which type checkers can tell from None (PEP 484)."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
"""What a change says of a field that it leaves as it is; None is a value, and clears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change, made on `expected_version` of something."""

    expected_version: int

    def given(self) -> dict[str, Any]:
        """The fields that change, by the names they have in what is changed."""
        named = ((field.name, getattr(self, field.name)) for field in fields(self) if field.name != "expected_version")
        return {name: value for name, value in named if value is not UNSET}

    def version_after(self, current_version: int) -> int:
        """The version that the change leads to.

        Raises:
            VersionConflict: it was made on another version than the current one.
        """
        if self.expected_version != current_version:
            raise VersionConflict(current_version)
        return current_version + 1
