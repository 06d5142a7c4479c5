"""(3b) The service against peers: requests per second under wrk, one worker each on the same server. Needs wrk (Debian: wrk)."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.apps.model import DRAFT_JSON
from benchmarks.in_process import CALLER
from benchmarks.measure import Row, compare
from benchmarks.servers import granian, uvicorn
from switchover.trust import CALLER_HEADER

_SECONDS = 3
_SCRIPT = """
local ids = {{}}
for i = 1, 5000 do ids[i] = string.format("0198c0de-0000-7000-8000-%012x", i) end
local n = 0
wrk.method = "{method}"
wrk.headers["{caller_header}"] = "{caller}"
wrk.headers["Content-Type"] = {content_type}
wrk.body = {body}
request = function()
  n = n % 5000 + 1
  return wrk.format(nil, "/api/trips/" .. ids[n] .. "{suffix}")
end
"""
_PEERS = {
    "Starlette, by hand": "benchmarks.apps.by_starlette:app",
    "Switchover": "benchmarks.apps.by_switchover:app",
    "Litestar, plain": "benchmarks.apps.by_litestar:app",
    "FastAPI": "benchmarks.apps.by_fastapi:app",
}


async def run(rounds: int) -> list[Row]:
    """Measure both operations; nothing where wrk is missing."""
    if shutil.which("wrk") is None:
        return []
    rows: list[Row] = []
    async with AsyncExitStack() as stack:
        ports = {name: await stack.enter_async_context(uvicorn(app)) for name, app in _PEERS.items()}
        ports["Switchover on granian"] = await stack.enter_async_context(granian(_PEERS["Switchover"]))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for method, suffix in (("GET", ""), ("POST", "/entries")):
            script = folder / f"{method}.lua"
            script.write_text(_script(method, suffix), "utf-8")
            measures = {name: _measure(port, script) for name, port in ports.items()}
            bars = {"Switchover": ">= 0.85, and >= 1.5 x FastAPI"}
            rows += await compare(
                f"{method} over HTTP (requests per second)", measures, unit="/s", rounds=rounds, bars=bars
            )
    return rows


def _script(method: str, suffix: str) -> str:
    has_body = method == "POST"
    return _SCRIPT.format(
        method=method,
        suffix=suffix,
        caller_header=CALLER_HEADER,
        caller=CALLER,
        content_type='"application/json"' if has_body else "nil",
        body=f"[[{DRAFT_JSON.decode()}]]" if has_body else "nil",
    )


def _measure(port: int, script: Path) -> Callable[[], Awaitable[float]]:
    async def measure() -> float:
        process = await asyncio.create_subprocess_exec(
            "wrk", "-t1", "-c32", f"-d{_SECONDS}s", "-s", str(script), f"http://127.0.0.1:{port}",
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, _ = await process.communicate()
        text = output.decode()
        if "Non-2xx" in text or "Socket errors" in text:
            raise SystemExit(f"requests failed:\n{text}")
        match = re.search(r"Requests/sec:\s+([\d.]+)", text)
        if match is None:
            raise SystemExit(f"wrk said nothing:\n{text}")
        return float(match[1])

    return measure
