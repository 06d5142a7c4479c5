"""When and where, without what was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """All that a summary has to know of an entry: when, at its own offset, and the name of the place if it has one."""

    happened_at: datetime
    place: str | None = None
