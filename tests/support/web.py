"""A small web process, in front of LiveTrip as the environment has it: `python -m support.web`. GET of anything plans a trip for aiko, in
the trace of the browser that asks.

It prints `listening on http://127.0.0.1:PORT`.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

import uvicorn

from livetrip_adapters import load_settings, open_live_trip, open_telemetry
from livetrip_contract import Caller, LiveTrip, TripDraft
from switchover import calling
from switchover.telemetry.trace import parse

DRAFT = TripDraft.model_validate({"title": "Kyoto", "startDate": "2026-11-20", "endDate": "2026-11-24"})


class Web:
    """Makes one call for each request."""

    def __init__(self, live_trip: LiveTrip) -> None:
        self._live_trip = live_trip

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        with calling(trace=parse(headers.get("traceparent"))):
            trip = await self._live_trip.create_trip(Caller("aiko"), DRAFT)
        body = json.dumps({"id": str(trip.id)}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body})


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End as it should: a signal that is sent again would cut off what is still to be told."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.handle_exit, number, None)
        yield


async def main() -> None:
    """Serve until a signal."""
    settings = load_settings()
    async with AsyncExitStack() as stack:
        telemetry = stack.enter_context(open_telemetry(settings.telemetry, service="livetrip-web"))
        live_trip = await stack.enter_async_context(open_live_trip(settings, telemetry.recorder))
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        config = uvicorn.Config(Web(live_trip), log_config=None, access_log=False, lifespan="off", ws="none")
        await _Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    asyncio.run(main())
