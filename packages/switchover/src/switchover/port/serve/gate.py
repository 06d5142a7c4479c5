"""Lets calls in until the service is told to stop, then only those that are inside finish."""

from __future__ import annotations

import asyncio

from switchover.errors import ServiceUnavailable


class Gate:
    """Counts the calls inside. Used from one event loop."""

    def __init__(self) -> None:
        self._inside = 0
        self._is_closed = False
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def inside(self) -> int:
        """How many calls are running."""
        return self._inside

    @property
    def is_closed(self) -> bool:
        """Are new calls refused?"""
        return self._is_closed

    def enter(self) -> None:
        """Let a call in.

        Raises:
            ServiceUnavailable: the gate is closed.
        """
        if self._is_closed:
            raise ServiceUnavailable("The service is shutting down.")
        self._inside += 1
        if self._inside == 1:
            self._empty.clear()

    def leave(self) -> None:
        """A call is over."""
        self._inside -= 1
        if self._inside == 0:
            self._empty.set()

    def close(self) -> None:
        """Refuse new calls."""
        self._is_closed = True

    async def emptied(self) -> None:
        """Wait until no call is inside."""
        await self._empty.wait()
