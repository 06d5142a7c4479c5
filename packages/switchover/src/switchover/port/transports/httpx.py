"""The default transport: httpx, for coroutines and for threads. Nothing of httpx gets out.

httpx's transports are used without its client: there are no redirects, cookies, proxies or environment to be looked after here.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import threading
import time
from types import TracebackType
from typing import Final, Self

import httpx

from switchover.errors import CallTimeout, ConnectionLost, ServiceUnreachable, TransportError, UnexpectedAnswer
from switchover.port.transports.base import MAX_ANSWER_BYTES, Timeouts, require_base_url, too_large
from switchover.port.wire import WireRequest, WireResponse

KEEPALIVE_SECONDS: Final = 30.0
"""How long an idle connection is kept. A server has to keep it longer, or it closes what is just being used: see `hosting`."""

_FAILURES: Final = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpx.CookieConflict,
    OSError,
    UnicodeError,
)


_CUT_OFF: Final = ("Server disconnected", "peer closed connection")
"""How httpcore and h11 begin what they say of a connection that ended; whatever else they refuse is not HTTP."""


class HttpxTransport:
    """Requests over httpx, with connections kept and bounded. Connections belong to the event loop and the process that opened them.

    Args:
        base_url: where the contract's server path starts: `https://diary.internal`.
        uds: path of a Unix socket to connect to instead of the host of `base_url`.
        transport: an httpx transport to use instead of the network (asynchronous, for tests and proxies).
        blocking_transport: the same for threads; it has to see to timeouts itself while it waits for bytes.
        max_connections: how many connections there may be at once; a call beyond them waits for `Timeouts.connect`.
        verify: False, or an `ssl.SSLContext`, as httpx takes it.

    Raises:
        ValueError: `base_url` is none.
    """

    def __init__(
        self,
        base_url: str,
        *,
        uds: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        blocking_transport: httpx.BaseTransport | None = None,
        max_connections: int = 100,
        verify: bool | ssl.SSLContext = True,
    ) -> None:
        self._base_url = require_base_url(base_url)
        self._limits = httpx.Limits(
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            keepalive_expiry=KEEPALIVE_SECONDS,
        )
        self._uds = uds
        # Without TLS there is nothing to verify, and reading the certificates of the world takes as long as a hundred calls.
        self._verify = verify if self._base_url.startswith("https:") else False
        self._given = transport
        self._given_blocking = blocking_transport
        self._pool: httpx.AsyncBaseTransport | None = None
        self._pool_of: object = None
        self._opening = threading.Lock()
        self._blocking_pool: httpx.BaseTransport | None = None
        self._blocking_pool_of: object = None

    async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        """See `Transport.send`."""
        body = bytearray()
        try:
            response = await self._open().handle_async_request(self._sent(request, timeouts))
            try:
                assert isinstance(response.stream, httpx.AsyncByteStream)
                async for chunk in response.stream:
                    body += chunk
                    if len(body) > MAX_ANSWER_BYTES:
                        raise too_large()
            finally:
                await response.aclose()
        except _FAILURES as error:
            raise translated(error, timeouts) from cause_of(error)
        return WireResponse(response.status_code, _headers(response), bytes(body))

    def send_blocking(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        """See `BlockingTransport.send_blocking`."""
        from switchover.port.transports.deadline import until  # noqa: PLC0415 - httpcore, which only threads need here

        deadline = time.monotonic() + timeouts.total
        try:
            with until(deadline):
                return self._send_blocking(request, timeouts, deadline)
        except _FAILURES as error:
            if time.monotonic() >= deadline:
                raise CallTimeout(phase="total", seconds=timeouts.total) from error
            raise translated(error, timeouts) from cause_of(error)

    def _send_blocking(self, request: WireRequest, timeouts: Timeouts, deadline: float) -> WireResponse:
        body = bytearray()
        response = self._open_blocking().handle_request(self._sent(request, timeouts))
        try:
            assert isinstance(response.stream, httpx.SyncByteStream)
            for chunk in response.stream:
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise too_large()
                if time.monotonic() > deadline:
                    raise CallTimeout(phase="total", seconds=timeouts.total)
        finally:
            response.close()
        return WireResponse(response.status_code, _headers(response), bytes(body))

    def _sent(self, request: WireRequest, timeouts: Timeouts) -> httpx.Request:
        # Bodies come as they are: nothing here would unpack them.
        headers = [*request.headers, ("accept-encoding", "identity")]
        url = self._base_url + request.target
        return httpx.Request(
            request.method, url, headers=headers, content=request.body, extensions={"timeout": _timeouts(timeouts)}
        )

    def _open(self) -> httpx.AsyncBaseTransport:
        owner = asyncio.get_running_loop()
        if self._pool is None or self._pool_of is not owner:
            self._pool_of = owner
            self._pool = self._given or httpx.AsyncHTTPTransport(
                verify=self._verify, limits=self._limits, uds=self._uds, trust_env=False
            )
        return self._pool

    def _open_blocking(self) -> httpx.BaseTransport:
        with self._opening:
            if self._blocking_pool is None or self._blocking_pool_of != os.getpid():
                from switchover.port.transports.deadline import DeadlineTransport  # noqa: PLC0415 - as above

                self._blocking_pool_of = os.getpid()
                self._blocking_pool = self._given_blocking or DeadlineTransport(
                    verify=self._verify, limits=self._limits, uds=self._uds
                )
            return self._blocking_pool

    async def aclose(self) -> None:
        """Close all connections."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose()
        self.close()

    def close(self) -> None:
        """Close the connections that threads use."""
        pool, self._blocking_pool = self._blocking_pool, None
        if pool is not None:
            pool.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"HttpxTransport({self._base_url!r})"


def _timeouts(timeouts: Timeouts) -> dict[str, float]:
    connect, read = min(timeouts.connect, timeouts.total), min(timeouts.read, timeouts.total)
    return {"connect": connect, "pool": connect, "read": read, "write": read}


def _headers(response: httpx.Response) -> list[tuple[str, str]]:
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers.raw]


def cause_of(error: Exception) -> Exception | None:
    """What a failure may be traced back to: whoever refuses the bytes of a request or an answer repeats them."""
    return error if isinstance(error, httpx.NetworkError | httpx.TimeoutException | OSError) else None


def translated(error: Exception, timeouts: Timeouts) -> TransportError:
    """The kit's name for what httpx raised; texts of httpx may hold addresses, and stay inside."""
    match error:
        case httpx.PoolTimeout():
            return CallTimeout("No connection of the pool became free.", phase="connect", seconds=timeouts.connect)
        case httpx.ConnectTimeout():
            return CallTimeout(phase="connect", seconds=timeouts.connect)
        case httpx.TimeoutException() | TimeoutError():
            return CallTimeout(phase="read", seconds=timeouts.read)
        case httpx.ConnectError() | httpx.UnsupportedProtocol() | httpx.ProxyError() | ConnectionRefusedError():
            return ServiceUnreachable("The service cannot be reached.")
        case httpx.LocalProtocolError() | httpx.InvalidURL() | UnicodeError():
            return ServiceUnreachable("The request cannot be sent.")
        case httpx.RemoteProtocolError() if not str(error).startswith(_CUT_OFF):
            return UnexpectedAnswer("The answer could not be read.")
        case httpx.TransportError() | OSError():
            return ConnectionLost("The connection broke before the answer was complete.")
    return UnexpectedAnswer("The answer could not be read.")
