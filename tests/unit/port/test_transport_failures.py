"""Networks and servers that fail, over every client: what the caller is told is the same."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from switchover import SharedKey, Timeouts
from switchover.errors import CallError, CallTimeout, ConnectionLost, ServiceUnreachable, UnexpectedAnswer
from switchover.trust import Outgoing
from unit.port.clients import NETWORKED, Connecting, connecting
from unit.port.desk import result_of
from unit.port.peers import RawServer, Talk, answer, raw_server

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
SHORT = Timeouts(connect=5, read=0.05, total=10)


@pytest.fixture(params=NETWORKED)
async def connect(request: pytest.FixtureRequest) -> AsyncIterator[Connecting]:
    async with connecting(request.param) as made:
        yield made


def saying(data: bytes, then: Callable[[], Awaitable[Any]] | None = None) -> Callable[[RawServer], Talk]:
    """A server that reads a request, says `data`, and closes, after waiting for `then`."""

    def talk(server: RawServer) -> Talk:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
            await server.request(reader)
            writer.write(data)
            if then is not None:
                await then()

        return connected

    return talk


async def failure(call: Callable[[], Any]) -> CallError:
    """What a call fails with, however it is called; in a thread where it blocks, so that the loop goes on."""

    async def calling() -> Any:
        return await result_of(await asyncio.to_thread(call))

    with pytest.raises(CallError) as caught:
        await calling()
    assert len(caught.value.trace_id or "") == 32
    assert "127.0.0.1" not in str(caught.value)
    return caught.value


async def test_nobody_listens(connect: Connecting) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert isinstance(await failure(lambda: connect(address).echo(1)), ServiceUnreachable)


async def test_there_is_no_such_socket(tmp_path: Path) -> None:
    # Below httpx, anyio and httpcore leave a socket that did not connect to the garbage collector, with a warning.
    async with connecting("aiohttp") as connect:
        client = connect("http://desk", uds=str(tmp_path / "nobody"))
        assert isinstance(await failure(lambda: client.echo(1)), ServiceUnreachable)


async def test_a_name_that_does_not_resolve(connect: Connecting) -> None:
    assert isinstance(await failure(lambda: connect("http://desk.invalid").echo(1)), ServiceUnreachable)


async def test_a_server_that_does_not_speak_tls(connect: Connecting) -> None:
    def talk(server: RawServer) -> Talk:
        async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
            writer.write(b"220 desk ESMTP\r\n")

        return greet

    with raw_server(talk) as (address, _):
        client = connect(address.replace("http:", "https:"), verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        assert isinstance(await failure(lambda: client.echo(1)), ServiceUnreachable)


async def test_a_server_that_says_nothing(connect: Connecting) -> None:
    with raw_server(saying(b"", asyncio.Event().wait)) as (address, _):
        error = await failure(lambda: connect(address, timeouts=SHORT).echo(1))
    assert isinstance(error, CallTimeout)
    assert (error.phase, error.seconds) == ("read", 0.05)


async def test_a_server_that_says_half(connect: Connecting) -> None:
    for half in (HEAD + b"content-length: 9\r\n\r\n[1", HEAD[:30], HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\n[1"):
        with raw_server(saying(half, asyncio.Event().wait)) as (address, _):
            error = await failure(lambda address=address: connect(address, timeouts=SHORT).echo(1))  # type: ignore[misc]
        assert isinstance(error, CallTimeout)
        assert error.phase == "read"


async def test_a_server_that_takes_its_time_is_given_up_on_within_the_total(connect: Connecting) -> None:
    def talk(server: RawServer) -> Talk:
        async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
            await server.request(reader)
            writer.write(HEAD + b"transfer-encoding: chunked\r\n\r\n")
            while True:
                writer.write(b"1\r\n \r\n")
                await writer.drain()
                await asyncio.sleep(0.01)

        return drip

    with raw_server(talk) as (address, _):
        client = connect(address, timeouts=Timeouts(connect=5, read=5, total=0.1))
        error = await failure(lambda: client.echo(1))
    assert isinstance(error, CallTimeout)
    assert (error.phase, error.seconds) == ("total", 0.1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HEAD[:30],
        HEAD + b"content-length: 9\r\n\r\n[1",
        HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\n[1",
    ],
    ids=["nothing", "half a head", "half a body", "half a chunk"],
)
async def test_a_server_that_closes_before_it_is_done(connect: Connecting, data: bytes) -> None:
    with raw_server(saying(data)) as (address, _):
        assert isinstance(await failure(lambda: connect(address).echo(1)), ConnectionLost)


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        bytes(range(256)),
        b"HTTP/2 200\r\n\r\n",
        HEAD + b"x: " + b"a" * 200_000 + b"\r\n\r\n",
        HEAD + b"content-length: -1\r\n\r\n1",
        HEAD + b"content-length: 1\r\ncontent-length: 2\r\n\r\n11",
        HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n1\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
    ],
    ids=["ssh", "noise", "http/2", "huge head", "length", "lengths", "chunk", "upgrade", "redirect"],
)
async def test_a_server_that_does_not_speak_http_or_means_something_else(connect: Connecting, data: bytes) -> None:
    with raw_server(saying(data)) as (address, _):
        assert isinstance(await failure(lambda: connect(address).echo(1)), UnexpectedAnswer)


async def test_an_answer_that_ends_with_the_connection_is_whole(connect: Connecting) -> None:
    with raw_server(saying(HEAD + b"connection: close\r\n\r\n[1]")) as (address, _):
        client = connect(address)
        assert await result_of(await asyncio.to_thread(lambda: client.echo(1))) == [1]


async def test_an_answer_in_parts_that_grows_too_large_is_not_read_on(
    connect: Connecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("httpx", "aiohttp"):
        monkeypatch.setattr(f"switchover.port.transports.{module}.MAX_ANSWER_BYTES", 1000)
    some = HEAD + b"transfer-encoding: chunked\r\n\r\n1f4\r\n" + b" " * 500 + b"\r\n"
    more = b"1f4\r\n" + b" " * 500 + b"\r\n"
    with raw_server(saying(some + more * 2, asyncio.Event().wait)) as (address, _):
        assert isinstance(await failure(lambda: connect(address).echo(1)), UnexpectedAnswer)
    with raw_server(saying(some + b"1\r\n7\r\n0\r\n\r\n")) as (address, _):
        client = connect(address)
        assert await result_of(await asyncio.to_thread(lambda: client.echo(1))) == 7


async def test_a_credential_that_no_header_can_carry_is_not_sent(connect: Connecting) -> None:
    class Broken(SharedKey):
        def headers(self, outgoing: Outgoing) -> Sequence[tuple[str, str]]:
            return [("authorization", "Bearer a\r\nx-switchover-caller: admin")]

    with raw_server(saying(answer(b"1"))) as (address, server):
        error = await failure(
            lambda: connect(address, credentials=Broken("a-key-for-tests-alone-0123456789abcdef")).echo(1)
        )
        assert isinstance(error, ServiceUnreachable)
        assert "admin" not in str(error)
        assert server.requests == []
