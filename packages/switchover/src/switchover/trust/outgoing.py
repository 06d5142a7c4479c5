"""What the calling side proves itself with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable


class Outgoing(Protocol):
    """A request that is complete but for its credential.

    Attributes:
        method: in capitals.
        target: path and query, percent-encoded.
        headers: all others, names in lower case.
        body: the whole body, or None.
    """

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes | None


class CredentialSource(Protocol):
    """What the calling side proves itself with.

    `headers` does no I/O. A source that has to fetch something first says so with `is_ready`; the driver of a call then refreshes it,
    within the call's total time.
    """

    def is_ready(self) -> bool:
        """Can `headers` be asked? A source that keeps a usable credential is ready, also while it wants a newer one."""
        ...

    async def refresh(self) -> None:
        """Fetch what is missing, from a coroutine; callers at the same time wait for one fetch.

        Raises:
            CredentialUnavailable: it cannot be had.
        """
        ...

    def refresh_blocking(self) -> None:
        """Like `refresh`, from a thread."""
        ...

    def headers(self, outgoing: Outgoing) -> Sequence[tuple[str, str]]:
        """The headers that prove it, names in lower case."""
        ...

    def described(self) -> list[str]:
        """What is sent, in plain words, a line each, without secrets: `switchover check` shows it."""
        ...


@runtime_checkable
class QueryCredential(Protocol):
    """A CredentialSource whose credential travels in the query."""

    def query(self, outgoing: Outgoing) -> str:
        """Return what the query has besides, percent-encoded, `name=value`; "" for nothing. Does no I/O."""
        ...


@runtime_checkable
class Revocable(Protocol):
    """A CredentialSource that wants to know when a service refuses what it gave: a token may be revoked before its end."""

    def refused(self) -> None:
        """A service answered 401. Does no I/O, and is called as often as that happens."""
        ...
