"""`livetrip up`: the diary in a browser, on embedded defaults."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from livetrip_adapters import BackendMode, Settings, SettingsError, load_settings, open_all
from livetrip_cli.up.sample import AIKO, write_sample
from livetrip_cli.up.service import ServiceEnded, Started, started_service

SUMMARY = "open the diary in a browser, on this machine, with nothing to configure"
DESCRIPTION = """\
Start the diary on this machine: pages with a sign-in that asks for a name and nothing else, a SQLite database in .livetrip/, and,
with BACKEND_MODE=service, the backend as a process of its own. Ctrl-C ends all of it.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where, and with what in it."""
    parser.add_argument(
        "--port", type=int, default=8080, help="port of the pages, 0 for a free one (default: %(default)s)"
    )
    parser.add_argument(
        "--sample-data", action="store_true", help="give the traveller aiko two trips to look at, unless she has some"
    )


def run(options: argparse.Namespace) -> int:
    """Start, and wait for the end; 1 if the service ends before it should."""
    try:
        from livetrip_web.run import run_in_loop  # noqa: PLC0415 - whoever only calls need not have the pages installed
    except ModuleNotFoundError as error:
        raise SettingsError(f"{error.name} is not installed here; the pages need the package livetrip-web") from error
    Path(".livetrip").mkdir(exist_ok=True)
    try:
        run_in_loop(_up(options))
    except ServiceEnded as error:
        print(f"livetrip up: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"livetrip up: cannot listen at 127.0.0.1:{options.port}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


async def _up(options: argparse.Namespace) -> None:
    from livetrip_web import load_web_settings  # noqa: PLC0415 - see run
    from livetrip_web.run import show  # noqa: PLC0415

    port = options.port or _free_port()
    async with _backend(port) as (settings, service), open_all(settings) as opened:
        origins = () if service is None else (service.url,)
        web = load_web_settings(host="127.0.0.1", port=port, dev_sign_in=True, storage_origins=origins)
        if options.sample_data:
            await write_sample(opened.live_trip)
        hint = f"; sign in as {AIKO.user_id}" if options.sample_data else ""
        showing = show(opened, web, lambda address: print(f"the diary is at {address.url}{hint}", flush=True))
        if service is None:
            await showing
        else:
            await service.beside(showing)


@asynccontextmanager
async def _backend(port: int) -> AsyncIterator[tuple[Settings, Started | None]]:
    """Settings of the mode that is asked for, and the service if that needs one."""
    if os.environ.get("BACKEND_MODE", "monolith") != BackendMode.SERVICE.value:
        yield load_settings(), None
        return
    key = secrets.token_urlsafe(32)
    async with started_service(key, port) as service:
        print(f"the service is at {service.url}", flush=True)
        mode = BackendMode.SERVICE
        yield Settings(backend_mode=mode, service_url=service.url, service_key=SecretStr(key)), service


def _free_port() -> int:
    """The service has to be told where the pages will be, before they are."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
