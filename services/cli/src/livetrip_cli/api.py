"""`livetrip api`: serve the backend."""

from __future__ import annotations

import argparse

from livetrip_adapters import SettingsError

SUMMARY = "serve the backend over HTTP"
DESCRIPTION = "Serve the backend over HTTP, as `livetrip-api` does; its --help lists the environment."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen."""
    parser.add_argument("--host", help="address to listen at (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen at, 0 for a free one (default: 8000)")
    parser.add_argument("--socket", metavar="PATH", help="Unix socket to listen at instead")


def run(options: argparse.Namespace) -> int:
    """Serve until a signal."""
    try:
        from livetrip_api.main import serve  # noqa: PLC0415 - a process in service mode need not have the service installed
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"{error.name} is not installed here; the service needs the package livetrip-api"
        ) from error
    return serve(options)
