"""Lets calls in until the service is told to stop; those that are inside finish."""

from __future__ import annotations


class Gate:
    """Open, until it is closed.

    Attributes:
        is_closed: are new calls refused?
    """

    __slots__ = ("is_closed",)

    def __init__(self) -> None:
        self.is_closed = False

    def close(self) -> None:
        """Refuse new calls."""
        self.is_closed = True
