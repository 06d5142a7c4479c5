"""Clients that send half of a request, or take nothing of an answer: the server waits for so long, and no longer."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import httpx
import pytest

from switchover.port import protocol
from switchover.port.connections import Admission, ConnectionLimits, Connections, Phase, peer_of
from switchover.port.hosting import Address
from unit.port.desk import InMemoryDesk, desk_port
from unit.port.hosted import hosted

SHORT = ConnectionLimits(head_seconds=0.6, body_idle_seconds=0.6, answer_idle_seconds=0.6)
HEALTH = b"GET /api/health HTTP/1.1\r\nhost: desk\r\n\r\n"
ECHO = b"POST /api/echo HTTP/1.1\r\nhost: desk\r\ncontent-type: application/json\r\n"
WHOLE = ECHO + b"content-length: 1\r\n\r\n1"

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def desk(limits: ConnectionLimits = SHORT) -> AsyncIterator[Address]:
    async with hosted(desk_port().serve(InMemoryDesk(), trust="open"), limits=limits) as address:
        yield address


@asynccontextmanager
async def connected(address: Address, sent: bytes = b"", *, source: str = "127.0.0.1") -> AsyncIterator[Streams]:
    """A connection on which these bytes were sent."""
    reader, writer = await asyncio.open_connection(address.host, address.port, local_addr=(source, 0))
    try:
        writer.write(sent)
        await writer.drain()
        yield reader, writer
    finally:
        writer.close()


async def status_of(reader: asyncio.StreamReader) -> int:
    """The status of the answer that comes next; 0 for a connection that is closed instead."""
    head = await reader.readuntil(b"\r\n") if not reader.at_eof() else b""
    return int(head.split()[1]) if head else 0


async def answered(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    """Status and problem of the last answer of a connection, which is closed then."""
    said = await reader.read()
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"connection: close" in head.lower()
    assert b"content-type: application/problem+json" in head.lower()
    return int(head.split()[1]), json.loads(body)


async def is_closed(reader: asyncio.StreamReader) -> bool:
    """Whether the server closes a connection without a word."""
    with suppress(ConnectionResetError):
        return await reader.read() == b""
    return True


@pytest.mark.parametrize("sent", [b"G", b"GET /api/health HTTP/1.1\r\n", b"GET /api/health HTTP/1.1\r\nhost: desk\r\n"])
async def test_half_a_head_is_answered_408(sent: bytes) -> None:
    async with desk() as address, connected(address, sent) as (reader, _):
        status, problem = await answered(reader)
    assert (status, problem["status"], problem["code"]) == (408, 408, "request_timeout")
    assert "0.6 seconds" in problem["detail"]


async def test_a_head_that_comes_a_byte_at_a_time_has_no_more_time() -> None:
    async with desk() as address, connected(address) as (reader, writer):
        saying = asyncio.ensure_future(answered(reader))
        for byte in b"GET /api/health HTTP/1.1\r\nhost: desk\r\nx-slow: " + b"x" * 200:
            if saying.done():
                break
            writer.write(bytes([byte]))
            await asyncio.sleep(0.02)
        assert (await saying)[0] == 408


async def test_a_connection_on_which_nothing_is_said_is_closed() -> None:
    async with desk() as address, connected(address) as (reader, _):
        assert await is_closed(reader)


async def test_empty_lines_are_nothing_said() -> None:
    async with desk() as address, connected(address) as (reader, writer):
        closing = asyncio.ensure_future(is_closed(reader))
        while not closing.done():
            writer.write(b"\r\n")
            await asyncio.sleep(0.05)
        assert await closing


@pytest.mark.parametrize(
    "sent",
    [ECHO + b"content-length: 9\r\n\r\n1", ECHO + b"transfer-encoding: chunked\r\n\r\n1\r\n1\r\n"],
    ids=["of a length", "chunked"],
)
async def test_half_a_body_is_answered_408(sent: bytes) -> None:
    async with desk() as address, connected(address, sent) as (reader, _):
        status, problem = await answered(reader)
    assert (status, problem["code"]) == (408, "request_timeout")


async def test_a_body_that_moves_takes_as_long_as_it_needs() -> None:
    async with desk() as address, connected(address, ECHO + b"content-length: 10\r\n\r\n") as (reader, writer):
        for byte in b'"12345678"':
            await asyncio.sleep(0.25)
            writer.write(bytes([byte]))
        assert await status_of(reader) == 200


async def test_the_rest_of_a_body_that_nobody_needs_any_more_is_not_waited_for() -> None:
    too_large = ECHO + b"content-length: 9000000\r\n\r\n"
    async with desk() as address, connected(address, too_large + b"1") as (reader, writer):
        assert await status_of(reader) == 413
        writer.write(b"1")
        await asyncio.wait_for(reader.read(), 5)


async def test_half_a_second_request_on_a_connection_is_answered_408() -> None:
    async with desk() as address, connected(address, HEALTH) as (reader, writer):
        assert await status_of(reader) == 200
        await reader.readuntil(b'"}')
        writer.write(HEALTH[:20])
        assert (await answered(reader))[0] == 408


async def test_a_connection_that_is_kept_is_not_held_to_the_time_for_a_head() -> None:
    async with desk() as address, connected(address, HEALTH) as (reader, writer):
        assert await status_of(reader) == 200
        await asyncio.sleep(1.5)
        await reader.readuntil(b'"}')
        writer.write(HEALTH)
        assert await status_of(reader) == 200


async def test_a_client_that_does_not_read_is_hung_up_on() -> None:
    much = b'"' + b"x" * 900_000 + b'"'
    sent = (ECHO + b"content-length: %d\r\n\r\n" % len(much)) + much
    async with desk() as address, connected(address) as (_, writer):
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        async with asyncio.timeout(15):
            with suppress(ConnectionError):
                while not writer.is_closing():
                    writer.write(sent)
                    await writer.drain()
        assert (await one_health(address)) == 200


async def test_a_client_that_reads_slowly_gets_its_answer() -> None:
    much = b'"' + b"x" * 900_000 + b'"'
    sent = (ECHO + b"content-length: %d\r\n\r\n" % len(much)) + much
    async with desk() as address:
        reader, writer = await asyncio.open_connection(address.host, address.port, limit=4096)
        for _ in range(8):
            writer.write(sent)
        sending = asyncio.ensure_future(writer.drain())
        received = 0
        for _ in range(20):
            await asyncio.sleep(0.1)
            received += len(await reader.read(65536))
        while received < 8 * 900_000:
            received += len(await reader.read(1_000_000))
        await sending
        writer.close()


async def test_a_head_that_is_too_large_is_answered_431() -> None:
    head = b"GET /api/health HTTP/1.1\r\nhost: desk\r\nx-long: " + b"x" * 70_000 + b"\r\n\r\n"
    async with desk() as address, connected(address, head) as (reader, _):
        status, problem = await answered(reader)
    assert (status, problem["code"]) == (431, "headers_too_large")


async def test_a_head_that_is_too_large_and_arrives_at_once_is_answered_431(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "LARGEST_HEAD", 2000)
    async with desk() as address, httpx.AsyncClient(base_url=address.url) as client:
        said = await client.get("/api/health", headers={"x-long": "x" * 3000})
        assert (said.status_code, said.json()["code"]) == (431, "headers_too_large")
        assert (await client.post("/api/echo", json="x" * 3000)).status_code == 200


async def one_health(address: Address, source: str = "127.0.0.1") -> int:
    async with connected(address, HEALTH, source=source) as (reader, _):
        try:
            return await status_of(reader)
        except (ConnectionResetError, asyncio.IncompleteReadError):
            return 0


FEW = ConnectionLimits(connections=8, connections_per_address=0)


@asynccontextmanager
async def many(address: Address, count: int, sent: bytes, source: str = "127.0.0.1") -> AsyncIterator[list[Streams]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(connected(address, sent, source=source)) for _ in range(count)]


@pytest.mark.parametrize("sent", [b"", HEALTH, b"GET /api/he"], ids=["silent", "kept", "half a head"])
async def test_connections_that_nothing_is_done_for_make_room_the_oldest_first(sent: bytes) -> None:
    async with desk(FEW) as address, many(address, 8, sent) as held:
        if sent == HEALTH:
            for reader, _ in held:
                assert await status_of(reader) == 200
        for _ in range(3):
            assert await one_health(address) == 200
        async with asyncio.timeout(5):
            await held[0][0].read()  # to its end
        assert not held[7][0].at_eof()


async def test_a_request_that_is_under_way_is_not_closed_for_others_and_health_is_still_answered() -> None:
    half = ECHO + b"content-length: 9\r\n\r\n1"
    async with desk(FEW) as address, many(address, 8, half) as held:
        assert await one_health(address) == 200
        async with connected(address, WHOLE) as (reader, _):
            status, problem = await answered(reader)
            assert (status, problem["code"]) == (503, "service_unavailable")
        for reader, writer in held:
            writer.write(b"23456789")
            assert await status_of(reader) == 200


async def test_one_address_cannot_take_what_others_need() -> None:
    half = ECHO + b"content-length: 9\r\n\r\n1"
    limits = ConnectionLimits(connections=8)
    async with desk(limits) as address, many(address, 4, half, source="127.0.0.2"):
        assert await one_health(address, "127.0.0.2") == 503
        async with connected(address, WHOLE) as (reader, _):
            assert await status_of(reader) == 200


async def test_an_address_at_its_limit_loses_its_own_oldest_connection() -> None:
    limits = ConnectionLimits(connections=8)
    async with (
        desk(limits) as address,
        many(address, 1, b"") as other,
        many(address, 4, b"", source="127.0.0.2") as held,
    ):
        assert await one_health(address, "127.0.0.2") == 200
        assert await is_closed(held[0][0])
        assert not other[0][0].at_eof()


async def test_behind_a_proxy_the_limit_of_an_address_is_off() -> None:
    half = ECHO + b"content-length: 9\r\n\r\n1"
    async with desk(FEW) as address, many(address, 7, half), connected(address, WHOLE) as (reader, _):
        assert await status_of(reader) == 200


async def test_half_requests_do_not_keep_a_service_from_ending() -> None:
    limits = ConnectionLimits()
    service = desk_port().serve(InMemoryDesk(), trust="open")
    async with (
        hosted(service, limits=limits, grace_seconds=0.5) as address,
        connected(address, b"GET /"),
        connected(address, ECHO + b"content-length: 9\r\n\r\n1") as (reader, _),
    ):
        os.kill(os.getpid(), signal.SIGTERM)
        assert await status_of(reader) == 503


# Reckoning


@pytest.mark.parametrize(
    ("files", "most"),
    [(256, 192), (1024, 768), (64, 32), (4, 2), (1_048_576, 786_432), (resource.RLIM_INFINITY, 49_152)],
)
def test_connections_leave_files_for_the_rest_of_the_process(
    files: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    assert Connections(ConnectionLimits()).most == most


@pytest.mark.parametrize(
    ("host", "peer"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "20010db800010002"),
        ("2001:db8:1:2::1", "20010db800010002"),
        ("fe80::1%eth0", "fe80000000000000"),
        ("client.example", "client.example"),
    ],
)
def test_an_address_is_counted_as_one_client(host: str, peer: str) -> None:
    assert peer_of(host) == peer


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"head_seconds": 0}, "head_seconds must be a positive number of seconds, got 0"),
        ({"body_idle_seconds": -1}, "body_idle_seconds must be a positive number"),
        ({"answer_idle_seconds": float("nan")}, "answer_idle_seconds must be a positive number"),
        ({"connections": 0}, "connections must be at least 1, got 0"),
        ({"connections_per_address": -1}, "connections_per_address must be 0"),
    ],
)
def test_a_limit_that_is_not_possible_is_refused(given: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        ConnectionLimits(**given)


class Held:
    """A connection that does nothing."""

    phase = Phase.BODY
    peer: str | None = "192.0.2.1"

    def check(self, now: float) -> None: ...

    def make_room(self) -> None: ...


async def test_connections_that_cannot_even_be_refused_are_closed() -> None:
    connections = Connections(ConnectionLimits(connections=4, connections_per_address=2))
    loop = asyncio.get_running_loop()
    found = [connections.admit(Held(), loop) for _ in range(3000)]
    assert found[:3] == [Admission.FULL, Admission.FULL, Admission.REFUSED]
    assert found[-1] is Admission.CLOSED


async def test_what_has_left_takes_no_room() -> None:
    connections = Connections(ConnectionLimits(connections=2))
    loop = asyncio.get_running_loop()
    for _ in range(10):
        held = Held()
        assert connections.admit(held, loop) is Admission.FULL
        connections.leave(held)
