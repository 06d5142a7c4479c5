"""A web-side worker: `python -m support.web_worker FOLDER`. It answers safe reads of LiveTrip over HTTP, and routes them as the state in FOLDER says.

`POST /OPERATION` with `{"user": …, "arguments": {…}}`. In this process it reads LIVETRIP_DATABASE_URL; the service is at LIVETRIP_SERVICE_URL
with LIVETRIP_SERVICE_KEY. The header `x-served-by` tells the process. A rollout plan counts if ROLLOUT_PLAN names one.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from livetrip_adapters import live_trip_port
from livetrip_adapters.direct import open_backend
from livetrip_contract import Caller, LiveTrip, LiveTripError
from support.processes import KEY, Running, clean_environment, running
from switchover import (
    CallError,
    FileRolloutStore,
    FixedRules,
    Follower,
    HttpxTransport,
    Port,
    Recorder,
    Rollout,
    SharedKey,
)
from switchover.contract import OperationReader
from switchover.port.dynamic import as_json, invoke, plan_for
from switchover.rollout.plan import load
from switchover.rollout.reporting import Reporter

_Answer = Callable[[dict[str, Any]], Awaitable[None]]


class Web:
    """The ASGI application."""

    def __init__(self, port: Port[LiveTrip], live_trip: LiveTrip) -> None:
        self._port, self._live_trip = port, live_trip

    async def __call__(
        self, scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: _Answer
    ) -> None:
        """One request."""
        assert scope["type"] == "http"
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        status, answer = await self._answered(scope["path"].removeprefix("/"), json.loads(body or b"{}"))
        headers = [(b"content-type", b"application/json"), (b"x-served-by", str(os.getpid()).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    async def _answered(self, operation: str, asked: dict[str, Any]) -> tuple[int, Any]:
        try:
            plan = plan_for(self._port.plans, operation)
        except KeyError:
            return 404, {"code": "not_found"}
        if not plan.operation.is_safe:
            return 405, {"code": "not_safe"}
        try:
            caller = Caller(asked.get("user", "traveller"))
            return 200, as_json(plan, await invoke(plan, self._live_trip, caller, asked.get("arguments", {})))
        except LiveTripError as error:
            return error.status, {"code": error.code}
        except CallError as error:
            return 502, {"code": error.code}


def rules_of(port: Port[LiveTrip], path: str | None) -> FixedRules | None:
    """What decisions need of a plan."""
    if path is None:
        return None
    return load(Path(path), [operation for operation, _ in OperationReader(port.document).read()]).rules()


async def serve(folder: str) -> None:
    """Answer until a signal comes."""
    recorder = Recorder()
    port = live_trip_port(recorder)
    rollout = Rollout(rules_of(port, os.environ.get("ROLLOUT_PLAN")))
    reporter = Reporter.watching(recorder, rollout)
    follower = Follower(FileRolloutStore(folder), rollout.apply, name="web", report=reporter.report)
    async with AsyncExitStack() as stack:
        backend = await stack.enter_async_context(open_backend(port, os.environ["LIVETRIP_DATABASE_URL"]))
        transport = await stack.enter_async_context(HttpxTransport(os.environ["LIVETRIP_SERVICE_URL"]))
        http = port.http(transport=transport, credentials=SharedKey(os.environ["LIVETRIP_SERVICE_KEY"]))
        live_trip = port.route(direct=port.direct(backend), http=http, rollout=rollout)
        stack.callback(follower.stop)
        follower.start()
        await _hosted(Web(port, live_trip))


class _Server(uvicorn.Server):
    """Says where it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Print the address once calls are answered."""
        await super().startup(sockets=sockets)
        assert sockets is not None
        print(f"listening on http://127.0.0.1:{sockets[0].getsockname()[1]}", flush=True)


async def _hosted(web: Web) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(web, log_level="warning", lifespan="off")
        await _Server(config).serve(sockets=[listener])


@contextmanager
def web_workers(
    folder: Path, count: int, *, service_url: str, database_url: str, plan: Path | None = None
) -> Iterator[tuple[Running, ...]]:
    """So many workers, that follow the state in `folder / "rollout"`."""
    environment = {
        "LIVETRIP_SERVICE_URL": service_url,
        "LIVETRIP_SERVICE_KEY": KEY,
        "LIVETRIP_DATABASE_URL": database_url,
        **({"ROLLOUT_PLAN": str(plan)} if plan is not None else {}),
    }
    with ExitStack() as stack:
        found = []
        for number in range(count):
            own = folder / f"web-{number}"
            own.mkdir()
            command = [sys.executable, "-m", "support.web_worker", str(folder / "rollout")]
            found.append(stack.enter_context(running(command, own, clean_environment(**environment))))
        yield tuple(found)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
