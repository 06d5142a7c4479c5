"""A service as a process: uvicorn, keep-alive that outlives every client's pool, and an end in which no call is lost.

On SIGTERM or SIGINT new calls are refused (503, or no connection), those that are inside finish, and after `grace_seconds` whatever is
left is cut off. A second signal cuts off at once.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

import uvicorn

from switchover.port.serve import Service

KEEP_ALIVE_SECONDS: Final = 65
"""How long an idle connection is kept: longer than clients keep theirs (`transports.httpx.KEEPALIVE_SECONDS`), so that it is always the
client who closes. The other way round, a request may meet a connection that is just being closed."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service listens: host and port, or a Unix socket. Port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 8000
    uds: str | None = None

    @property
    def url(self) -> str:
        """The address for people and for `Port.http`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"unix:{self.uds}" if self.uds is not None else f"http://{host}:{self.port}"


def run(
    service: Service, address: Address, *, grace_seconds: float = 10.0, on_ready: Callable[[Address], None] | None = None
) -> None:
    """Serve until a signal ends it. `on_ready` is told the address, with the port that was taken, once calls are answered.

    Raises:
        OSError: the address is taken, or may not be listened at.
    """
    listener = _listen(address)
    try:
        config = uvicorn.Config(
            service,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="on",
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=max(1, round(grace_seconds)),
        )
        server = _Server(config, service, _taken(address, listener), on_ready)
        server.run(sockets=[listener])
    finally:
        listener.close()
        if address.uds is not None:
            Path(address.uds).unlink(missing_ok=True)
    if not server.started:
        raise SystemExit(3)


def _listen(address: Address) -> socket.socket:
    if address.uds is not None:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        _remove_stale(address.uds)
        listener.bind(address.uds)
        Path(address.uds).chmod(0o600)
        return listener
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address.host, address.port))
    return listener


def _remove_stale(path: str) -> None:
    """A socket that nobody listens at is left over from a process that was killed; one that is answered is not ours to take."""
    if not Path(path).is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            Path(path).unlink(missing_ok=True)


def _taken(address: Address, listener: socket.socket) -> Address:
    return address if address.uds is not None else Address(address.host, listener.getsockname()[1])


class _Server(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, service: Service, address: Address, on_ready: Callable[[Address], None] | None
    ) -> None:
        super().__init__(config)
        self._service = service
        self._address = address
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and self._on_ready is not None:
            self._on_ready(self._address)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals, and do not send them to ourselves again afterwards: a drained service ended as it should."""
        loop = asyncio.get_running_loop()
        signals = (signal.SIGTERM, signal.SIGINT)
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
        self._service.gate.close()
        self.should_exit = True
