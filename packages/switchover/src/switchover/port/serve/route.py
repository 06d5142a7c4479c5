"""Litestar routes that answer along plans instead of by a signature."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from switchover.extras import extra
from switchover.port.serve.incoming import trace_of_scope
from switchover.port.serve.reply import Header, Reply

with extra("serve"):
    from litestar.handlers import HTTPRouteHandler
    from litestar.types import ASGIApp

Answering = Callable[[Any, Any], Awaitable[Reply]]
"""Makes the answer to a request, of its ASGI scope and receive channel."""


def route(path: str, answers: Mapping[str, Answering], mark: Header) -> HTTPRouteHandler:
    """The Litestar route of one path, for all of its methods; `mark` is a header of every answer.

    Litestar finds it and guards what it raises; the answer is made by a middleware of the route's own that asks nobody further
    in. One route for all methods, because Litestar otherwise makes an OPTIONS handler of its own for the first of them.
    """

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await send_reply(await answers[scope["method"]](scope, receive), send, mark)

    def instead(app: ASGIApp) -> ASGIApp:  # noqa: ARG001 - nobody further in is asked
        return answer

    methods: Any = list(answers)
    found = HTTPRouteHandler(
        path,
        http_method=methods,
        middleware=[instead],
        name=path,
        status_code=200,
        sync_to_thread=False,
        include_in_schema=False,
    )
    found(_nothing)
    return found


def _nothing() -> None:
    """Litestar wants a function behind every route."""


async def send_reply(reply: Reply, send: Any, mark: Header | None = None) -> None:
    """Send an answer, with one more header."""
    if mark is not None:
        reply.headers.append(mark)
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})


def by_slash(plain: Answering, slashed: Answering) -> Answering:
    """Answer as one of two operations, whose addresses differ in the slash at the end only."""

    async def answer(scope: Any, receive: Any) -> Reply:
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        return await (slashed if raw.partition(b"?")[0].endswith(b"/") else plain)(scope, receive)

    return answer


def with_head_and_options(answers: Mapping[str, Answering]) -> dict[str, Answering]:
    """GET without its body (RFC 9110, section 9.3.2), and OPTIONS, which names all methods (section 9.3.7)."""
    known = dict(answers)
    if "GET" in known and "HEAD" not in known:
        known["HEAD"] = _without_body(known["GET"])
    allow = ", ".join(sorted({*known, "OPTIONS"})).encode()

    async def options(scope: Any, receive: Any) -> Reply:  # noqa: ARG001 - says the same to everyone
        reply = Reply(204, None, b"", trace_of_scope(scope).trace_id)
        reply.headers.append((b"allow", allow))
        return reply

    return {"OPTIONS": options, **known}


def _without_body(get: Answering) -> Answering:
    async def head(scope: Any, receive: Any) -> Reply:
        reply = await get(scope, receive)
        reply.body = b""
        return reply

    return head
