"""The options of the commands of an operator. What runs a command is imported with its options, and no other."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final

_LONGEST_SECONDS: Final = 86_400.0

_WHERE: Final = """\

The state is kept where SWITCHOVER_ROLLOUT_STORE says (postgresql://…), or `store` of [tool.switchover]
(file:.switchover/rollout). The plan is rollout.toml.
"""

_CHANGE_CODES: Final = """\
Exit codes: 0 done; 1 in force and not all workers have converged, or refused, or the store does not answer;
2 cannot start, nothing was changed; 130 interrupted: the last line says what was changed.
"""

_STATUS_CODES: Final = """\
Exit codes: 0 healthy; 1 something is wrong: a worker has not converged or reports a problem, a side misses its
objectives (slo.toml, or its defaults: less than 1 % errors, a p95 of 300 ms), a circuit is not closed; 2 cannot
say: no worker follows the rollout, the store does not answer or was never used, the settings are unusable.
"""

_LOOK_CODES: Final = "Exit codes: 0 done; 1 the store does not answer; 2 cannot start.\n"

_HISTORY_CODES: Final = """\
Exit codes: 0 done; 1 the audit log does not hold, or the store does not answer; 2 cannot start.
"""

_EXAMPLES: Final = {
    "status": "  switchover status            who obeys, and how both sides of every operation do\n"
    "  switchover status --json     the same for programs\n",
    "watch": "  switchover watch                          until Ctrl-C\n"
    "  switchover watch --every 10 > rollout.log   one block every 10 seconds\n",
    "start": "  switchover start             the next wave of the plan, at its first stage\n  switchover start reads       this one\n",
    "promote": "  switchover promote           the wave under way, to its next stage, once it has baked\n"
    "  switchover promote reads --force --why 'baked on staging'\n",
    "set": "  switchover set getTrip 12.5 --why 'half of the canary'\n  switchover set getTrip listTrips 0 --why 'slow'\n"
    "  switchover set --all 100 --why 'done'\n",
    "hold": "  switchover hold              nothing goes up any more\n  switchover hold writes --why 'release freeze'\n",
    "resume": "  switchover resume            releases every hold, and the kill switch; shares stay as they are\n"
    "  switchover resume getTrip\n",
    "rollback": "  switchover rollback --why 'wrong answers'            everything, at once\n"
    "  switchover rollback getTrip listTrips --why 'slow'   these\n\n"
    "It returns when every worker has obeyed, and names those that have not. It needs neither contract nor plan:\n"
    "where these cannot be read, it says so and goes on.\n",
    "forget": "  switchover forget web-host-4711-1a2b --why 'its pod was deleted'\n\n"
    "It strikes off a worker that ended without signing off and is known to be gone.\n"
    "One that lives after all is listed again.\n",
    "history": "  switchover history           the last 20 changes\n  switchover history --verify  does the record hold? and its head\n",
    "explain": "  switchover explain --user aiko --operation getTrip\n"
    "  switchover explain --user aiko --operation getTrip --group beta --backend http\n",
}


def status(parser: argparse.ArgumentParser) -> None:
    """Add the options of `status`."""
    from switchover.cli.operating import looking  # noqa: PLC0415 - see the module

    _options(parser, "status", looking.status, _STATUS_CODES)
    _json(parser)


def watch(parser: argparse.ArgumentParser) -> None:
    """Add the options of `watch`."""
    from switchover.cli.operating import looking  # noqa: PLC0415 - see the module

    _options(parser, "watch", looking.watch, _LOOK_CODES)
    parser.add_argument("--every", type=_seconds, default=2.0, metavar="SECONDS", help="in between (default: 2)")
    parser.add_argument("--count", type=_count, metavar="N", help="how often (default: until Ctrl-C)")


def start(parser: argparse.ArgumentParser) -> None:
    """Add the options of `start`."""
    from switchover.cli.operating import orders  # noqa: PLC0415 - see the module

    _change(parser, "start", orders.start)
    _wave(parser)


def promote(parser: argparse.ArgumentParser) -> None:
    """Add the options of `promote`."""
    from switchover.cli.operating import orders  # noqa: PLC0415 - see the module

    _change(parser, "promote", orders.promote)
    _wave(parser)


def set_share(parser: argparse.ArgumentParser) -> None:
    """Add the options of `set`."""
    from switchover.cli.operating import orders  # noqa: PLC0415 - see the module

    _change(parser, "set", orders.set_share, needs_why=True)
    parser.add_argument("what", nargs="+", metavar="NAME PERCENT", help="operations, cohorts or waves, and 0 to 100")
    parser.add_argument("--all", action="store_true", help="all of the plan, in the place of names")
    _force(parser)


def hold(parser: argparse.ArgumentParser) -> None:
    """Add the options of `hold`."""
    from switchover.cli.operating import orders  # noqa: PLC0415 - see the module

    _change(parser, "hold", orders.hold)
    _targets(parser)


def resume(parser: argparse.ArgumentParser) -> None:
    """Add the options of `resume`."""
    from switchover.cli.operating import orders  # noqa: PLC0415 - see the module

    _change(parser, "resume", orders.resume)
    _targets(parser)


def rollback(parser: argparse.ArgumentParser) -> None:
    """Add the options of `rollback`."""
    from switchover.cli.operating import orders  # noqa: PLC0415 - see the module

    _change(parser, "rollback", orders.rollback)
    _targets(parser)


def forget(parser: argparse.ArgumentParser) -> None:
    """Add the options of `forget`."""
    from switchover.cli.operating import orders  # noqa: PLC0415 - see the module

    _options(parser, "forget", orders.forget, _CHANGE_CODES)
    parser.set_defaults(is_change=True, create=False)
    parser.add_argument("worker", metavar="WORKER", help="its id, as `switchover status` shows it")
    parser.add_argument("--why", required=True, metavar="TEXT", help="how it is known to be gone, for the audit log")
    parser.add_argument("--as", dest="who", metavar="NAME", help="who stands by it (default: user@host)")


def history(parser: argparse.ArgumentParser) -> None:
    """Add the options of `history`."""
    from switchover.cli.operating import history as command  # noqa: PLC0415 - see the module

    _options(parser, "history", command.history, _HISTORY_CODES)
    _json(parser)
    parser.add_argument("--verify", action="store_true", help="exit code 1 if something was edited, moved or taken out")
    parser.add_argument("--limit", type=_whole, default=20, metavar="N", help="the last N; 0 shows all (default: 20)")


def explain(parser: argparse.ArgumentParser) -> None:
    """Add the options of `explain`."""
    from switchover.cli.operating import explaining  # noqa: PLC0415 - see the module

    _options(parser, "explain", explaining.explain, _LOOK_CODES)
    _json(parser)
    parser.add_argument("--operation", required=True, metavar="ID", help="of the plan")
    parser.add_argument("--user", metavar="ID", help="user id, as the application has it")
    parser.add_argument("--session", metavar="ID", help="of an anonymous caller")
    parser.add_argument(
        "--group", action="append", default=[], metavar="NAME", help="a group of the user's (may be repeated)"
    )
    parser.add_argument("--backend", choices=("direct", "http"), help="the side that the caller asks for")


def _options(parser: argparse.ArgumentParser, name: str, run: Callable[[argparse.Namespace], int], codes: str) -> None:
    parser.epilog = f"examples:\n{_EXAMPLES[name]}{_WHERE}{codes}"
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.set_defaults(run=run)
    for option, what in (
        ("--store", "file:FOLDER, or postgresql://… without a password (default: see below)"),
        ("--plan", "the plan (default: `rollout` of [tool.switchover], else rollout.toml)"),
        ("--contract", "the contract (default: `contract` of [tool.switchover])"),
    ):
        parser.add_argument(option, metavar="ADDRESS" if option == "--store" else "FILE", help=what)


def _change(
    parser: argparse.ArgumentParser,
    name: str,
    run: Callable[[argparse.Namespace], int],
    *,
    needs_why: bool = False,
) -> None:
    _options(parser, name, run, _CHANGE_CODES)
    parser.set_defaults(is_change=True)
    reason = "for those who read the audit log" + ("" if needs_why else " (optional)")
    parser.add_argument("--why", required=needs_why, default="", metavar="TEXT", help=reason)
    parser.add_argument("--as", dest="who", metavar="NAME", help="who stands by it (default: user@host)")
    parser.add_argument(
        "--wait",
        type=_patience,
        default=10.0,
        metavar="SECONDS",
        help="for workers to converge; 0: not at all (default: 10)",
    )
    parser.add_argument(
        "--create",
        action="store_true",
        help="though no worker and no command has ever used this store: it is meant, and is new",
    )


def _wave(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("wave", nargs="?", metavar="WAVE", help="of the plan")
    _force(parser)


def _targets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("targets", nargs="*", metavar="NAME", help="operations, cohorts or waves (default: all)")


def _force(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--force", action="store_true", help="though workers do not obey, or it is too early; needs --why"
    )


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")


def _patience(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _LONGEST_SECONDS:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; it is seconds, 0 to {_LONGEST_SECONDS:.0f}")
    return seconds


def _seconds(text: str) -> float:
    seconds = _patience(text)
    if not seconds:
        raise argparse.ArgumentTypeError("0 is no time between; write seconds, such as 2")
    return seconds


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise argparse.ArgumentTypeError(f"{text!r:.40} is no count; it is 0 or more")
    return int(text)


def _count(text: str) -> int:
    if not (count := _whole(text)):
        raise argparse.ArgumentTypeError("0 is no count; it is 1 or more")
    return count
