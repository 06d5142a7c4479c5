"""Answers as ASGI messages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from pydantic_core import to_json

from switchover.contract import Media
from switchover.contract.media import media_of
from switchover.errors import CallError, MethodNotAllowed, ServiceUnavailable, Unauthenticated, UnsupportedMediaType
from switchover.port.problems import PROBLEM_JSON, write_wire_error
from switchover.response_info import REPLAYED_HEADER, ResponseInfo

TRACE_HEADER: Final = b"x-trace-id"
RETRY_AFTER_SECONDS: Final = 1

Header = tuple[bytes, bytes]
Form = Callable[[int, Mapping[str, Any]], tuple[str, Mapping[str, Any]]]


class Reply:
    """One prepared answer."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, content_type: Header | None, body: bytes, trace_id: str) -> None:
        headers: list[Header] = [(TRACE_HEADER, trace_id.encode())]
        if content_type is not None:
            headers.append(content_type)
        if status != 204:
            headers.append((b"content-length", b"%d" % len(body)))
        self.status = status
        self.headers = headers
        self.body = body


def extra_headers(answer: ResponseInfo, declared: Collection[str]) -> list[Header]:
    """The headers that a backend set, as far as the response declares them, and the mark of a replay."""
    if not answer.headers and not answer.is_replayed:
        return []
    found = [(name.encode(), value.encode()) for name, value in answer.headers.items() if name in declared]
    return [*found, (REPLAYED_HEADER.encode(), b"true")] if answer.is_replayed else found


def problem_reply(status: int, body: Mapping[str, Any], trace_id: str, more: Sequence[Header] = ()) -> Reply:
    """Problem details as an answer, with the trace id in the body as well."""
    return failure_reply(status, {**body, "traceId": trace_id}, trace_id, more, PROBLEM_JSON)


def failure_reply(status: int, body: Any, trace_id: str, more: Sequence[Header], media_type: str) -> Reply:
    """A failure as an answer, in whatever form the contract gives it."""
    is_text = media_of(media_type) is Media.TEXT and isinstance(body, str)
    declared = f"{media_type}; charset=utf-8" if is_text else media_type
    content = body.encode(errors="replace") if is_text else to_json(body)
    reply = Reply(status, (b"content-type", declared.encode()), content, trace_id)
    reply.headers += more
    return reply


def error_reply(
    error: CallError,
    trace_id: str,
    *,
    status: int = 0,
    naming: tuple[str | None, str | None] = (None, None),
    form: Form | None = None,
) -> Reply:
    """A failure of the kit's own as an answer, with the header that belongs to its status.

    Args:
        error: the failure.
        trace_id: of the call.
        status: that the contract documents, where that is another than the failure's own.
        naming: `type` and `title` that the contract documents for it.
        form: gives media type and body the form that the contract documents for the status.
    """
    more: list[Header] = []
    match error:
        case Unauthenticated():
            more.append((b"www-authenticate", error.challenge.encode("latin-1")))
        case MethodNotAllowed():
            more.append((b"allow", ", ".join(error.allow).encode()))
        case UnsupportedMediaType() if error.codings:
            more.append((b"accept-encoding", ", ".join(error.codings).encode()))
        case ServiceUnavailable():
            seconds = RETRY_AFTER_SECONDS if error.retry_after is None else error.retry_after
            more.append((b"retry-after", b"%d" % seconds))
    status = status or error.status
    body = {**write_wire_error(error, *naming, status=status), "traceId": trace_id}
    media_type, formed = (PROBLEM_JSON, body) if form is None else form(status, body)
    return failure_reply(status, formed, trace_id, more, media_type)
