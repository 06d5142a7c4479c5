"""Bodies of requests, read within bounds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from switchover.errors import MalformedRequest
from switchover.port.limits import too_large


async def read_body(receive: Callable[[], Awaitable[Any]], length: bytes | None, limit: int, larger: str = "") -> bytes:
    """The whole body; `larger` is said where it has more than `limit` bytes.

    Raises:
        PayloadTooLarge: it has more than `limit` bytes, by its header or in fact.
        MalformedRequest: the length is no number, or the client went away.
    """
    if length is not None:
        _check_length(length, limit, larger)
    message = await receive()
    body: bytes = _part(message)
    if message.get("more_body", False):
        parts = bytearray(body)
        while message.get("more_body", False) and len(parts) <= limit:
            message = await receive()
            parts += _part(message)
        body = bytes(parts)
    if len(body) > limit:
        raise too_large(limit, larger)
    return body


class Reading:
    """The body of a request, for whoever needs it before it is understood, and for whoever reads it then."""

    __slots__ = ("_body", "_larger", "_length", "_limit", "_receive")

    def __init__(
        self, receive: Callable[[], Awaitable[Any]], length: bytes | None, limit: int, larger: str = ""
    ) -> None:
        self._receive, self._length, self._limit, self._larger = receive, length, limit, larger
        self._body: bytes | None = None

    async def body(self) -> bytes:
        """The whole body; see `read_body`."""
        if self._body is None:
            self._body = await read_body(self._receive, self._length, self._limit, self._larger)
        return self._body

    async def receive(self) -> Any:
        """The next ASGI message: what was read already comes again, whole."""
        if self._body is None:
            return await self._receive()
        return {"type": "http.request", "body": self._body, "more_body": False}


def _check_length(length: bytes, limit: int, larger: str) -> None:
    if not length.isdigit():
        raise MalformedRequest("The header content-length is no number.")
    if len(length) > 18 or int(length) > limit:
        raise too_large(limit, larger)


def _part(message: Any) -> bytes:
    if message["type"] != "http.request":
        raise MalformedRequest("The client went away.")
    part: bytes = message.get("body", b"")
    return part
