"""Calls into a service in the same process, without a socket: the request is a call of its ASGI application.

This is what a service binding is between two Workers: the whole HTTP contract, and no network. Much cheaper than a client library's
ASGI transport, because nothing is parsed that was never written.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import unquote

import anyio
from anyio.from_thread import BlockingPortal

from switchover.errors import CallTimeout, ConnectionLost, ServiceUnreachable
from switchover.port.transports.base import MAX_ANSWER_BYTES, Timeouts, too_large
from switchover.port.wire import WireRequest, WireResponse

Message = MutableMapping[str, Any]
AsgiApp = Callable[[Any, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

_HOST: Final = (b"host", b"in-memory")


class AsgiTransport:
    """Requests into an ASGI application, from coroutines and from threads.

    As an (asynchronous) context manager it starts the application (ASGI lifespan) and stops it again; without one, it is used as it
    is. Threads are served by an event loop of the transport's own, which starts the application in any case, so use one transport
    either from coroutines or from threads.
    """

    def __init__(self, app: Any) -> None:
        self._app: AsgiApp = app
        self._lifespan: _Lifespan | None = None
        self._starting = threading.Lock()
        self._portal: _Portal | None = None

    async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        """See `Transport.send`."""
        exchange = _Exchange(request.body or b"")
        state = dict(self._lifespan.state) if self._lifespan is not None else {}
        try:
            await self._app(_scope(request, state), exchange.receive, exchange.send)
        except Exception as error:
            raise ConnectionLost("The application ended the call without an answer.") from error
        return exchange.response()

    def send_blocking(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        """See `BlockingTransport.send_blocking`."""
        return self._running().call(self._send_within, request, timeouts)

    async def _send_within(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        try:
            async with asyncio.timeout(timeouts.total):
                return await self.send(request, timeouts)
        except TimeoutError as error:
            raise CallTimeout(phase="total", seconds=timeouts.total) from error

    async def aclose(self) -> None:
        """Stop the application, if this started it."""
        lifespan, self._lifespan = self._lifespan, None
        if lifespan is not None:
            await lifespan.stop()

    def close(self) -> None:
        """Stop the event loop that serves threads, and the application with it."""
        with self._starting:
            portal, self._portal = self._portal, None
        if portal is not None:
            try:
                portal.call(self.aclose)
            finally:
                portal.stop()

    def _running(self) -> BlockingPortal:
        with self._starting:
            if self._portal is None:
                portal = _Portal()
                try:
                    portal.call(self.__aenter__)
                except BaseException:
                    portal.stop()
                    raise
                self._portal = portal
            return self._portal.inside

    async def __aenter__(self) -> Self:
        lifespan = _Lifespan(self._app)
        await lifespan.start()
        self._lifespan = lifespan
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __enter__(self) -> Self:
        self._running()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return "AsgiTransport(…)"


class _Portal:
    """An event loop in a daemon thread: one that is never stopped does not keep the process from ending."""

    def __init__(self) -> None:
        started: Future[BlockingPortal] = Future()
        self._thread = threading.Thread(target=_run_loop, args=(started,), name="switchover-asgi", daemon=True)
        self._thread.start()
        self.inside = started.result()

    def call(self, function: Callable[[], Awaitable[Any]]) -> Any:
        return self.inside.call(function)

    def stop(self) -> None:
        self.inside.call(self.inside.stop)
        self._thread.join()


def _run_loop(started: Future[BlockingPortal]) -> None:
    async def serve() -> None:
        async with BlockingPortal() as portal:
            started.set_result(portal)
            await portal.sleep_until_stopped()

    try:
        anyio.run(serve)
    except BaseException as error:
        if started.done():
            raise
        started.set_exception(error)


def _scope(request: WireRequest, state: dict[str, Any]) -> dict[str, Any]:
    path, _, query = request.target.partition("?")
    headers = [_HOST, *((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers)]
    if request.body is not None:
        headers.append((b"content-length", str(len(request.body)).encode()))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": headers,
        "client": None,
        "server": None,
        "state": state,
    }


class _Exchange:
    """One request and what the application answers."""

    __slots__ = ("_answer", "_body", "_headers", "_is_complete", "_over", "_sent", "_status")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._sent = False
        self._status = 0
        self._headers: list[tuple[str, str]] = []
        self._answer = bytearray()
        self._is_complete = False
        self._over: asyncio.Event | None = None

    async def receive(self) -> Message:
        if self._sent:
            # Nobody goes away before the answer is there; whoever waits for that waits for the end.
            self._over = self._over or asyncio.Event()
            if not self._is_complete:
                await self._over.wait()
            return {"type": "http.disconnect"}
        self._sent = True
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [
                (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in message.get("headers", ())
            ]
        elif message["type"] == "http.response.body":
            if len(self._answer) <= MAX_ANSWER_BYTES:
                self._answer += message.get("body", b"")
            self._is_complete = not message.get("more_body", False)
            if self._is_complete and self._over is not None:
                self._over.set()

    def response(self) -> WireResponse:
        if not self._is_complete:
            raise ConnectionLost("The application ended the call without an answer.")
        if len(self._answer) > MAX_ANSWER_BYTES:
            raise too_large()
        return WireResponse(self._status, self._headers, bytes(self._answer))


class _Lifespan:
    """The lifespan of an application: started, kept waiting, stopped (ASGI, lifespan protocol)."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._outbox: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None]
        self._error: Exception | None = None
        self.state: dict[str, Any] = {}

    async def start(self) -> None:
        self._task = asyncio.ensure_future(self._run())
        await self._exchange("startup")

    async def stop(self) -> None:
        await self._exchange("shutdown")
        await self._task

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": self.state}
        try:
            await self._app(scope, self._inbox.get, self._outbox.put)
        except Exception as error:
            self._error = error
        await self._outbox.put({"type": "ended"})

    async def _exchange(self, step: str) -> None:
        await self._inbox.put({"type": f"lifespan.{step}"})
        try:
            message = await self._outbox.get()
            if message["type"] != f"lifespan.{step}.complete":
                # An application that said why it failed ends with the exception itself, if it ends.
                await asyncio.wait({self._task}, timeout=0.1)
                raise ServiceUnreachable(f"The application failed at {step}.") from self._error
        except BaseException:
            self._task.cancel()
            raise
