"""The trace around what the port does not answer itself: Litestar's refusals, and routes that a team adds beside the contract's."""

from __future__ import annotations

from typing import Any

from switchover import context
from switchover.context import CallContext
from switchover.extras import extra
from switchover.port.serve.incoming import trace_of_scope
from switchover.port.serve.reply import TRACE_HEADER, Header

with extra("serve"):
    from litestar.types import ASGIApp


def traced(app: ASGIApp, mark: Header | None = None) -> ASGIApp:
    """An application whose answers tell their trace and have the header `mark`, and whose own calls are part of the trace."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        trace = trace_of_scope(scope)

        async def tell(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                wanted = [(TRACE_HEADER, trace.trace_id.encode()), *([] if mark is None else [mark])]
                message = {**message, "headers": [*headers, *(it for it in wanted if it[0] not in present)]}
            await send(message)

        token = context.enter(CallContext(trace))
        try:
            await app(scope, receive, tell)
        finally:
            context.leave(token)

    return answer
