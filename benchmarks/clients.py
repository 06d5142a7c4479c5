"""(2) The `http` adapter against the raw client plus `validate_json` of the same answer: calls per second at 32 at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import aiohttp
import httpx
from pydantic import TypeAdapter

from benchmarks.apps.by_switchover import TwoOperations, port
from benchmarks.apps.model import AIKO
from benchmarks.measure import Row, compare
from benchmarks.servers import uvicorn
from livetrip_contract import TripDetail
from switchover import AiohttpTransport, HttpxTransport

_CALLS = 1600
_AT_ONCE = 32


async def run(rounds: int) -> list[Row]:
    """Measure."""
    validate = TypeAdapter(TripDetail).validator.validate_json
    trip_id = uuid4()
    async with uvicorn("benchmarks.canned:app") as number:
        url = f"http://127.0.0.1:{number}"
        address = f"{url}/api/trips/{trip_id}"
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
        async with (
            httpx.AsyncClient(limits=limits) as raw,
            aiohttp.ClientSession() as session,
            HttpxTransport(url) as default,
            AiohttpTransport(url) as fast,
        ):

            async def by_httpx() -> Any:
                response = await raw.get(address)
                return validate(response.content)

            async def by_aiohttp() -> Any:
                async with session.get(address) as response:
                    return validate(await response.read())

            measures = {
                "httpx and validate_json": _measure(by_httpx),
                "http, default transport (httpx)": _measure(
                    _calls(port.http(transport=default, trust="open"), trip_id)
                ),
                "http, AiohttpTransport": _measure(_calls(port.http(transport=fast, trust="open"), trip_id)),
                "aiohttp and validate_json": _measure(by_aiohttp),
            }
            bars = {
                "http, default transport (httpx)": ">= 0.88",
                "http, AiohttpTransport": ">= 3; >= 5 without httpx in the way",
            }
            return await compare("client (calls per second, 32 at once)", measures, unit="/s", rounds=rounds, bars=bars)


def _calls(live_trip: TwoOperations, trip_id: Any) -> Callable[[], Awaitable[Any]]:
    return lambda: live_trip.get_trip(AIKO, trip_id)


def _measure(call: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[float]]:
    async def worker() -> None:
        for _ in range(_CALLS // _AT_ONCE):
            await call()

    async def measure() -> float:
        started = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(_AT_ONCE)))
        return _CALLS / (time.perf_counter() - started)

    return measure
