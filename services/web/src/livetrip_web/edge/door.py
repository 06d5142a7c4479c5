"""The application as browsers meet it: what holds for every request, before and after the pages."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping
from typing import Any, Final

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from livetrip_adapters import for_request
from livetrip_web.edge.forgery import SAFE, Forged, check_origin
from livetrip_web.edge.guest import Guest, Reception
from livetrip_web.edge.headers import Header
from livetrip_web.edge.refusing import ELSEWHERE, LARGE_HEAD, RESTARTING, refuse
from livetrip_web.edge.whereabouts import Whereabouts
from switchover import calling
from switchover.port.serve.gate import Gate
from switchover.telemetry import TraceContext, start

_log = logging.getLogger("livetrip.web")

LARGEST_HEAD: Final = 32 * 1024
"""Bytes of an address and its headers: two sealed cookies are at most a quarter of it."""


class Web:
    """The ASGI application. What stops the process closes the gate.

    Attributes:
        gate: lets requests in until it is closed.
    """

    def __init__(
        self,
        pages: ASGIApp,
        reception: Reception,
        whereabouts: Whereabouts,
        headers: list[Header],
        mounts: Mapping[str, ASGIApp],
        trace_share: float,
    ) -> None:
        self.gate = Gate()
        self._pages = pages
        self._reception = reception
        self._whereabouts = whereabouts
        self._headers = headers
        self._mounts = dict(mounts)
        self._trace_share = trace_share

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or see a lifespan through."""
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            send = _without_body(send)
        trace = _first(self._trace_share)
        await self._answer(scope, receive, _traced(send, trace), trace)

    async def _answer(self, scope: Any, receive: Receive, send: Send, trace: TraceContext) -> None:
        headers = _headers(scope)
        own = self._whereabouts.own(headers.get("host", ""))
        path = self._mounted(scope["path"])
        # What is mounted is protected by its signed addresses, whatever the name that it is reached by.
        if (own is None and path is None) or self._whereabouts.is_from_afar(headers):
            await refuse(send, ELSEWHERE, headers, trace, self._headers)
        elif _head(scope) > LARGEST_HEAD:
            await refuse(send, LARGE_HEAD, headers, trace, self._headers)
        elif self.gate.is_closed:
            await refuse(send, RESTARTING, headers, trace, self._headers)
        elif path is not None:
            below: Any = {**scope, "root_path": scope.get("root_path", "") + path}
            await self._mounts[path](below, receive, send)
        else:
            await self._show(scope, receive, send, headers, own or "", trace)

    def _mounted(self, path: str) -> str | None:
        return next((mounted for mounted in self._mounts if path.startswith(f"{mounted}/")), None)

    async def _show(
        self, scope: Any, receive: Receive, send: Send, headers: Mapping[str, str], own: str, trace: TraceContext
    ) -> None:
        is_forged = _is_forged(scope["method"], headers, own)
        guest = await self._reception.receive(headers, trace, is_forged=is_forged)
        state = {**scope.get("state", {}), "guest": guest, "own": own, "is_forged": is_forged}
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        with for_request(headers), calling(trace=trace):
            shown: Any = {**scope, "method": method, "state": state, "headers": _codings(scope, headers)}
            await self._pages(shown, receive, _dressed(send, guest, self._headers))


def _first(share: float) -> TraceContext:
    """The first position of a trace, sampled or not. What a browser says of traces is not taken up: anybody could have all of theirs kept."""
    trace = start()
    is_sampled = random.random() < share  # noqa: S311 - chooses what is looked at, and hides nothing
    return trace._replace(flags=trace.flags | 1) if is_sampled else trace


def _traced(send: Send, trace: TraceContext) -> Send:
    """What is sent, with the trace that its lines in the logs are found by."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"x-trace-id", trace.trace_id.encode())]
        await send(message)

    return told


def _is_forged(method: str, headers: Mapping[str, str], own: str) -> bool:
    if method in SAFE:
        return False
    try:
        check_origin(headers, own)
    except Forged:
        return True
    return False


def _codings(scope: Any, headers: Mapping[str, str]) -> list[Header]:
    """Return the headers of a request, without what allows a compressed answer unless a page of ours, or the person, asked for it.

    The length of a compressed page tells a listener on the way whether a guess in the address repeats something of the page
    (BREACH). That takes many guesses, which only a page elsewhere could have the browser send.
    """
    if headers.get("sec-fetch-site") in ("same-origin", "none"):
        return list(scope["headers"])
    return [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]


def _dressed(send: Send, guest: Guest, headers: list[Header]) -> Send:
    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            is_kept = any(name == b"cache-control" for name, _ in message["headers"])
            caching = [] if is_kept else [*guest.headers, (b"cache-control", b"no-store")]
            message["headers"] = [*message["headers"], *headers, *caching]
            if message["status"] >= 500:
                _log.warning("answered %d, trace %s", message["status"], guest.trace.trace_id)
        await send(message)

    return told


def _head(scope: Any) -> int:
    fields = sum(len(name) + len(value) for name, value in scope["headers"])
    return len(scope["raw_path"]) + len(scope["query_string"]) + fields


def _without_body(send: Send) -> Send:
    """What answers HEAD: all that GET is answered with, but for the content (RFC 9110, section 9.3.2)."""

    async def told(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return told


def _headers(scope: Scope) -> dict[str, str]:
    """By name, in lower case. Several lines of one name are a list (RFC 9110, section 5.3; of cookies: RFC 9113, section 8.2.3)."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        text, known = value.decode("latin-1"), found.get(name.decode("latin-1"))
        joint = "; " if name == b"cookie" else ", "
        found[name.decode("latin-1")] = text if known is None else f"{known}{joint}{text}"
    return found
