"""A connection to PostgreSQL that is replaced when it breaks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from switchover.rollout.stores.postgresql_connection import BoundedConnection

CLOSE_SECONDS: Final = 0.2
"""So long `close` waits for a thread that uses a connection; a locked table may hold it for long."""


class Line:
    """A connection, made when it is needed and again when it broke; one caller at a time.

    Attributes:
        lock: held by the caller that uses it.
        connection: to PostgreSQL, if there is one.
        is_given_back: whether the caller that uses it has to close the connection afterwards.
    """

    __slots__ = ("connection", "is_given_back", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.connection: BoundedConnection | None = None
        self.is_given_back = False

    def give_back(self, seconds: float) -> None:
        """Close the connection, at once or when the caller that uses it is done.

        Args:
            seconds: how long to wait for that caller.
        """
        self.is_given_back = True
        if self.lock.acquire(timeout=seconds):
            self.release()

    def release(self) -> None:
        """Let the next caller use it; close it first, if it was given back."""
        try:
            if self.is_given_back:
                self.is_given_back = False
                self.drop()
        finally:
            self.lock.release()

    def drop(self) -> None:
        """Close the connection, if there is one."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
