"""`livetrip collect`: remove what nobody needs any more of photos."""

from __future__ import annotations

import argparse
import asyncio

from livetrip_adapters import SettingsError, load_settings

SUMMARY = "remove what nobody needs any more of photos"
DESCRIPTION = """\
Forget photos that were announced and not completed within a day, and remove from the storage what belongs to no photo.
The process that has the backend does this by itself, every LIVETRIP_PHOTOS_COLLECT_SECONDS; this command does it now.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are none."""


def run(options: argparse.Namespace) -> int:  # noqa: ARG001 - what every command is given
    """Collect, and say how much that was."""
    try:
        from livetrip_adapters import direct  # noqa: PLC0415 - a process in service mode need not have the backend installed
    except ModuleNotFoundError as error:
        raise SettingsError(f"{error.name} is not installed here; photos belong to the backend's side") from error
    print(f"removed {asyncio.run(direct.collect(load_settings()))} objects")
    return 0
