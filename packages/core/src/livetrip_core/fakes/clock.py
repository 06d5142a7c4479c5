"""A clock that stands still until it is told otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A `Clock` that its owner moves."""

    def __init__(self, now: datetime = datetime(2026, 10, 1, 9, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        """The time it was last set to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Let time pass; a negative duration sets the clock back."""
        self._now += by
