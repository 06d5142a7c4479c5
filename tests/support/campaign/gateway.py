"""A gateway between one worker and the service: it notes when requests arrive, and fails as gateways do."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from enum import Enum

import aiohttp
from aiohttp import web

from support.campaign.loop import LoopThread

_PASSED_ON = ("content-type", "location", "retry-after", "x-trace-id", "allow")
_DROPPED = ("host", "content-length", "transfer-encoding", "connection")
_HTML = "<html><body><h1>{}</h1><hr>gateway/1.0</body></html>"
_STALL_SECONDS = 1.0
# Every connection that it breaks on purpose would be reported.
logging.getLogger("aiohttp").setLevel(logging.CRITICAL)


class Mode(Enum):
    """What the gateway does with a request."""

    PASS = "pass"
    HTML_500 = "an HTML page with status 500"
    HTML_404 = "an HTML page with status 404"
    HTML_502 = "an HTML page with status 502"
    RESET = "a reset connection"
    CUT = "half an answer"
    STALL = "an answer that comes a second late"
    NEWER = "an answer with a member that this version does not know"


class Gateway:
    """The gateway of one worker.

    Attributes:
        mode: what happens to the next request.
        arrivals: when each request arrived, in seconds since 1970.
        url: where it listens.
    """

    def __init__(self, loop: LoopThread, service: str) -> None:
        self.mode = Mode.PASS
        self.arrivals: list[float] = []
        self.service = service
        self._loop = loop
        self.url = loop.run(self._start())

    def close(self) -> None:
        """Stop listening."""
        self._loop.run(self._stop())

    async def _start(self) -> str:
        self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), auto_decompress=False)
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    async def _stop(self) -> None:
        await self._client.close()
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.arrivals.append(time.time())
        mode = self.mode
        if mode in (Mode.HTML_404, Mode.HTML_500, Mode.HTML_502):
            status = int(mode.name.removeprefix("HTML_"))
            return web.Response(status=status, text=_HTML.format(status), content_type="text/html")
        if mode is Mode.RESET:
            return _reset(request)
        if mode is Mode.STALL:
            await asyncio.sleep(_STALL_SECONDS)
        try:
            status, headers, body = await self._forwarded(request)
        except (aiohttp.ClientError, OSError):
            return _reset(request)
        if mode is Mode.CUT:
            return await _cut(request, status, headers, body)
        if mode is Mode.NEWER:
            body = _with_another_member(body)
        return web.Response(status=status, headers=headers, body=body)

    async def _forwarded(self, request: web.Request) -> tuple[int, dict[str, str], bytes]:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _DROPPED}
        async with self._client.request(
            request.method,
            self.service + request.raw_path,
            headers=headers,
            data=await request.read(),
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(10),
        ) as answer:
            passed = {
                name: value
                for name, value in answer.headers.items()
                if name.lower() in _PASSED_ON or name.lower().startswith(("x-", "switchover"))
            }
            return answer.status, passed, await answer.read()


def _reset(request: web.Request) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        transport.abort()
    return web.Response(status=502)


async def _cut(request: web.Request, status: int, headers: dict[str, str], body: bytes) -> web.StreamResponse:
    response = web.StreamResponse(status=status, headers={**headers, "content-length": str(len(body) or 2)})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    return _reset(request)


def _with_another_member(body: bytes) -> bytes:
    """The body with an optional member, as a newer service may send it."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    if not isinstance(value, dict):
        return body
    return json.dumps({**value, "addedInANewerVersion": {"rating": 5}}).encode()
