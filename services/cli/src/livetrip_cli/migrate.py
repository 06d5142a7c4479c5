"""`livetrip migrate`: bring the database to the shape that this version needs."""

from __future__ import annotations

import argparse

from livetrip_adapters import SettingsError, load_settings

SUMMARY = "bring the database to the shape that this version needs"
DESCRIPTION = """\
Bring the database of LIVETRIP_DATABASE_URL to the shape that this version needs. On SQLite this happens by itself
at every start; on PostgreSQL it is a step of its own, before the new version starts.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Only looking, or doing it."""
    parser.add_argument("--check", action="store_true", help="change nothing; exit code 1 if there is something to do")


def run(options: argparse.Namespace) -> int:
    """Migrate, or say what would be done."""
    try:
        from livetrip_adapters import direct  # noqa: PLC0415 - a process in service mode need not have the backend installed
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"{error.name} is not installed here; the database belongs to the backend's side"
        ) from error
    settings = load_settings()
    waiting = direct.pending(settings)
    if not waiting:
        print("the database is current")
        return 0
    for revision in waiting:
        print(revision if options.check else f"applying {revision}", flush=True)
    if options.check:
        return 1
    direct.migrate(settings)
    print("the database is current")
    return 0
