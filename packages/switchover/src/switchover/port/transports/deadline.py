"""httpx for threads, with an end: no wait for bytes goes on beyond the deadline of the call.

httpx bounds each wait by itself, so a service that sends a byte now and then could keep a thread for as long as it likes.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

_current = threading.local()


@contextmanager
def until(deadline: float) -> Iterator[None]:
    """Everything that this thread waits for inside ends at `deadline` (`time.monotonic`)."""
    _current.deadline = deadline
    try:
        yield
    finally:
        del _current.deadline


class DeadlineTransport(httpx.HTTPTransport):
    """httpx's own transport, over connections that know the deadline."""

    def __init__(self, *, verify: bool | ssl.SSLContext, limits: httpx.Limits, uds: str | None) -> None:
        super().__init__(verify=verify, limits=limits, uds=uds, trust_env=False)
        # httpx offers no way to give its pool a network backend.
        self._pool._network_backend = _Backend()  # noqa: SLF001 # type: ignore[union-attr]


class _Backend(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._backend.connect_tcp(host, port, _left(timeout), local_address, socket_options))

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._backend.connect_unix_socket(path, _left(timeout), socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None) -> float | None:
    """What is left of the time; a hair's breadth where nothing is, as a socket takes 0 for "do not wait"."""
    left: float = max(_current.deadline - time.monotonic(), 0.001)
    return left if timeout is None else min(timeout, left)
