"""Why nobody was signed in."""

from __future__ import annotations


class SignInFailed(Exception):
    """The sign-in came to nothing. `reason` is for ourselves; `status`: 400 for what came back, 503 for an issuer that does not answer."""

    def __init__(self, reason: str, *, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
