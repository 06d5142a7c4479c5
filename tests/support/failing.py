"""A diary whose service fails, and whose issuer is not there: what people are shown then."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.browser import Watched
from support.loopback import Loopback, Told, loopback
from support.processes import KEY, clean_environment, running

_FAILED = (
    b'{"type": "about:blank", "title": "Internal Server Error", "status": 500, "code": "internal_error", "traceId": "'
    + b"a" * 32
    + b'"}'
)
_DOWN = Told(502, b"Bad Gateway", {"content-type": "text/plain"})


@contextmanager
def failing_diary(folder: Path) -> Iterator[tuple[str, Loopback]]:
    """Pages in front of a service that is down until it is made to answer something else."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with loopback(lambda _: _DOWN) as service:
        environment = clean_environment(
            BACKEND_MODE="service",
            LIVETRIP_SERVICE_URL=service.url,
            LIVETRIP_SERVICE_KEY=KEY,
            LIVETRIP_WEB_URL=address,
            LIVETRIP_WEB_DEV_SIGN_IN="1",
            LIVETRIP_WEB_OIDC_ISSUER=f"{service.url}/issuer",
            LIVETRIP_WEB_OIDC_CLIENT_ID="diary",
        )
        command = [sys.executable, "-m", "livetrip_cli", "web", "--port", address.rpartition(":")[2]]
        with running(command, folder, environment):
            yield address, service


def failures(watched: Watched, address: str, service: Loopback) -> Iterator[str]:
    """The name of each page, while the tab shows it."""
    page = watched.page
    for status in ("503", "503", "503", "500"):
        watched.expect(status)
    service.answer = lambda _: _DOWN
    page.goto(f"{address}/sign-in")
    yield "sign-in-ways"
    page.goto(f"{address}/sign-in/issuer")
    yield "sign-in-failed"
    page.goto(f"{address}/sign-in")
    page.locator("#name").fill("aiko")
    page.locator("form.card button.primary").click()
    page.locator(".failure").wait_for()
    yield "unavailable"
    page.goto(f"{address}/trips/new")
    for field, value in {"#title": "Nara", "#start_date": "2026-11-20", "#end_date": "2026-11-24"}.items():
        page.locator(field).fill(value)
    page.locator("form.sheet button.primary").click()
    page.locator("[role=alert]").wait_for()
    yield "trip-unavailable"
    service.answer = lambda _: Told(500, _FAILED, {"content-type": "application/problem+json"})
    page.goto(f"{address}/trips")
    yield "broken"
