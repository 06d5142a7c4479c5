"""Requests that may be repeated and happen once (IETF draft `idempotency-key-header`)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from livetrip_core.errors import IdempotencyKeyReused
from livetrip_core.identifiers import UserId

KEPT_FOR: Final = timedelta(hours=72)
"""How long a key counts, by the clock of the store that keeps it. A key as old as this is free again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """A request that its owner gave a name, `key`. Equal requests have equal operations and fingerprints.

    Attributes:
        former_fingerprints: those that earlier releases gave it; a request that they kept is this one again.
    """

    owner: UserId
    key: str
    operation: str
    fingerprint: str
    former_fingerprints: tuple[str, ...] = field(default=(), compare=False)

    def is_again(self, kept: KeyedRequest) -> bool:
        """Whether the request is one that was kept."""
        fingerprints = (self.fingerprint, *self.former_fingerprints)
        return any(replace(self, fingerprint=fingerprint) == kept for fingerprint in fingerprints)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredRequest:
    """A request that happened, and its answer as text."""

    request: KeyedRequest
    answer: str

    def answer_to(self, request: KeyedRequest) -> str:
        """The answer, if the request is this one again.

        Raises:
            IdempotencyKeyReused: it is another one.
        """
        if not request.is_again(self.request):
            raise IdempotencyKeyReused
        return self.answer
