"""A connection to PostgreSQL that is replaced when it breaks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchover.rollout.stores.postgresql_connection import BoundedConnection


class Line:
    """A connection, made when it is needed and again when it broke; one caller at a time."""

    __slots__ = ("connection", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.connection: BoundedConnection | None = None

    def drop(self) -> None:
        """Close the connection, if there is one."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
