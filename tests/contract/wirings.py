"""The wirings that one suite runs over: LiveTrip in memory, in-process, and over HTTP in four ways."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from livetrip_adapters import live_trip_port
from livetrip_adapters.direct import open_backend
from livetrip_bff import LiveTripBackend
from livetrip_bff.clock import SystemClock
from livetrip_bff.identifiers import UuidV7Identifiers
from livetrip_contract import LiveTrip
from livetrip_core.fakes import InMemoryUnitOfWorkFactory
from support.photos import darkroom
from support.processes import KEY, Running
from switchover import AiohttpTransport, AsgiTransport, Fidelity, HttpxTransport, SharedKey, SharedKeyVerifier


@asynccontextmanager
async def in_memory(_: Servers) -> AsyncIterator[LiveTrip]:
    """The backend over the fakes of core."""
    clock = SystemClock()
    backend = LiveTripBackend(
        InMemoryUnitOfWorkFactory(), clock, UuidV7Identifiers(clock), darkroom(clock), version="1.1.0"
    )
    yield live_trip_port().direct(backend)


@asynccontextmanager
async def direct_strict(servers: Servers) -> AsyncIterator[LiveTrip]:
    """The backend on SQLite, every value sent through JSON."""
    port = live_trip_port()
    async with open_backend(port, servers.database_url) as backend:
        yield port.direct(backend, fidelity=Fidelity.STRICT)


@asynccontextmanager
async def http_in_memory(servers: Servers) -> AsyncIterator[LiveTrip]:
    """The service in this process, called as an ASGI application."""
    port = live_trip_port()
    async with open_backend(port, servers.database_url) as backend:
        service = port.serve(backend, verifier=SharedKeyVerifier(KEY, principal="tests", may_act_for_users=True))
        async with AsgiTransport(service) as transport:
            yield port.http(transport=transport, credentials=SharedKey(KEY))


@asynccontextmanager
async def http_tcp(servers: Servers) -> AsyncIterator[LiveTrip]:
    """A service process over TCP, by httpx."""
    async with HttpxTransport(servers.tcp().address) as transport:
        yield live_trip_port().http(transport=transport, credentials=SharedKey(KEY))


@asynccontextmanager
async def http_tcp_aiohttp(servers: Servers) -> AsyncIterator[LiveTrip]:
    """A service process over TCP, by aiohttp."""
    async with AiohttpTransport(servers.tcp().address) as transport:
        yield live_trip_port().http(transport=transport, credentials=SharedKey(KEY))


@asynccontextmanager
async def http_unix_socket(servers: Servers) -> AsyncIterator[LiveTrip]:
    """A service process over a Unix socket, trusted."""
    path = servers.unix_socket().address.removeprefix("unix:")
    async with HttpxTransport("http://livetrip", uds=path) as transport:
        yield live_trip_port().http(transport=transport, trust="open")


class Servers:
    """What the wirings need from outside: service processes, started when first asked for, and a database of the test's own."""

    def __init__(self, tcp: Callable[[], Running], unix_socket: Callable[[], Running], folder: Path) -> None:
        self.tcp = tcp
        self.unix_socket = unix_socket
        self.database_url = f"sqlite:///{folder / 'own.sqlite3'}"


Wiring = Callable[[Servers], AbstractAsyncContextManager[LiveTrip]]

WIRINGS: tuple[Wiring, ...] = (in_memory, direct_strict, http_in_memory, http_tcp, http_tcp_aiohttp, http_unix_socket)
