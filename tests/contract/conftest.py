"""Fixtures of the contract suite."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from contract.browsers import Browser
from contract.wirings import WIRINGS, Servers, Wiring
from livetrip_contract import Caller, LiveTrip
from support.processes import KEY, Running, running_api


@pytest.fixture(scope="session")
def service_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Running]]:
    """Service processes by kind, started once."""
    started: dict[str, Running] = {}
    with ExitStack() as stack:

        def start(kind: str) -> Running:
            if kind not in started:
                folder = tmp_path_factory.mktemp(kind)
                if kind == "tcp":
                    context = running_api(folder, "--port", "0", LIVETRIP_SERVICE_KEY=KEY)
                else:
                    context = running_api(folder, "--socket", str(folder / "s"), LIVETRIP_TRUST="open")
                started[kind] = stack.enter_context(context)
            return started[kind]

        yield start


@pytest.fixture
def servers(service_processes: Callable[[str], Running], tmp_path: Path) -> Servers:
    """What wirings need from outside."""
    return Servers(lambda: service_processes("tcp"), lambda: service_processes("uds"), tmp_path)


@pytest.fixture
async def browser(live_trip: LiveTrip, servers: Servers) -> AsyncIterator[Browser]:
    """Whoever has an address, under each wiring in turn."""
    yield servers.browser
    await servers.browser.aclose()


@pytest.fixture(params=WIRINGS, ids=lambda wiring: wiring.__name__)
def wiring(request: pytest.FixtureRequest) -> Wiring:
    """Each wiring in turn."""
    found: Wiring = request.param
    return found


@pytest.fixture
async def live_trip(wiring: Wiring, servers: Servers) -> AsyncIterator[LiveTrip]:
    """LiveTrip, under each wiring in turn."""
    async with wiring(servers) as opened:
        yield opened


@pytest.fixture
def aiko() -> Caller:
    """A traveller nobody has met before."""
    return Caller(f"aiko-{uuid4()}", frozenset({"beta"}))


@pytest.fixture
def ben() -> Caller:
    """Another one."""
    return Caller(f"ben-{uuid4()}")
