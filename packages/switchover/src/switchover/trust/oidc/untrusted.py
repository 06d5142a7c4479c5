"""Why a token is not believed."""

from __future__ import annotations


class Untrusted(Exception):
    """A token, or a key, that is not believed.

    Attributes:
        reason: why, as a short stable word for counters; it is never sent.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
