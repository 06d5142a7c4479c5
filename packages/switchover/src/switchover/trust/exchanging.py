"""A small HTTP request over httpx, bounded in every way.

There are no redirects (they would carry a secret along), no cookies, no proxies and nothing of the environment.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Final

import httpx

from switchover.errors import CredentialUnavailable
from switchover.trust.asking import Answer, Question

MAX_ANSWER_BYTES: Final = 256 * 1024
"""The largest answer that is read; a discovery document has some KiB."""


async def exchange(question: Question, seconds: float, tls: ssl.SSLContext | None) -> Answer:
    """The answer; see `Ask`."""
    try:
        async with asyncio.timeout(seconds):
            return await _exchange(question, seconds, tls)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise CredentialUnavailable(f"{question.whom} does not answer within {seconds:g} s") from error
    except (httpx.ConnectError, OSError) as error:
        raise CredentialUnavailable(f"{question.whom} cannot be reached") from error
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise CredentialUnavailable(f"{question.whom} gives no answer that can be read") from error


async def _exchange(question: Question, seconds: float, tls: ssl.SSLContext | None) -> Answer:
    headers = [*question.headers, ("accept-encoding", "identity"), ("connection", "close")]
    limits = {"timeout": dict.fromkeys(("connect", "pool", "read", "write"), seconds)}
    request = httpx.Request(question.method, question.url, headers=headers, content=question.body, extensions=limits)
    # Without TLS there is nothing to verify, and the certificates of the world take long to read.
    verify = tls or request.url.scheme == "https"
    async with httpx.AsyncHTTPTransport(verify=verify, trust_env=False) as transport:
        response = await transport.handle_async_request(request)
        try:
            body = await _body(question, response)
        finally:
            await response.aclose()
    return Answer(question.whom, response.status_code, dict(response.headers), body)


async def _body(question: Question, response: httpx.Response) -> bytes:
    body = bytearray()
    assert isinstance(response.stream, httpx.AsyncByteStream)
    async for chunk in response.stream:
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise CredentialUnavailable(f"{question.whom} answers more than {MAX_ANSWER_BYTES} bytes")
    return bytes(body)
