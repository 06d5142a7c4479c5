"""The command `livetrip`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from livetrip_adapters import SettingsError
from livetrip_cli import api, call, collect, key, migrate, web
from livetrip_cli.demo import command as demo
from livetrip_cli.up import command as up
from switchover import CallError

_EPILOG = """\
BACKEND_MODE=monolith (default) runs the backend in this process, on LIVETRIP_DATABASE_URL.
BACKEND_MODE=service calls the service at LIVETRIP_SERVICE_URL or LIVETRIP_SERVICE_SOCKET, with LIVETRIP_SERVICE_KEY
or whatever LIVETRIP_TRUST names.

  livetrip up --sample-data                                      the diary in a browser
  livetrip demo                                                  the same story under both, side by side
  livetrip call createTrip --user aiko --json '{"tripDraft": {"title": "Kyoto", "startDate": "2026-11-20", "endDate": "2026-11-24"}}'
  livetrip call listTrips --user aiko
"""

_COMMANDS = (
    ("up", up),
    ("web", web),
    ("demo", demo),
    ("api", api),
    ("call", call),
    ("key", key),
    ("migrate", migrate),
    ("collect", collect),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code: 0 done, 1 it failed, 2 it cannot start."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        code = run(options)
        sys.stdout.flush()
    except SettingsError as error:
        return _failed(error, 2)
    except CallError as error:
        return _failed(error, 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _failed("interrupted", 130)
    return code


def _failed(error: object, code: int) -> int:
    print(f"livetrip: {error}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="livetrip",
        description="LiveTrip Diary: trips and what was written on the way, in-process or over HTTP.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, module in _COMMANDS:
        made = commands.add_parser(
            name,
            help=module.SUMMARY,
            description=module.DESCRIPTION,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(made)
        made.set_defaults(run=module.run)
    return parser
