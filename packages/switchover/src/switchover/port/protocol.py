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


class ProblemProtocol(_Base):  # type: ignore[misc]  # whichever of uvicorn's parsers is installed
    """uvicorn's HTTP, which answers what it cannot parse in its own words."""

    transport: asyncio.Transport

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
