"""The wirings that one suite runs over: LiveTrip in memory, in-process, over HTTP in four ways, and routed between the two."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx

from contract.browsers import HttpBrowser, MemoryBrowser
from livetrip_adapters import PhotoFiles, live_trip_port
from livetrip_adapters.direct import open_backend
from livetrip_adapters.photos import FILES_PATH
from livetrip_bff import LiveTripBackend
from livetrip_bff.clock import SystemClock
from livetrip_bff.identifiers import UuidV7Identifiers
from livetrip_bff.images import PillowImageProcessor
from livetrip_bff.photos import Darkroom
from livetrip_contract import LiveTrip
from livetrip_core.fakes import InMemoryObjectStorage, InMemoryUnitOfWorkFactory
from support.processes import KEY, Running
from switchover import (
    AiohttpTransport,
    AsgiTransport,
    Fidelity,
    HttpxTransport,
    Rollout,
    Share,
    SharedKey,
    SharedKeyVerifier,
)


@asynccontextmanager
async def in_memory(servers: Servers) -> AsyncIterator[LiveTrip]:
    """The backend over the fakes of core."""
    clock = SystemClock()
    storage = InMemoryObjectStorage(clock)
    servers.browser = MemoryBrowser(storage)
    async with PillowImageProcessor() as images:
        store, identifiers = InMemoryUnitOfWorkFactory(), UuidV7Identifiers(clock)
        backend = LiveTripBackend(store, clock, identifiers, Darkroom(storage, images), version="1.3.0")
        yield live_trip_port().direct(backend)


@asynccontextmanager
async def direct_strict(servers: Servers) -> AsyncIterator[LiveTrip]:
    """The backend on SQLite, every value sent through JSON."""
    port = live_trip_port()
    async with open_backend(port, servers.database_url) as backend:
        assert backend.files is not None
        servers.browser = HttpBrowser(httpx.ASGITransport(backend.files, root_path=FILES_PATH))
        yield port.direct(backend, fidelity=Fidelity.STRICT)


@asynccontextmanager
async def http_in_memory(servers: Servers) -> AsyncIterator[LiveTrip]:
    """The service in this process, called as an ASGI application."""
    port = live_trip_port()
    async with open_backend(port, servers.database_url) as backend:
        verifier = SharedKeyVerifier(KEY, principal="tests", may_act_for_users=True)
        service = port.serve(backend, verifier=verifier, mounts=PhotoFiles(backend.files).mounts)
        servers.browser = HttpBrowser(httpx.ASGITransport(service))
        async with AsgiTransport(service) as transport:
            yield port.http(transport=transport, credentials=SharedKey(KEY), answers="strict")


@asynccontextmanager
async def http_tcp(servers: Servers) -> AsyncIterator[LiveTrip]:
    """A service process over TCP, by httpx."""
    async with HttpxTransport(servers.tcp().address) as transport:
        yield live_trip_port().http(transport=transport, credentials=SharedKey(KEY), answers="strict")


@asynccontextmanager
async def http_tcp_aiohttp(servers: Servers) -> AsyncIterator[LiveTrip]:
    """A service process over TCP, by aiohttp."""
    async with AiohttpTransport(servers.tcp().address) as transport:
        yield live_trip_port().http(transport=transport, credentials=SharedKey(KEY), answers="strict")


@asynccontextmanager
async def http_unix_socket(servers: Servers) -> AsyncIterator[LiveTrip]:
    """A service process over a Unix socket, trusted."""
    path = servers.unix_socket().address.removeprefix("unix:")
    servers.browser = HttpBrowser(httpx.AsyncHTTPTransport(uds=path))
    async with HttpxTransport("http://livetrip", uds=path) as transport:
        yield live_trip_port().http(transport=transport, trust="open", answers="strict")


@asynccontextmanager
async def _routed(servers: Servers, share: Share) -> AsyncIterator[LiveTrip]:
    """In-process and over HTTP, on one database."""
    port = live_trip_port()
    async with open_backend(port, servers.database_url) as backend:
        verifier = SharedKeyVerifier(KEY, principal="tests", may_act_for_users=True)
        service = port.serve(backend, verifier=verifier, mounts=PhotoFiles(backend.files).mounts)
        servers.browser = HttpBrowser(httpx.ASGITransport(service))
        async with AsgiTransport(service) as transport:
            yield port.route(
                direct=port.direct(backend, fidelity=Fidelity.STRICT),
                http=port.http(transport=transport, credentials=SharedKey(KEY)),
                rollout=Rollout.fixed(share),
            )


def route_nobody(servers: Servers) -> AbstractAsyncContextManager[LiveTrip]:
    """A rollout of 0 %."""
    return _routed(servers, Share(0))


def route_half(servers: Servers) -> AbstractAsyncContextManager[LiveTrip]:
    """A rollout of 50 %: each operation has users of its own, so one story goes back and forth."""
    return _routed(servers, Share(5_000))


def route_all(servers: Servers) -> AbstractAsyncContextManager[LiveTrip]:
    """A rollout of 100 %."""
    return _routed(servers, Share(10_000))


class Servers:
    """What the wirings need from outside: service processes, started when first asked for, and a database of the test's own.

    Attributes:
        browser: sends and fetches photos; over the network unless a wiring knows a shorter way.
    """

    def __init__(self, tcp: Callable[[], Running], unix_socket: Callable[[], Running], folder: Path) -> None:
        self.tcp = tcp
        self.unix_socket = unix_socket
        self.browser: HttpBrowser | MemoryBrowser = HttpBrowser()
        self.database_url = f"sqlite:///{folder / 'own.sqlite3'}"


Wiring = Callable[[Servers], AbstractAsyncContextManager[LiveTrip]]

WIRINGS: tuple[Wiring, ...] = (
    *(in_memory, direct_strict),
    *(http_in_memory, http_tcp, http_tcp_aiohttp, http_unix_socket),
    *(route_nobody, route_half, route_all),
)
