"""A service as a process: uvicorn, keep-alive that outlives every client's pool, and an end in which no call is lost.

Clients are waited for within `ConnectionLimits`: one that sends half a request, or does not read, cannot shut others out.

On SIGTERM or SIGINT new calls are refused (503, or no connection), those that are inside finish, and after `grace_seconds` whatever is
left is cut off. A second signal cuts off at once.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from types import FrameType
from typing import Any, Final, Protocol

from switchover.extras import extra
from switchover.port.connections import ConnectionLimits, Connections
from switchover.port.listening import Address, listening
from switchover.port.protocol import ProblemProtocol
from switchover.port.serve.gate import Gate

with extra("serve"):
    import uvicorn

__all__ = ["KEEP_ALIVE_SECONDS", "Address", "ConnectionLimits", "Hosted", "host", "run", "run_in_loop"]

KEEP_ALIVE_SECONDS: Final = 65
"""How long an idle connection is kept: longer than clients keep theirs (`transports.httpx.KEEPALIVE_SECONDS`), so that it is always the
client who closes. The other way round, a request may meet a connection that is just being closed."""

_LIMITS: Final = ConnectionLimits()

_FORCED_SECONDS: Final = 2.0
"""How long closing what the application has opened may take after a second signal."""


class Hosted(Protocol):
    """An ASGI application that can be told to let nobody in any more: a `Service`, or any other.

    Attributes:
        gate: closed when the process is told to stop; calls that come later are the application's to refuse.
    """

    gate: Gate

    def __call__(self, scope: Any, receive: Any, send: Any, /) -> Coroutine[Any, Any, None]:
        """Answer."""
        ...


def run(
    service: Hosted,
    address: Address,
    *,
    grace_seconds: float = 10.0,
    on_ready: Callable[[Address], None] | None = None,
    limits: ConnectionLimits = _LIMITS,
) -> None:
    """Serve until a signal ends it, in an event loop of its own. See `host`."""
    run_in_loop(host(service, address, grace_seconds=grace_seconds, on_ready=on_ready, limits=limits))


def run_in_loop(main: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine as a process does, in the fastest event loop that is installed (uvloop, or asyncio's own)."""
    config = uvicorn.Config("", loop="auto", log_config=None)  # or making it would set uvicorn's own logging up
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(main)


async def host(
    service: Hosted,
    address: Address,
    *,
    grace_seconds: float = 10.0,
    on_ready: Callable[[Address], None] | None = None,
    listener: socket.socket | None = None,
    limits: ConnectionLimits = _LIMITS,
) -> None:
    """Serve in the running event loop until a signal ends it. What the backend needs is opened before, and closed after.

    Cancelling it ends it as a signal does.

    Args:
        service: what is served.
        address: where it listens.
        grace_seconds: how long calls may take to finish once the signal has come.
        on_ready: is told the address, with the port that was taken, once calls are answered.
        listener: an open socket at that address, for whoever took it before there was anything to serve; it is closed at the end.
        limits: how long clients are waited for, and how many connections there may be.

    Raises:
        OSError: the address is taken, or may not be listened at; it names the address.
        ValueError: the grace is not a positive number of seconds.
        SystemExit: the service's own lifespan failed at start-up.
    """
    if not 0 < grace_seconds < float("inf"):
        raise ValueError(f"the grace is a positive number of seconds, not {grace_seconds}")
    with listening(address) if listener is None else nullcontext((listener, address)) as (open_socket, taken):
        config = _config(service, limits, grace_seconds)
        server = _Server(config, service, taken, on_ready)
        try:
            await server.serve(sockets=[open_socket])
        finally:
            if _is_main():
                gc.unfreeze()
        if server.is_cancelled:
            raise asyncio.CancelledError


def _config(service: Hosted, limits: ConnectionLimits, grace_seconds: float) -> uvicorn.Config:
    connections = Connections(limits)
    return uvicorn.Config(
        service,
        http=partial(ProblemProtocol, connections),  # type: ignore[arg-type]  # uvicorn calls it, no more
        backlog=connections.backlog,
        log_config=None,  # whoever hosts decides where it goes: see `switchover.configure_logging`
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=grace_seconds,  # type: ignore[arg-type]  # uvicorn waits for fractions as well
    )


class _Server(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, service: Hosted, address: Address, on_ready: Callable[[Address], None] | None
    ) -> None:
        super().__init__(config)
        self._service = service
        self._address = address
        self._on_ready = on_ready
        self._forced = asyncio.Event()
        self.is_cancelled = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if _is_main():
            _keep_what_is_loaded()
        if self._on_ready is not None:
            self._on_ready(self._address)

    async def main_loop(self) -> None:
        """Whoever cancels it is told so once everything is closed: uvicorn would leave the application open, and Litestar log a traceback."""
        try:
            await super().main_loop()
        except asyncio.CancelledError:
            self.is_cancelled = True
            self.handle_exit(signal.SIGTERM, None)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Whoever does not want to wait for calls still has closed what was opened: uvicorn would leave that, and Litestar log a traceback."""
        await self._drained(asyncio.ensure_future(super().shutdown(sockets)))
        if self.force_exit:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.lifespan.shutdown(), _FORCED_SECONDS)

    async def _drained(self, draining: asyncio.Future[Any]) -> None:
        """Until every call has ended, or nobody wants to wait any more: a server of asyncio waits for its connections from Python 3.12 on."""
        forced: asyncio.Future[Any] = asyncio.ensure_future(self._forced.wait())
        try:
            await asyncio.wait({draining, forced}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            forced.cancel()
            if not draining.done():
                draining.cancel()
        with suppress(asyncio.CancelledError):
            await draining

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals, and do not send them to ourselves again afterwards: a drained service ended as it should."""
        loop = asyncio.get_running_loop()
        signals = (signal.SIGTERM, signal.SIGINT) if _is_main() else ()
        for number in signals:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Close the gate; the second time, stop waiting."""
        if self.should_exit:
            self.force_exit = True
            self._forced.set()
        self._service.gate.close()
        self.should_exit = True


def _is_main() -> bool:
    """Does this thread have the process to itself? Signals belong to it."""
    return threading.current_thread() is threading.main_thread()


def _keep_what_is_loaded() -> None:
    """Modules, models and plans stay for as long as the process does. A full collection that looks through them again stops every thread for
    0.1 s, and for a second on a busy machine: calls, and the thread that is to obey a rollback.
    """
    gc.collect()
    gc.freeze()
