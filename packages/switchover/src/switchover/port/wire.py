"""A call as it goes over the wire, before and after any transport has seen it. None of it shows what it carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class WireRequest:
    """A request: `target` is path and query, percent-encoded, below the address of the service.

    Attributes:
        idempotency_key: names the write, also as one of the headers; None for a read.
    """

    method: str
    target: str = field(repr=False)
    headers: list[tuple[str, str]] = field(default_factory=list, repr=False)
    body: bytes | None = field(default=None, repr=False)
    idempotency_key: str | None = None


@dataclass(slots=True)
class WireResponse:
    """An answer: header names in lower case."""

    status: int
    headers: Sequence[tuple[str, str]] = field(repr=False)
    body: bytes = field(repr=False)

    def header(self, name: str) -> str | None:
        """The first header of that name (lower case), or None."""
        for key, value in self.headers:
            if key == name:
                return value
        return None


@dataclass(slots=True)
class Received:
    """What a server has of a request before it is understood.

    Attributes:
        segments: the raw segments of the path below the base path, percent-encoded.
        query: the raw query string.
        headers: names in lower case, in order, as ASGI gives them.
        body: the whole body; None where there is none, which is not the same as an empty one.
    """

    segments: Sequence[str] = field(repr=False)
    query: str = field(repr=False)
    headers: Sequence[tuple[bytes, bytes]] = field(repr=False)
    body: bytes | None = field(repr=False)

    def header(self, name: bytes) -> str | None:
        """The values of a header, joined by commas as RFC 9110, section 5.3 allows; None if it is not there."""
        found = [value for key, value in self.headers if key == name]
        return joined(name, found).decode("latin-1") if found else None


def joined(name: bytes, values: Sequence[bytes]) -> bytes:
    """The values of a header as one (RFC 9110, section 5.3); cookies have a separator of their own (RFC 9113, section 8.2.3)."""
    return (b"; " if name == b"cookie" else b", ").join(values)
