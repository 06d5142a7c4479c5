"""A clock that stands until a test moves it."""

from __future__ import annotations


class OwnedClock:
    """Seconds since 1970, as a test wants them."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def passes(self, seconds: float) -> None:
        """Move it on, or back."""
        self.now += seconds
