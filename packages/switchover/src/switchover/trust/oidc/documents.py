"""JSON documents of an issuer, fetched within bounds: no redirects, no compression, a few seconds, a quarter of a megabyte."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from switchover.trust.endpoint import is_loopback
from switchover.trust.oidc.json_object import read_object

MAX_DOCUMENT_BYTES: Final = 256 * 1024
FETCH_SECONDS: Final = 3.0
"""For one document, from connecting to its last byte."""

_HEADERS: Final = {"accept": "application/json", "accept-encoding": "identity"}

Fetch = Callable[[str], Awaitable[dict[str, Any]]]
"""The JSON object at an address. Raises DocumentUnavailable."""


class DocumentUnavailable(Exception):
    """An issuer's document cannot be had, or is not what it should be; the message says which and why."""


def is_safe_address(url: object) -> bool:
    """Is it `https://host…`, or `http://` to this machine, with nothing in it that does not belong there?"""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or port == 0 or parts.username is not None or parts.password is not None or "#" in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


class HttpDocuments:
    """Fetches over httpx, a connection each time: it happens twice a minute at most, and nothing has to be closed."""

    __slots__ = ("_seconds", "_tls")

    def __init__(self, seconds: float = FETCH_SECONDS, tls: ssl.SSLContext | None = None) -> None:
        self._seconds = seconds
        self._tls = tls

    async def __call__(self, url: str) -> dict[str, Any]:
        """See `Fetch`."""
        try:
            async with asyncio.timeout(self._seconds):
                return read_object(await self._body(url))
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:  # TimeoutError is an OSError
            raise DocumentUnavailable(f"{url} does not answer: {type(error).__name__}") from error
        except ValueError as error:
            raise DocumentUnavailable(f"{url} answers no JSON object") from error

    async def _body(self, url: str) -> bytes:
        # httpx's transport without its client: no redirects, cookies, proxies or environment.
        async with httpx.AsyncHTTPTransport(verify=self._verify(url)) as transport:
            request = httpx.Request("GET", url, headers=_HEADERS, extensions={"timeout": self._timeouts()})
            response = await transport.handle_async_request(request)
            try:
                return await _bounded(response, url)
            finally:
                await response.aclose()

    def _verify(self, url: str) -> ssl.SSLContext | bool:
        if not url.startswith("https:"):
            return False  # there is nothing to verify
        if self._tls is None:
            self._tls = httpx.create_ssl_context()
        return self._tls

    def _timeouts(self) -> dict[str, float]:
        return dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)


async def _bounded(response: httpx.Response, url: str) -> bytes:
    if response.status_code != 200 or "content-encoding" in response.headers:
        raise DocumentUnavailable(f"{url} answers {response.status_code}")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_DOCUMENT_BYTES:
            raise DocumentUnavailable(f"{url} answers more than {MAX_DOCUMENT_BYTES} bytes")
    return bytes(body)
