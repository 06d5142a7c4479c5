"""Fixtures of the journeys: whole processes, in the mode that BACKEND_MODE names, or in both."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from journeys.trusted import World
from support.issuer import running_issuer
from support.processes import KEY, livetrip, running_api

MODES = [os.environ["BACKEND_MODE"]] if "BACKEND_MODE" in os.environ else ["monolith", "service"]

Call = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(params=MODES)
def call(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Call]:
    """`livetrip call`, with the backend wherever the mode has it."""
    with ExitStack() as stack:
        environment = {"BACKEND_MODE": request.param}
        if request.param == "service":
            service = stack.enter_context(running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY))
            environment |= {"LIVETRIP_SERVICE_URL": service.address, "LIVETRIP_SERVICE_KEY": KEY}
        else:
            environment |= {"LIVETRIP_DATABASE_URL": f"sqlite:///{tmp_path / 'livetrip.sqlite3'}"}

        def run(
            operation: str, arguments: dict[str, Any] | None = None, *options: str
        ) -> subprocess.CompletedProcess[str]:
            return livetrip(
                "call", operation, "--json", json.dumps(arguments or {}), *options, cwd=tmp_path, **environment
            )

        yield run


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Services that accept every kind of trust, and their callers. The issuer is theirs alone, so that nobody rotates its keys meanwhile."""
    folder = tmp_path_factory.mktemp("trust")
    with ExitStack() as stack:
        yield World(folder, stack.enter_context(running_issuer(folder)), stack)
