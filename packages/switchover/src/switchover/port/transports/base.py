"""What a transport is: it takes a request to the service and brings the answer back, or says precisely why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

from switchover.errors import UnexpectedAnswer
from switchover.port.wire import WireRequest, WireResponse


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a call may take, in seconds.

    Attributes:
        connect: until there is a connection, waiting for one of the pool's included.
        read: until the next byte of the answer comes.
        total: until the answer is complete, a second attempt included.
    """

    connect: float = 1.0
    read: float = 5.0
    total: float = 10.0

    def __post_init__(self) -> None:
        """Raises ValueError for a time that is not positive."""
        for name in ("connect", "read", "total"):
            seconds = getattr(self, name)
            if not seconds > 0:
                raise ValueError(f"the {name} timeout has to be more than 0 seconds, not {seconds!r}")


MAX_ANSWER_BYTES = 32 * 1024 * 1024
"""The largest answer that is read; a larger one is an UnexpectedAnswer."""


@runtime_checkable
class Transport(Protocol):
    """Brings requests to a service, from coroutines."""

    async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        """The answer to a request.

        Raises:
            ServiceUnreachable: no connection came about.
            CallTimeout: `connect` or `read` ran out; the port sees to `total`.
            ConnectionLost: the connection broke before the answer was complete.
            UnexpectedAnswer: the answer is not HTTP, or too large.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...


@runtime_checkable
class BlockingTransport(Protocol):
    """Brings requests to a service, from threads."""

    def send_blocking(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        """Like `Transport.send`; sees to `timeouts.total` as well."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


def require_base_url(base_url: str) -> str:
    """The base URL without a slash at its end.

    Raises:
        ValueError: it is not `http://host[:port][/prefix]`, or carries a password, a query or a fragment.
    """
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        # urlsplit says why, and repeats what it was given, in which there may be a password.
        raise ValueError("a base URL is http://host[:port]; this one has an impossible host or port") from None
    is_plain = base_url.isprintable() and " " not in base_url
    if parts.scheme not in ("http", "https") or not host or port == 0 or not is_plain:
        raise ValueError(f"a base URL is http://host[:port], not {_shown(base_url)!r}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a base URL carries no user and no password; give credentials with `credentials=`")
    if parts.query or parts.fragment:
        raise ValueError(f"a base URL has no query and no fragment: {_shown(base_url)!r}")
    return base_url.rstrip("/")


def too_large() -> UnexpectedAnswer:
    """The refusal of an answer larger than MAX_ANSWER_BYTES."""
    return UnexpectedAnswer(f"The answer is larger than {MAX_ANSWER_BYTES} bytes.")


def _shown(base_url: str) -> str:
    """For messages: without anything that could be a secret."""
    return base_url.partition("?")[0].partition("#")[0].rpartition("@")[2]
