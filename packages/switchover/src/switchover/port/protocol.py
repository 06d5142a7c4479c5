"""HTTP/1.1 as uvicorn speaks it, within limits: what is refused before it is a request is a problem here as well (RFC 9457)."""

from __future__ import annotations

import asyncio
import fcntl
import http
import logging
import struct
import termios
from functools import partial
from typing import Any, Final

from switchover.errors import CallError, HeadersTooLarge, MalformedRequest, RequestTimeout, ServiceUnavailable
from switchover.extras import extra
from switchover.port.connections import Admission, Connections, Phase, peer_of
from switchover.port.serve.incoming import trace_of_scope
from switchover.port.serve.reply import error_reply
from switchover.port.serve.route import send_reply
from switchover.telemetry import start

with extra("serve"):
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

_log = logging.getLogger("switchover.serve")

_Base: Any = AutoHTTPProtocol

LARGEST_HEAD: Final = 64 * 1024
"""Bytes of the head of a request; also those that may arrive and be no part of a body: what does not end is kept by the parser."""

BRIEF_SECONDS: Final = 2.0
"""How long a connection beyond the limit is waited for."""

_IS_HTTPTOOLS: Final = hasattr(_Base, "on_headers_complete")
"""Without it there is h11, which has the same bound itself."""


class ProblemProtocol(_Base):  # type: ignore[misc]  # whichever of uvicorn's parsers is installed
    """One connection: uvicorn's HTTP, with problems instead of its own texts, and with limits.

    Attributes:
        phase: what it is doing.
    """

    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop
    app: Any

    def __init__(self, held: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._held = held
        self._peer: str | None = None
        self._head_seconds = held.limits.head_seconds
        self.phase = Phase.IDLE
        self._since = self._received = self._taken = 0.0
        self._left: tuple[int, int] | None = None
        self._unread = 0
        self._is_in_head = self._is_in_body = False

    @property
    def peer(self) -> str | None:
        """The address at the other end; None where there is none."""
        return self._peer

    # What arrives

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Take part, as far as there is room."""
        super().connection_made(transport)
        self._since = self._received = self.loop.time()
        self._peer = peer_of(self.client[0]) if self.client else None
        admission = self._held.admit(self, self.loop)
        if admission is Admission.CLOSED:
            transport.abort()
        elif admission is not Admission.FULL:
            self._head_seconds = min(BRIEF_SECONDS, self._head_seconds)
            self.app = partial(_answer_once, self.app if admission is Admission.BRIEF else None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Be gone."""
        self._held.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what arrives, and hang up on what goes on and on without saying anything."""
        if self.transport.is_closing():
            return
        self._unread += len(data)
        self._received = self.loop.time()
        super().data_received(data)
        if _IS_HTTPTOOLS and self._unread > LARGEST_HEAD and not self.transport.is_closing():
            if self._is_in_body:
                self._refuse(MalformedRequest("There is no end to it."))
            else:
                self._refuse(_too_large())
        self._settle()

    def on_message_begin(self) -> None:
        """See uvicorn."""
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """See uvicorn. A head may be too large although it has arrived at once."""
        self._is_in_head, self._is_in_body = False, True
        if self._unread > LARGEST_HEAD and _size(self.url, self.headers) > LARGEST_HEAD:
            self.app = _refuse_head
        self._unread = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """See uvicorn."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """See uvicorn."""
        self._is_in_body = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """See uvicorn."""
        super().on_response_complete()
        self._settle()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be parsed, and hang up: what comes next would not be understood either."""
        is_long = not _IS_HTTPTOOLS and len(self.conn.trailing_data[0]) >= LARGEST_HEAD
        self._refuse(_too_large() if is_long else MalformedRequest("The request is not HTTP."))

    def _refuse(self, error: CallError) -> None:
        """Answer in place of the application, and hang up."""
        # No trace is named by what cannot be read, so this is the first position of a new one.
        trace = start()
        trace_id, told = trace.trace_id, {"trace_id": trace.trace_id, "span_id": trace.span_id}
        _log.info("what is no HTTP was refused: %s [trace %s]", error.code, trace_id, extra=told)
        reply = error_reply(error, trace_id)
        status = f"HTTP/1.1 {reply.status} {http.HTTPStatus(reply.status).phrase}\r\n".encode()
        head = b"".join(b"%s: %s\r\n" % header for header in (*reply.headers, (b"connection", b"close")))
        self.transport.write(status + head + b"\r\n" + reply.body)
        self.transport.close()

    # What it is waited for

    def _settle(self) -> None:
        """Note what it is doing now."""
        phase = self._present()
        if phase is not self.phase:
            self.phase = phase
            self._since = self.loop.time()
            self._held.moved(self, phase)

    def _present(self) -> Phase:
        is_in_head, is_in_body = self._is_in_head, self._is_in_body
        if not _IS_HTTPTOOLS:
            state = str(self.conn.their_state)
            is_in_head, is_in_body = state == "IDLE" and bool(self.conn.trailing_data[0]), state == "SEND_BODY"
        if is_in_body:
            return Phase.BODY if self._is_answering() else Phase.REST
        if self._is_answering():
            return Phase.ANSWER
        return Phase.HEAD if is_in_head else Phase.IDLE

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def check(self, now: float) -> None:
        """End what has been waited for too long."""
        if self._is_stuck(now):
            self.transport.abort()
        elif not self.transport.is_closing():
            self._settle()
            self._check_arriving(now)

    def _check_arriving(self, now: float) -> None:
        if self.phase is Phase.HEAD and now - self._since > self._head_seconds:
            self._refuse(
                RequestTimeout(f"The head of the request did not arrive within {self._head_seconds:g} seconds.")
            )
        elif self.phase in (Phase.BODY, Phase.REST):
            self._check_body(now)
        elif (
            self.phase is Phase.IDLE and self.timeout_keep_alive_task is None and now - self._since > self._head_seconds
        ):
            self.transport.close()

    def _check_body(self, now: float) -> None:
        """A body that the application does not take, or has not asked for, keeps nobody waiting but itself."""
        if self.flow.read_paused or self.cycle.waiting_for_100_continue:
            self._received = now
        seconds = self._held.limits.body_idle_seconds
        if now - self._received > seconds:
            self._end_request(RequestTimeout(f"Nothing of the body arrived for {seconds:g} seconds."))

    def _end_request(self, error: CallError) -> None:
        """End a request that is under way. Its application hears that the client is gone."""
        is_first = not getattr(self, "pipeline", ()) and not self.cycle.response_started
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        if is_first:
            self._refuse(error)
        else:
            self.transport.close()

    def _is_stuck(self, now: float) -> bool:
        """Whether the client has taken nothing of what it was answered for too long."""
        size = self.transport.get_write_buffer_size()
        if not size:
            self._left = None
            return False
        left = (size, _unacknowledged(self.transport))
        if left != self._left:
            self._left, self._taken = left, now
        return now - self._taken > self._held.limits.answer_idle_seconds

    def make_room(self) -> None:
        """End it, because others need the room."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        elif self.phase is Phase.HEAD:
            self._refuse(RequestTimeout("The head of the request did not arrive before others needed the connection."))
        else:
            self.transport.close()


def _too_large() -> HeadersTooLarge:
    return HeadersTooLarge(f"The head of a request may have at most {LARGEST_HEAD} bytes.")


def _size(url: bytes, headers: list[tuple[bytes, bytes]]) -> int:
    return len(url) + sum(len(name) + len(value) + 4 for name, value in headers)


def _unacknowledged(transport: asyncio.Transport) -> int:
    """Bytes that the system has taken and the client has not: they move before the transport does (Linux, `SIOCOUTQ`)."""
    try:
        found = fcntl.ioctl(transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, b"\0\0\0\0")
    except (OSError, AttributeError, ValueError):
        return 0
    return int(struct.unpack("i", found)[0])


async def _refuse_head(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 - an ASGI application
    await _send_refusal(scope, send, _too_large())


async def _answer_once(app: Any, scope: Any, receive: Any, send: Any) -> None:
    """Answer one request of a connection beyond the limit; without an application, or with a body, say that there is no room."""
    if app is None or _has_body(scope["headers"]):
        await _send_refusal(scope, send, ServiceUnavailable("Too many connections are open."))
        return

    async def send_and_close(message: Any) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
        await send(message)

    await app(scope, receive, send_and_close)


def _has_body(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0 ") != b"")
        for name, value in headers
    )


async def _send_refusal(scope: Any, send: Any, error: CallError) -> None:
    reply = error_reply(error, trace_of_scope(scope).trace_id)
    reply.headers.append((b"connection", b"close"))
    await send_reply(reply, send)
