"""Answers as ASGI messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic_core import to_json

from switchover.errors import CallError, MethodNotAllowed, ServiceUnavailable, Unauthenticated
from switchover.port.failures import PROBLEM_JSON, write_wire_error

TRACE_HEADER: Final = b"x-trace-id"
RETRY_AFTER_SECONDS: Final = 1

Header = tuple[bytes, bytes]


class Reply:
    """An ASGI application that sends one prepared answer."""

    __slots__ = ("body", "headers", "status")

    def __init__(
        self, status: int, media_type: bytes | None, body: bytes, trace_id: str, more: Sequence[Header] = ()
    ) -> None:
        headers: list[Header] = [(TRACE_HEADER, trace_id.encode())]
        if media_type is not None:
            headers.append((b"content-type", media_type))
        if status != 204:
            headers.append((b"content-length", b"%d" % len(body)))
        headers += more
        self.status = status
        self.headers = headers
        self.body = body

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


def problem_reply(
    status: int, body: Mapping[str, Any], trace_id: str, more: Sequence[Header] = (), media_type: str = PROBLEM_JSON
) -> Reply:
    """Problem details as an answer, with the trace id in the body as well."""
    return Reply(status, media_type.encode(), to_json({**body, "traceId": trace_id}), trace_id, more)


def error_reply(error: CallError, trace_id: str) -> Reply:
    """A failure of the kit's own as an answer, with the header that belongs to its status."""
    more: list[Header] = []
    match error:
        case Unauthenticated():
            more.append((b"www-authenticate", b"Bearer"))
        case MethodNotAllowed():
            more.append((b"allow", ", ".join(error.allow).encode()))
        case ServiceUnavailable():
            more.append((b"retry-after", b"%d" % (error.retry_after or RETRY_AFTER_SECONDS)))
    return problem_reply(error.status, write_wire_error(error), trace_id, more)
