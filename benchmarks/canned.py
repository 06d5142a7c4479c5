"""A service that answers one prepared body, as fast as a server can: what is measured is the client."""

from __future__ import annotations

from typing import Any

from benchmarks.apps.model import TRIP

_BODY = TRIP.model_dump_json(by_alias=True).encode()
_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(_BODY)).encode())],
}
_REST = {"type": "http.response.body", "body": _BODY, "more_body": False}


async def app(scope: Any, _receive: Any, send: Any) -> None:
    """The ASGI application."""
    if scope["type"] == "http":
        await send(_START)
        await send(_REST)
