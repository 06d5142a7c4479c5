"""What goes on without an end is hung up on, before it fills the memory; what is only long is not."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import httpx
import pytest

from unit.port.desk import InMemoryDesk, desk_port
from unit.port.hosted import hosted

CHUNK = b"x" * 4096
FAR_TOO_MUCH = 8_000_000
CHUNKED = b"POST /api/echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "start",
    [
        b"GET /",
        b"GET /api/health HTTP/1.1\r\nhost: x\r\nx-long: ",
        b"GET /api/health HTTP/1.1\r\nhost: x\r\n" + b"x-many: 1\r\n" * 10_000,
        CHUNKED + b"1\r\n1\r\n0\r\nx-trailer: ",
        CHUNKED + b"1;",
    ],
    ids=["address", "header", "headers", "trailer", "extension"],
)
async def test_a_request_without_an_end_is_hung_up_on(start: bytes) -> None:
    async with hosted(desk_port().serve(InMemoryDesk(), trust="open")) as address:
        _, writer = await asyncio.open_connection(address.host, address.port)
        sent = 0
        with suppress(ConnectionError):
            writer.write(start)
            while sent < FAR_TOO_MUCH and not writer.is_closing():
                writer.write(CHUNK)
                await writer.drain()
                sent += len(CHUNK)
        writer.close()
        assert sent < FAR_TOO_MUCH


async def test_long_heads_long_bodies_and_long_connections_are_none() -> None:
    async with (
        hosted(desk_port().serve(InMemoryDesk(), trust="open")) as address,
        httpx.AsyncClient(base_url=address.url) as client,
    ):
        for _ in range(40):
            answer = await client.post("/api/echo", json=1, headers={"x-long": "x" * 4000})
            assert answer.status_code == 200, answer.text
        assert (await client.post("/api/echo", json="x" * 500_000)).status_code == 200
