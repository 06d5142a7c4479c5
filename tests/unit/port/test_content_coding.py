"""A body that says it is compressed is not read as if it were not (RFC 9110, sections 8.4 and 15.5.16)."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator

import pytest

from switchover import AsgiTransport
from switchover.errors import UnsupportedMediaType
from switchover.port.problems import read_problem, read_wire_error
from switchover.port.transports.base import Timeouts
from switchover.port.wire import WireRequest, WireResponse
from unit.port.desk import InMemoryDesk, desk_port


@pytest.fixture
async def transport() -> AsyncIterator[AsgiTransport]:
    async with AsgiTransport(desk_port().serve(InMemoryDesk(), trust="open")) as made:
        yield made


async def echoed(transport: AsgiTransport, body: bytes, *codings: str) -> WireResponse:
    headers = [("content-type", "application/json"), *(("content-encoding", coding) for coding in codings)]
    return await transport.send(WireRequest("POST", "/api/echo", headers, body), Timeouts())


@pytest.mark.parametrize("codings", [("gzip",), ("GZIP",), ("br, identity",), ("identity", "deflate"), ("gzip,",)])
@pytest.mark.parametrize("body", [b'"plain"', gzip.compress(b'"packed"')], ids=["plain", "packed"])
async def test_a_coding_is_refused_with_the_one_that_would_be_taken(
    transport: AsgiTransport, codings: tuple[str, ...], body: bytes
) -> None:
    response = await echoed(transport, body, *codings)
    assert (response.status, response.header("accept-encoding")) == (415, "identity")
    got = read_wire_error(415, read_problem(response.body), dict(response.headers))
    assert isinstance(got, UnsupportedMediaType)
    assert (got.detail, got.codings) == ("The body may have no content coding.", ("identity",))


@pytest.mark.parametrize("codings", [(), ("identity",), ("Identity, identity",), ("",)])
async def test_a_plain_body_is_read(transport: AsgiTransport, codings: tuple[str, ...]) -> None:
    response = await echoed(transport, b'"plain"', *codings)
    assert (response.status, response.body) == (200, b'"plain"')


async def test_a_request_without_a_body_has_nothing_that_could_be_coded(transport: AsgiTransport) -> None:
    request = WireRequest("GET", "/api/health", [("content-encoding", "gzip")])
    assert (await transport.send(request, Timeouts())).status == 200


async def test_another_media_type_is_refused_without_a_word_about_codings(transport: AsgiTransport) -> None:
    request = WireRequest("POST", "/api/echo", [("content-type", "text/plain")], b"x")
    response = await transport.send(request, Timeouts())
    assert (response.status, response.header("accept-encoding")) == (415, None)
