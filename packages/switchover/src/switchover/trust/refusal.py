"""What a service that did not prove itself is told: the same for every reason. And what is told where nobody can be judged."""

from __future__ import annotations

from typing import Final

from switchover.errors import Refused, ServiceUnavailable

REFUSAL: Final = "Valid service credentials are required."


class Unjudged(ServiceUnavailable, Refused):
    """503: whether the caller may come in cannot be said now, so it may not; counted like every caller that is not let in."""

    def __init__(self, *, reason: str, retry_after: int) -> None:
        super().__init__("Credentials cannot be checked now.", retry_after=retry_after)
        self.reason = reason
