"""`livetrip up`: the diary in a browser, on embedded defaults."""

from __future__ import annotations

import argparse

from livetrip_adapters import SettingsError
from livetrip_cli.up.service import ServiceDidNotStart, ServiceEnded
from switchover import CallError
from switchover.telemetry.background import say

SUMMARY = "open the diary in a browser, on this machine, with nothing to configure"
DESCRIPTION = """\
Start the diary on this machine: pages with a sign-in that asks for a name and nothing else, and a SQLite database in
.livetrip/. With BACKEND_MODE=service these are two processes on one database: the pages, and the backend as a service.
A rollout, kept beside the database, says which calls go there: none, until somebody says so; what to type is printed.
Ctrl-C ends all of it.
"""
EPILOG = """\
The environment counts as it does for `livetrip web` and `livetrip-api`:
  LIVETRIP_DATABASE_URL    sqlite:///path or postgresql://user:password@host/name
  LIVETRIP_PHOTOS_...      where photos are kept
  LIVETRIP_ROLLOUT, LIVETRIP_ROLLOUT_PLAN
                           where the rollout is kept, and its plan
  LIVETRIP_LOG_FORMAT      json or text: a line for each call; unset: warnings and errors alone
  LIVETRIP_METRICS_PORT    metrics of the pages' calls

Exit codes: 0 it was ended, 1 the service ended before that, 2 it cannot start.

  livetrip up --sample-data                         two trips to look at
  BACKEND_MODE=service livetrip up --sample-data    the same pages, over a service
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where, and with what in it."""
    parser.epilog = EPILOG
    parser.add_argument(
        "--port", type=int, help="port of the pages, 0 for a free one (default: LIVETRIP_WEB_PORT, or 8080)"
    )
    parser.add_argument(
        "--sample-data", action="store_true", help="give the traveller aiko two trips to look at, unless she has some"
    )


def run(options: argparse.Namespace) -> int:
    """Start, and wait for the end; the exit code."""
    try:
        from livetrip_cli.up.running import up  # noqa: PLC0415 - whoever only calls need not have the pages installed
    except ModuleNotFoundError as error:
        raise SettingsError(f"{error.name} is not installed here; the pages need the package livetrip-web") from error
    try:
        up(port=options.port, has_sample=options.sample_data)
    except ServiceDidNotStart as error:
        return 2 if error.has_told else _failed(error, 2)
    except ServiceEnded as error:
        return _failed(error, 1)
    except CallError as error:
        return _failed(error, 2)
    return 0


def _failed(error: object, code: int) -> int:
    say(f"livetrip up: {error}")
    return code
