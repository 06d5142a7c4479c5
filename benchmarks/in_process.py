"""(3a) The service against peers: CPU time of an in-process ASGI call with a hand-built scope, many distinct ids."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import cycle
from typing import Any
from uuid import uuid4

from benchmarks.apps import by_fastapi, by_litestar, by_starlette, by_switchover
from benchmarks.apps.model import DRAFT_JSON
from benchmarks.measure import Row, compare
from switchover.trust import CALLER_HEADER, Identity, encode_identity

_CALLS = 1500
_PEERS: dict[str, Any] = {
    "Starlette, by hand": by_starlette.app,
    "Switchover": by_switchover.app,
    "Litestar, plain": by_litestar.app,
    "FastAPI": by_fastapi.app,
}

CALLER = encode_identity(Identity("aiko"))
GET = [
    (b"host", b"127.0.0.1:8000"),
    (b"accept", b"*/*"),
    (CALLER_HEADER.encode(), CALLER.encode()),
]
_POST_HEADERS = [*GET, (b"content-type", b"application/json"), (b"content-length", str(len(DRAFT_JSON)).encode())]


async def run(rounds: int) -> list[Row]:
    """Measure both operations."""
    rows: list[Row] = []
    for method, suffix, headers in (("GET", "", GET), ("POST", "/entries", _POST_HEADERS)):
        paths = cycle([f"/api/trips/{uuid4()}{suffix}" for _ in range(5000)])
        measures = {name: measure(app, method, paths, headers) for name, app in _PEERS.items()}
        group = f"{method} in process (us of CPU per call)"
        rows += await compare(
            group, measures, unit="us", rounds=rounds, bars={"Switchover": "<= 1.45, and <= 0.5 x FastAPI"}
        )
    return rows


def measure(
    app: Any,
    method: str,
    paths: Iterator[str],
    headers: list[tuple[bytes, bytes]],
    settle: Callable[[], object] = lambda: None,
) -> Callable[[], Awaitable[float]]:
    """CPU time of a request, in microseconds, with whatever else the process does meanwhile, and what is left to `settle` afterwards."""

    async def measured() -> float:
        statuses: set[int] = set()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": DRAFT_JSON, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if "status" in message:
                statuses.add(message["status"])

        settle()
        started = time.process_time_ns()
        for _ in range(_CALLS):
            await app(_scope(method, next(paths), headers), receive, send)
        settle()
        elapsed = time.process_time_ns() - started
        if not statuses <= {200, 201}:
            raise SystemExit(f"{method} was answered {statuses}")
        return elapsed / _CALLS / 1000

    return measured


def _scope(method: str, path: str, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
