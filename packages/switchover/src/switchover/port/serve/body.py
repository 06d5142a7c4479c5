"""Bodies of requests, within bounds: bytes, and how deep JSON is nested."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from switchover.errors import MalformedRequest, PayloadTooLarge

_STRINGS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKETS: Final = re.compile(rb"[\[{]|[\]}]")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service reads at most.

    Attributes:
        body_bytes: of one request.
        json_depth: arrays and objects inside each other.
        threads: how many calls of a backend with plain `def` methods run at once.
    """

    body_bytes: int = 1024 * 1024
    json_depth: int = 32
    threads: int = 40

    def __post_init__(self) -> None:
        """Raises ValueError for a bound below 1."""
        for name in ("body_bytes", "json_depth", "threads"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} has to be at least 1")


async def read_body(receive: Callable[[], Awaitable[Any]], length: bytes | None, limit: int) -> bytes:
    """The whole body.

    Raises:
        PayloadTooLarge: it has more than `limit` bytes, by its header or in fact.
        MalformedRequest: the length is no number, or the client went away.
    """
    if length is not None:
        _check_length(length, limit)
    message = await receive()
    body: bytes = _part(message)
    if message.get("more_body", False):
        parts = bytearray(body)
        while message.get("more_body", False) and len(parts) <= limit:
            message = await receive()
            parts += _part(message)
        body = bytes(parts)
    if len(body) > limit:
        raise _too_large(limit)
    return body


class Reading:
    """The body of a request, for whoever needs it before it is understood, and for whoever reads it then."""

    __slots__ = ("_body", "_length", "_limit", "_receive")

    def __init__(self, receive: Callable[[], Awaitable[Any]], length: bytes | None, limit: int) -> None:
        self._receive, self._length, self._limit = receive, length, limit
        self._body: bytes | None = None

    async def body(self) -> bytes:
        """The whole body; see `read_body`."""
        if self._body is None:
            self._body = await read_body(self._receive, self._length, self._limit)
        return self._body

    async def receive(self) -> Any:
        """The next ASGI message: what was read already comes again, whole."""
        if self._body is None:
            return await self._receive()
        return {"type": "http.request", "body": self._body, "more_body": False}


def _check_length(length: bytes, limit: int) -> None:
    if not length.isdigit():
        raise MalformedRequest("The header content-length is no number.")
    if len(length) > 18 or int(length) > limit:
        raise _too_large(limit)


def _part(message: Any) -> bytes:
    if message["type"] != "http.request":
        raise MalformedRequest("The client went away.")
    part: bytes = message.get("body", b"")
    return part


def _too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The body may have at most {limit} bytes.")


def check_depth(body: bytes, limit: int) -> None:
    """Refuse JSON that is nested too deep, before anything parses it.

    Raises:
        PayloadTooLarge: it is.
    """
    if body.count(b"[") + body.count(b"{") <= limit:
        return
    depth = 0
    for bracket in _BRACKETS.finditer(_STRINGS.sub(b"", body)):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > limit:
            raise PayloadTooLarge(f"The body may be nested at most {limit} levels deep.")
