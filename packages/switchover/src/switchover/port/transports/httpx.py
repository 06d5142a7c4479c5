"""The default transport: httpx, for coroutines and for threads. Nothing of httpx gets out."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Self

import httpx

from switchover.errors import CallTimeout, ConnectionLost, ServiceUnreachable, TransportError, UnexpectedAnswer
from switchover.port.transports.base import MAX_ANSWER_BYTES, Timeouts, require_base_url
from switchover.port.wire import WireRequest, WireResponse

KEEPALIVE_SECONDS: Final = 30.0
"""How long an idle connection is kept. A server has to keep it longer, or it closes what is just being used: see `hosting`."""


class HttpxTransport:
    """Requests over httpx, with connections kept and bounded.

    Args:
        base_url: where the contract's server path starts: `https://diary.internal`.
        uds: path of a Unix socket to connect to instead of the host of `base_url`.
        transport: an httpx transport to use instead of the network (asynchronous, for tests and proxies).
        blocking_transport: the same for threads.
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
        self._verify = verify
        self._transport = transport
        self._blocking_transport = blocking_transport
        self._client: httpx.AsyncClient | None = None
        self._blocking_client: httpx.Client | None = None

    async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        """See `Transport.send`."""
        client = self._client or self._open()
        try:
            sent = client.build_request(
                request.method,
                self._base_url + request.target,
                headers=request.headers,
                content=request.body,
                timeout=_timeout(timeouts),
            )
            response = await client.send(sent, stream=True)
            try:
                body = bytearray()
                async for chunk in response.aiter_raw():
                    body += chunk
                    _check_size(body)
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise translated(error, timeouts) from error
        return WireResponse(response.status_code, _headers(response), bytes(body))

    def send_blocking(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        """See `BlockingTransport.send_blocking`."""
        client = self._blocking_client or self._open_blocking()
        deadline = time.monotonic() + timeouts.total
        try:
            sent = client.build_request(
                request.method,
                self._base_url + request.target,
                headers=request.headers,
                content=request.body,
                timeout=_timeout(timeouts),
            )
            response = client.send(sent, stream=True)
            try:
                body = bytearray()
                for chunk in _until(deadline, response.iter_raw(), timeouts):
                    body += chunk
                    _check_size(body)
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise translated(error, timeouts) from error
        return WireResponse(response.status_code, _headers(response), bytes(body))

    def _open(self) -> httpx.AsyncClient:
        transport = self._transport or httpx.AsyncHTTPTransport(verify=self._verify, limits=self._limits, uds=self._uds)
        self._client = httpx.AsyncClient(transport=transport, headers=_PLAIN, follow_redirects=False, trust_env=False)
        return self._client

    def _open_blocking(self) -> httpx.Client:
        transport = self._blocking_transport or httpx.HTTPTransport(
            verify=self._verify, limits=self._limits, uds=self._uds
        )
        self._blocking_client = httpx.Client(
            transport=transport, headers=_PLAIN, follow_redirects=False, trust_env=False
        )
        return self._blocking_client

    async def aclose(self) -> None:
        """Close all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()
        self.close()

    def close(self) -> None:
        """Close the connections that threads use."""
        client, self._blocking_client = self._blocking_client, None
        if client is not None:
            client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"HttpxTransport({self._base_url!r})"


_PLAIN: Final = {"accept-encoding": "identity"}


def _timeout(timeouts: Timeouts) -> httpx.Timeout:
    return httpx.Timeout(
        connect=min(timeouts.connect, timeouts.total),
        pool=min(timeouts.connect, timeouts.total),
        read=min(timeouts.read, timeouts.total),
        write=min(timeouts.read, timeouts.total),
    )


def _until(deadline: float, chunks: Iterable[bytes], timeouts: Timeouts) -> Iterable[bytes]:
    """The chunks of an answer, as long as there is time. A thread waits for one chunk at a time, `read` seconds at most."""
    for chunk in chunks:
        if time.monotonic() > deadline:
            raise CallTimeout(phase="total", seconds=timeouts.total)
        yield chunk


def _headers(response: httpx.Response) -> list[tuple[str, str]]:
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers.raw]


def _check_size(body: bytearray) -> None:
    if len(body) > MAX_ANSWER_BYTES:
        raise UnexpectedAnswer(f"The answer is larger than {MAX_ANSWER_BYTES} bytes.")


def translated(error: Exception, timeouts: Timeouts) -> TransportError:
    """The kit's name for what httpx raised; texts of httpx may hold addresses, and stay inside."""
    match error:
        case httpx.PoolTimeout():
            return CallTimeout("No connection of the pool became free.", phase="connect", seconds=timeouts.connect)
        case httpx.ConnectTimeout():
            return CallTimeout(phase="connect", seconds=timeouts.connect)
        case httpx.TimeoutException():
            return CallTimeout(phase="read", seconds=timeouts.read)
        case httpx.ConnectError() | httpx.UnsupportedProtocol() | httpx.ProxyError():
            return ServiceUnreachable("The service cannot be reached.")
        case httpx.NetworkError() | httpx.RemoteProtocolError():
            return ConnectionLost("The connection broke before the answer was complete.")
    return UnexpectedAnswer("The answer could not be read.")
