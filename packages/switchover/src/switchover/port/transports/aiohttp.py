"""A faster transport: aiohttp, with a parser in C. Choose it where calls come by the hundred per second and process.

Install `switchover[aiohttp]`. It speaks HTTP/1.1 only, and serves coroutines only.
"""

from __future__ import annotations

import asyncio
import ssl
from types import TracebackType
from typing import Self

from switchover.errors import CallTimeout, ConnectionLost, ServiceUnreachable, TransportError, UnexpectedAnswer
from switchover.extras import extra
from switchover.port.transports.base import MAX_ANSWER_BYTES, Timeouts, require_base_url, too_large
from switchover.port.transports.httpx import KEEPALIVE_SECONDS
from switchover.port.wire import WireRequest, WireResponse

with extra("aiohttp"):
    import aiohttp
    from yarl import URL


class AiohttpTransport:
    """Requests over aiohttp, with connections kept and bounded.

    Args:
        base_url: where the contract's server path starts: `https://diary.internal`.
        uds: path of a Unix socket to connect to instead of the host of `base_url`.
        max_connections: how many connections there may be at once; a call beyond them waits for `Timeouts.connect`.
        verify: False, or an `ssl.SSLContext`.

    Raises:
        ValueError: `base_url` is none.
    """

    def __init__(
        self, base_url: str, *, uds: str | None = None, max_connections: int = 100, verify: bool | ssl.SSLContext = True
    ) -> None:
        self._base_url = require_base_url(base_url)
        self._uds = uds
        self._max_connections = max_connections
        self._verify = verify
        self._session: aiohttp.ClientSession | None = None
        self._session_of: object = None

    async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        """See `Transport.send`."""
        session = self._open()
        try:
            async with session.request(
                request.method,
                URL(self._base_url + request.target, encoded=True),
                headers=[*request.headers, ("accept-encoding", "identity")],
                data=request.body,
                allow_redirects=False,
                timeout=_timeout(timeouts),
            ) as response:
                body = await _read(response)
                headers = [
                    (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.raw_headers
                ]
                return WireResponse(response.status, headers, body)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise translated(error, timeouts) from cause_of(error)

    def _open(self) -> aiohttp.ClientSession:
        owner = asyncio.get_running_loop()
        if self._session is None or self._session_of is not owner:
            self._session, self._session_of = self._new_session(), owner
        return self._session

    def _new_session(self) -> aiohttp.ClientSession:
        connector: aiohttp.BaseConnector
        if self._uds is not None:
            connector = aiohttp.UnixConnector(
                self._uds, limit=self._max_connections, keepalive_timeout=KEEPALIVE_SECONDS
            )
        else:
            connector = aiohttp.TCPConnector(
                limit=self._max_connections, keepalive_timeout=KEEPALIVE_SECONDS, ssl=self._verify
            )
        session = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("content-type", "accept-encoding", "user-agent"),
        )
        # aiohttp sends PUT and DELETE again when a kept connection breaks, and cannot know whether they were done. The port decides.
        session._retry_connection = False  # noqa: SLF001
        return session

    async def aclose(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"AiohttpTransport({self._base_url!r})"


def _timeout(timeouts: Timeouts) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        total=None, connect=timeouts.connect, sock_connect=timeouts.connect, sock_read=timeouts.read
    )


async def _read(response: aiohttp.ClientResponse) -> bytes:
    if (response.content_length or 0) > MAX_ANSWER_BYTES:
        raise too_large()
    if response.content_length is not None:
        return await response.read()
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise too_large()
    return bytes(body)


def cause_of(error: Exception) -> Exception | None:
    """What a failure may be traced back to: whoever refuses the bytes of a request or an answer repeats them."""
    return error if isinstance(error, aiohttp.ClientConnectionError | OSError) else None


def translated(error: Exception, timeouts: Timeouts) -> TransportError:
    """The kit's name for what aiohttp raised; texts of aiohttp may hold addresses, and stay inside."""
    match error:
        case aiohttp.ConnectionTimeoutError():
            return CallTimeout(phase="connect", seconds=timeouts.connect)
        case TimeoutError():
            return CallTimeout(phase="read", seconds=timeouts.read)
        case aiohttp.ClientConnectorError():
            return ServiceUnreachable("The service cannot be reached.")
        case aiohttp.ClientConnectionError() | aiohttp.ClientPayloadError() | OSError():
            return ConnectionLost("The connection broke before the answer was complete.")
        case ValueError():
            return ServiceUnreachable("The request cannot be sent.")
    return UnexpectedAnswer("The answer could not be read.")
