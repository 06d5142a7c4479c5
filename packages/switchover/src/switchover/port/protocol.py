"""What is refused before it is a request: problem details here as well (RFC 9457)."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from switchover.errors import MalformedRequest
from switchover.port.serve.reply import error_reply
from switchover.telemetry import start

_STATUS: Final = b"HTTP/1.1 400 Bad Request\r\n"
_log = logging.getLogger("switchover.serve")

_Base: Any = AutoHTTPProtocol

LARGEST_UNREAD: Final = 64 * 1024
"""Bytes that may arrive and be no whole head, and no part of a body: a header that does not end is kept by the parser, all of it."""
_HAS_NO_BOUND: Final = hasattr(_Base, "on_headers_complete")
"""httptools, that is; h11 has the same bound itself."""


class ProblemProtocol(_Base):  # type: ignore[misc]  # whichever of uvicorn's parsers is installed
    """uvicorn's HTTP, which answers what it cannot parse in its own words."""

    transport: asyncio.Transport
    _unread = 0

    def data_received(self, data: bytes) -> None:
        """Hang up on what goes on and on without saying anything."""
        self._unread += len(data)
        super().data_received(data)
        if _HAS_NO_BOUND and self._unread > LARGEST_UNREAD and not self.transport.is_closing():
            self.send_400_response("There is no end to it.")

    def on_message_begin(self) -> None:
        """See uvicorn."""
        self._unread = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """See uvicorn."""
        self._unread = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """See uvicorn."""
        self._unread = 0
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """Refuse, and hang up: what comes next would not be understood either."""
        # No trace is named by what cannot be read, so this is the first position of a new one.
        trace = start()
        trace_id, told = trace.trace_id, {"trace_id": trace.trace_id, "span_id": trace.span_id}
        _log.info("what is no HTTP was refused [trace %s]", trace_id, extra=told)
        reply = error_reply(MalformedRequest("The request is not HTTP."), trace_id)
        head = b"".join(b"%s: %s\r\n" % header for header in (*reply.headers, (b"connection", b"close")))
        self.transport.write(_STATUS + head + b"\r\n" + reply.body)
        self.transport.close()
