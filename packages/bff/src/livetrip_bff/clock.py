"""The time of this machine."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """A `Clock` that tells the time of this machine, in microseconds."""

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)
