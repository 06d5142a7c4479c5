"""A request as a verifier sees it, and what a verifier is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from switchover.trust.principal import Principal


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request before anybody believes it.

    Attributes:
        method: in capitals, as it was sent.
        target: path and query as they were sent, percent-encoded.
        headers: by name in lower case. What decides something is there once: `Authorization` twice never gets here.
        peer: IP address that the connection comes from; None over a Unix socket and in memory.
        body: reads the whole body, within the service's limits; may be awaited more than once.
    """

    method: str
    target: str = field(repr=False)
    headers: Mapping[bytes, bytes] = field(repr=False)
    peer: str | None
    body: Callable[[], Awaitable[bytes]]

    def header(self, name: str) -> str | None:
        """The value of a header, or None."""
        value = self.headers.get(name.encode())
        return value.decode("latin-1") if value is not None else None


class Verifier(Protocol):
    """Decides which service calls."""

    def is_addressed(self, incoming: Incoming) -> bool:
        """Does the request bring the kind of credential that this verifier judges? Of several verifiers, the first such one decides."""
        ...

    async def verify(self, incoming: Incoming) -> Principal:
        """The service that calls.

        Raises:
            Unauthenticated: it did not prove itself. What is answered is the same for every reason; `reason` says it to counters.
            Forbidden: it did, and may not come in.
        """
        ...

    def described(self) -> list[str]:
        """What is demanded, in plain words, a line each, without secrets: `switchover check` shows it."""
        ...
