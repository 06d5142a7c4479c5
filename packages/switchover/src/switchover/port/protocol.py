"""What is refused before it is a request: problem details here as well (RFC 9457)."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from pydantic_core import to_json
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from switchover.errors import MalformedRequest
from switchover.port.problems import PROBLEM_JSON, write_wire_error

_BODY: Final = to_json(write_wire_error(MalformedRequest("The request is not HTTP.")))
_ANSWER: Final = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
    % (PROBLEM_JSON.encode(), len(_BODY), _BODY)
)

_Base: Any = AutoHTTPProtocol


class ProblemProtocol(_Base):  # type: ignore[misc]  # whichever of uvicorn's parsers is installed
    """uvicorn's HTTP, which answers what it cannot parse in its own words."""

    transport: asyncio.Transport

    def send_400_response(self, msg: str) -> None:
        """Refuse, and hang up: what comes next would not be understood either."""
        self.transport.write(_ANSWER)
        self.transport.close()
