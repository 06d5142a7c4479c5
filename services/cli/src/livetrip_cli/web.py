"""`livetrip web`: the diary in a browser."""

from __future__ import annotations

import argparse

from livetrip_adapters import SettingsError

SUMMARY = "serve the diary to browsers"
DESCRIPTION = "Serve the diary to browsers, as `livetrip-web` does; its --help lists the environment."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen."""
    parser.add_argument("--host", help="address to listen at (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen at, 0 for a free one (default: 8080)")


def run(options: argparse.Namespace) -> int:
    """Serve until a signal."""
    try:
        from livetrip_web.main import serve  # noqa: PLC0415 - whoever only calls need not have the pages installed
    except ModuleNotFoundError as error:
        raise SettingsError(f"{error.name} is not installed here; the pages need the package livetrip-web") from error
    return serve(options)
