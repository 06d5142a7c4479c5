"""Metrics at a port of their own: for a process that serves nothing else, or whose callers should not reach them.

The port is served by a thread with an event loop of its own, so it answers in processes of every kind, also while the process's own event
loop or its threads are busy.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, Literal

from switchover.errors import CallError, MethodNotAllowed, NotFound
from switchover.extras import extra
from switchover.port.connections import ConnectionLimits, Connections
from switchover.port.listening import Address, listening
from switchover.port.protocol import ProblemProtocol
from switchover.port.serve.incoming import trace_of_scope
from switchover.port.serve.metrics import MetricsHandler
from switchover.port.serve.reply import Reply, error_reply
from switchover.port.serve.route import send_reply
from switchover.port.serve.unreached import log_unreached
from switchover.telemetry.metrics.exporter import Metrics
from switchover.trust import Verifier
from switchover.trust.endpoint import is_loopback

with extra("serve"):
    import uvicorn

METRICS_ADDRESS: Final = Address("127.0.0.1", 9464)
"""Where metrics are unless said otherwise (9464 is what OpenTelemetry's exporters for Prometheus take)."""

MOST_CONNECTIONS: Final = 32
"""How many may be open; when they are, those are closed first that nothing is asked on."""

_LIMITS: Final = ConnectionLimits(connections=MOST_CONNECTIONS, connections_per_address=0)

_START_SECONDS: Final = 10.0
_GRACE_SECONDS: Final = 2


@contextmanager
def serve_metrics(
    metrics: Metrics,
    address: Address = METRICS_ADDRESS,
    *,
    verifier: Verifier | None = None,
    trust: Literal["open"] | None = None,
) -> Iterator[Address]:
    """Answer scrapes at /metrics of `address` for as long as the block runs; gives the address, with the port that was taken.

    One process of a service does this: with a directory, it tells the numbers of all. A child that is forked meanwhile does not answer.

    Args:
        metrics: what is told.
        address: a port of its own; 0 takes a free one.
        verifier: decides who may have them.
        trust: `"open"` if whoever can reach the port is trusted: on a loopback address or a Unix socket, nowhere else.

    Raises:
        ValueError: there is neither a verifier nor anything said about trust, both, or the port would be open to others than this machine.
        OSError: the address is taken, or may not be listened at; it names the address.
    """
    _check_trust(address, verifier, trust)
    with listening(address) as (listener, taken):
        server = _Server(metrics, verifier, listener)
        server.start()
        try:
            yield taken
        finally:
            server.stop()


def _check_trust(address: Address, verifier: Verifier | None, trust: str | None) -> None:
    if trust not in (None, "open"):
        raise ValueError(f'trust is "open" or nothing, not {trust!r}')
    if (verifier is None) == (trust is None):
        raise ValueError(
            "serve_metrics() takes a verifier, or the word that whoever can reach its port may read metrics "
            '(trust="open"): one of them'
        )
    if trust is not None and address.uds is None and not is_loopback(address.host):
        raise ValueError(
            f'metrics at {address.url} are not open: trust="open" is for 127.0.0.1, ::1 and Unix sockets; give a verifier'
        )


class _Application:
    """Metrics, and problem details everywhere else."""

    def __init__(self, handler: MetricsHandler) -> None:
        self._handler = handler

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send_reply(await self._reply(scope, receive), send)

    async def _reply(self, scope: Any, receive: Any) -> Reply:
        if scope["path"] != "/metrics":
            return _refused(scope, NotFound("Metrics are at /metrics."))
        if scope["method"] not in ("GET", "HEAD"):
            return _refused(scope, MethodNotAllowed("Metrics are read.", allow=("GET", "HEAD")))
        reply = await self._handler(scope, receive)
        if scope["method"] == "HEAD":
            reply.body = b""
        return reply


def _refused(scope: Any, error: CallError) -> Reply:
    trace = trace_of_scope(scope)
    log_unreached(scope, error.status, trace)
    return error_reply(error, trace.trace_id)


class _Server(uvicorn.Server):
    """A server on a thread."""

    def __init__(self, metrics: Metrics, verifier: Verifier | None, listener: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                _Application(MetricsHandler(metrics, verifier)),
                http=partial(ProblemProtocol, Connections(_LIMITS)),  # type: ignore[arg-type]  # uvicorn calls it, no more
                log_config=None,  # whoever hosts decides where it goes, as in `switchover.port.hosting`
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._listener = listener
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self._live, name="switchover-metrics-port", daemon=True)
        _listeners.add(self)

    def start(self) -> None:
        self._thread.start()
        if not self._is_up.wait(_START_SECONDS):
            raise OSError(f"the port of the metrics did not come up within {_START_SECONDS:g} s")

    def stop(self) -> None:
        self.should_exit = True
        self._thread.join(_GRACE_SECONDS + _START_SECONDS)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._is_up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the process."""
        yield

    def let_go(self) -> None:
        """A child would keep the port after its parent has gone, and never answer."""
        self._listener.close()

    def _live(self) -> None:
        asyncio.run(self.serve(sockets=[self._listener]))


_listeners: weakref.WeakSet[_Server] = weakref.WeakSet()


def _after_fork() -> None:
    for server in list(_listeners):
        server.let_go()


os.register_at_fork(after_in_child=_after_fork)
