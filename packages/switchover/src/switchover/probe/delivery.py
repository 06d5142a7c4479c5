"""Where metrics go: into a file for a textfile collector, or to a Pushgateway."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from switchover.disk import replace_file
from switchover.errors import UnexpectedAnswer
from switchover.port.transports.base import Timeouts
from switchover.port.transports.httpx import HttpxTransport
from switchover.port.wire import WireRequest

JOB: Final = "switchover_probe"

_TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
_TIMEOUTS: Final = Timeouts(connect=2, read=5, total=10)

Delivery = Callable[[str], Awaitable[None]]
"""Takes the text of `exposition`; raises OSError or CallError where it could not be handed on."""


def to_file(path: Path) -> Delivery:
    """Replaces a file as a whole, so that a collector never reads half of one. It is readable for everybody, as collectors need it."""

    async def deliver(text: str) -> None:
        replace_file(path, text.encode(), mode=0o644)

    return deliver


def to_gateway(url: str, region: str, instance: str, *, trust: ssl.SSLContext | None = None) -> Delivery:
    """Replaces the group of this job, region and instance at a Pushgateway (PUT, so that a sample which is no longer there is not kept).

    Raises:
        ValueError: the URL is none.
    """
    transport = HttpxTransport(url, verify=True if trust is None else trust)
    target = f"/metrics/job/{JOB}/region@base64/{_encoded(region)}/instance@base64/{_encoded(instance)}"

    async def deliver(text: str) -> None:
        request = WireRequest("PUT", target, [("content-type", _TEXT)], text.encode())
        try:
            response = await transport.send(request, _TIMEOUTS)
        finally:
            await transport.aclose()
        if not 200 <= response.status < 300:
            raise UnexpectedAnswer(f"The gateway answered {response.status}.", answered=response.status)

    return deliver


def _encoded(value: str) -> str:
    """A label in a path (Pushgateway, "URL"): base64url, so that whatever is in it may be."""
    return base64.urlsafe_b64encode(value.encode()).rstrip(b"=").decode()
