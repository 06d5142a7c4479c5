"""Connections: kept, bounded, given up, and opened again."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from switchover import AiohttpTransport, HttpxTransport, Timeouts
from switchover.errors import CallTimeout, ConnectionLost, ServiceUnreachable, UnexpectedAnswer
from unit.port.clients import NETWORKED, Connecting, connecting
from unit.port.desk import Health, blocking_desk_port, desk_port, result_of
from unit.port.peers import RawServer, Talk, answer, chunks, raw_server

OK = answer(b'{"status": "ok"}')


@pytest.fixture(params=NETWORKED)
async def connect(request: pytest.FixtureRequest) -> AsyncIterator[Connecting]:
    async with connecting(request.param) as made:
        yield made


def answering(times: int, more: bytes = OK) -> Callable[[RawServer], Talk]:
    """A server that answers so often on each connection, and closes it then."""

    def talk(server: RawServer) -> Talk:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
            for _ in range(times):
                if await server.request(reader):
                    writer.write(more)

        return connected

    return talk


async def call(client: Any, name: str = "get_health", *arguments: Any) -> Any:
    return await result_of(await asyncio.to_thread(getattr(client, name), *arguments))


async def test_a_connection_is_kept_for_the_next_call(connect: Connecting) -> None:
    with raw_server(answering(5)) as (address, server):
        client = connect(address)
        assert [await call(client) for _ in range(5)] == [Health()] * 5
        assert server.connections == 1


async def test_a_kept_connection_that_was_closed_costs_a_safe_call_nothing(connect: Connecting) -> None:
    def talk(server: RawServer) -> Talk:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
            await server.request(reader)
            writer.write(OK)
            if number == 0:
                await server.request(reader)  # it is read, and the connection closed on it

        return connected

    with raw_server(talk) as (address, server):
        client = connect(address)
        assert [await call(client) for _ in range(2)] == [Health()] * 2
        assert (server.connections, len(server.requests)) == (2, 3)


async def test_an_unsafe_call_is_sent_once_although_its_connection_broke(connect: Connecting) -> None:
    with raw_server(answering(0)) as (address, server):
        with pytest.raises(ConnectionLost):
            await call(connect(address), "echo", 1)
        assert server.connections == 1


async def test_a_call_waits_for_a_connection_no_longer_than_for_the_network() -> None:
    for make in (HttpxTransport, AiohttpTransport):
        with raw_server(stuck) as (address, server):
            async with make(address, max_connections=1) as transport:
                client = desk_port().http(transport=transport, timeouts=Timeouts(connect=0.05), trust="open")
                first = asyncio.ensure_future(desk_port().http(transport=transport, trust="open").get_health())
                await server.was_asked()
                with pytest.raises(CallTimeout) as caught:
                    await client.get_health()
                assert (caught.value.phase, caught.value.seconds) == ("connect", 0.05)
                first.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await first


def stuck(server: RawServer) -> Talk:
    """Reads a request, and says nothing."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        await server.request(reader)
        await reader.read()

    return connected


async def test_a_cancelled_call_gives_its_connection_back() -> None:
    def talk(server: RawServer) -> Talk:
        first, then = stuck(server), answering(1)(server)
        return lambda reader, writer, number: (first if number == 0 else then)(reader, writer, number)

    for make in (HttpxTransport, AiohttpTransport):
        with raw_server(talk) as (address, server):
            async with make(address, max_connections=1) as transport:
                client = desk_port().http(transport=transport, trust="open")
                call = asyncio.ensure_future(client.get_health())
                await server.was_asked()
                call.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await call
                assert await client.get_health() == Health()


async def test_a_transport_that_was_closed_connects_again_and_may_be_closed_twice() -> None:
    with raw_server(answering(1)) as (address, server):
        for make in (HttpxTransport, AiohttpTransport):
            transport: Any = make(address)
            await transport.aclose()
            client = desk_port().http(transport=transport, trust="open")
            for _ in range(2):
                assert await client.get_health() == Health()
                await transport.aclose()
                await transport.aclose()
        with HttpxTransport(address) as blocking:
            thread_client = blocking_desk_port().http(transport=blocking, trust="open")
            assert await asyncio.to_thread(thread_client.get_health) == Health()
            blocking.close()
            assert await asyncio.to_thread(thread_client.get_health) == Health()
        assert server.connections == 6


def test_many_threads_share_few_connections() -> None:
    with raw_server(answering(100)) as (address, _), HttpxTransport(address, max_connections=2) as transport:
        client = blocking_desk_port().http(transport=transport, timeouts=Timeouts(connect=5), trust="open")
        found: list[Any] = []
        threads = [threading.Thread(target=lambda: found.append(client.get_health())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert found == [Health()] * 8


def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS for a server and a client that need no certificates: whom they speak to is not what is tested."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made[1].check_hostname = False
    for context in made:
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("AECDH-AES256-SHA:@SECLEVEL=0")
    return made


async def test_calls_go_over_tls(connect: Connecting) -> None:
    serving, calling = contexts()
    with raw_server(answering(2), tls=serving) as (address, _):
        client = connect(address, verify=calling)
        assert address.startswith("https://")
        assert [await call(client) for _ in range(2)] == [Health()] * 2


# -- other transports of httpx ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "expected", "phase"),
    [
        (httpx.ConnectTimeout("127.0.0.1"), CallTimeout, "connect"),
        (httpx.PoolTimeout("127.0.0.1"), CallTimeout, "connect"),
        (httpx.ReadTimeout("127.0.0.1"), CallTimeout, "read"),
        (httpx.WriteTimeout("127.0.0.1"), CallTimeout, "read"),
        (TimeoutError("127.0.0.1"), CallTimeout, "read"),
        (httpx.ProxyError("127.0.0.1"), ServiceUnreachable, None),
        (httpx.UnsupportedProtocol("127.0.0.1"), ServiceUnreachable, None),
        (ConnectionRefusedError("127.0.0.1"), ServiceUnreachable, None),
        (UnicodeEncodeError("ascii", "é", 0, 1, "127.0.0.1"), ServiceUnreachable, None),
        (httpx.ReadError("127.0.0.1"), ConnectionLost, None),
        (BrokenPipeError("127.0.0.1"), ConnectionLost, None),
        (httpx.DecodingError("127.0.0.1"), UnexpectedAnswer, None),
        (httpx.StreamClosed(), UnexpectedAnswer, None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
async def test_whatever_another_transport_raises_is_a_failure_of_the_kits(
    error: Exception, expected: type[Exception], phase: str | None
) -> None:
    def raising(request: httpx.Request) -> httpx.Response:
        raise error

    mock = httpx.MockTransport(raising)
    async with HttpxTransport("http://desk", transport=mock, blocking_transport=mock) as transport:
        for client in (
            desk_port().http(transport=transport, trust="open"),
            blocking_desk_port().http(transport=transport, trust="open"),
        ):
            with pytest.raises(expected) as caught:
                await call(client, "echo", 1)
            assert getattr(caught.value, "phase", None) == phase
            assert "127.0.0.1" not in str(caught.value)


async def test_another_transport_that_waits_too_long_is_out_of_time() -> None:
    class Late(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            for part in (b'{"status"', b': "ok"}'):
                threading.Event().wait(0.02)
                yield part

    def respond(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "application/json"}, stream=Late())

    mock = httpx.MockTransport(respond)
    with HttpxTransport("http://desk", blocking_transport=mock) as transport:
        client: Any = blocking_desk_port().http(transport=transport, timeouts=Timeouts(total=0.01), trust="open")
        with pytest.raises(CallTimeout) as caught:
            client.get_health()
        assert (caught.value.phase, caught.value.seconds) == ("total", 0.01)


async def test_an_answer_of_another_transport_is_read_in_its_parts() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, headers={"content-type": "application/json"}, content=chunks(b'{"status"', b': "ok"}')
        )

    async with HttpxTransport("http://desk", transport=httpx.MockTransport(respond)) as transport:
        assert await desk_port().http(transport=transport, trust="open").get_health() == Health()
