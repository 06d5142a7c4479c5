"""Whose call it is, as far as a decision asks."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from switchover.context import Side


class Asker(NamedTuple):
    """Whose call it is.

    Attributes:
        user: user id, or None for an anonymous caller.
        groups: that the user is in.
        session: names an anonymous caller; or None.
        trace: number of the trace that the call belongs to, or None.
        side: where the caller asked to go, or None.
    """

    user: str | None = None
    groups: frozenset[str] = frozenset()
    session: str | None = None
    trace: int | None = None
    side: Side | None = None

    @property
    def known_by(self) -> str | None:
        """What the caller is drawn by: `user`, `session`, `trace`; None if there is nothing, and each call is drawn anew."""
        if self.user is not None:
            return "user"
        if self.session is not None:
            return "session"
        return "trace" if self.trace is not None else None

    @property
    def key(self) -> str:
        """The text that the caller is drawn by."""
        if self.user is not None:
            return self.user
        if self.session is not None:
            return self.session
        return f"{secrets.randbits(128) if self.trace is None else self.trace:032x}"
