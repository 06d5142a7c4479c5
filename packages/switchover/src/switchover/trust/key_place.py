"""Where an API key travels: in a header of its own, in a query parameter or in a cookie (OpenAPI 3.1, section 4.8.27)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote, unquote_plus, unquote_to_bytes

from switchover.contract import CALLER_HEADER
from switchover.trust.incoming import Incoming

API_KEY_HEADER: Final = "x-api-key"

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TAKEN: Final = frozenset(
    {
        "accept", "accept-encoding", "authorization", "connection", "content-digest", "content-length", "content-type", "cookie", "host",
        "idempotency-key", "signature", "signature-input", "traceparent", "tracestate", "transfer-encoding", "x-trace-id", CALLER_HEADER,
    }
)  # fmt: skip
"""Headers that mean something else."""
_CALLED: Final = {"header": "the header", "query": "the query parameter", "cookie": "the cookie"}


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """A place for a key; the name of a header is in lower case."""

    kind: Literal["header", "query", "cookie"]
    name: str

    @classmethod
    def of(cls, header: str | None, query: str | None, cookie: str | None) -> KeyPlace:
        """The one place that is given; `x-api-key` if none is.

        Raises:
            ValueError: several are given, or the name cannot be used there.
        """
        if sum(name is not None for name in (header, query, cookie)) > 1:
            raise ValueError("an API key must have one place: give header=, query= or cookie=")
        if query is not None:
            if not query or not query.isprintable():
                raise ValueError(f"{query!r} is not a name of a query parameter")
            return cls("query", query)
        if cookie is not None:
            if not _TOKEN.fullmatch(cookie):
                raise ValueError(f"{cookie!r} is not a name of a cookie (RFC 6265, section 4.1.1)")
            return cls("cookie", cookie)
        name = (API_KEY_HEADER if header is None else header).lower()
        if not _TOKEN.fullmatch(name) or name in _TAKEN:
            raise ValueError(f"{header!r} is no header for a key; choose one of its own, like {API_KEY_HEADER}")
        return cls("header", name)

    def __str__(self) -> str:
        return f"{_CALLED[self.kind]} {self.name}"

    def written(self, key: str) -> str:
        """The key, as it is written there."""
        if self.kind == "query":
            return f"{quote(self.name, safe='')}={quote(key, safe='')}"
        return f"{self.name}={key}" if self.kind == "cookie" else key

    def presented(self, incoming: Incoming) -> bytes | None:
        """Return the key of a request; None without one. If it is there more than once, the result is no key."""
        if self.kind == "header":
            return incoming.headers.get(self.name.encode())
        found = list(self._in_query(incoming) if self.kind == "query" else self._in_cookies(incoming))
        return b", ".join(found) if found else None

    def _in_query(self, incoming: Incoming) -> list[bytes]:
        pairs = [pair.partition("=") for pair in incoming.target.partition("?")[2].split("&")]
        return [
            unquote_to_bytes(value.replace("+", " ")) for name, _, value in pairs if unquote_plus(name) == self.name
        ]

    def _in_cookies(self, incoming: Incoming) -> list[bytes]:
        pairs = [pair.strip().partition(b"=") for pair in incoming.headers.get(b"cookie", b"").split(b";")]
        return [value.strip(b'"') for name, equals, value in pairs if equals and name == self.name.encode()]
