"""The options of the commands of an operator."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final

from switchover.cli.operating import explaining, history, looking, orders

_Subparsers = argparse._SubParsersAction  # noqa: SLF001 - argparse has no other name for it
_LONGEST_SECONDS: Final = 86_400.0

_WHERE: Final = """\

The state is kept where SWITCHOVER_ROLLOUT_STORE says (postgresql://…), or `store` of [tool.switchover] (file:.switchover/rollout).
The plan is rollout.toml. Exit codes: 0 done, 1 carried out but not obeyed, refused, or the store does not answer, 2 cannot start.
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
    "It returns when every worker has obeyed, and names those that have not. It needs neither contract nor plan: where these cannot be\n"
    "read, it says so and goes on.\n",
    "history": "  switchover history           the last 20 changes\n  switchover history --verify  does the record hold? and its head\n",
    "explain": "  switchover explain --user aiko --operation getTrip\n"
    "  switchover explain --user aiko --operation getTrip --group beta --backend http\n",
}


def add_commands(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    """Add them all."""
    _json(
        _command(
            subparsers, "status", looking.status, "show how far the rollout has come, who obeys, and how both sides do"
        )
    )
    watch = _command(subparsers, "watch", looking.watch, "show that again and again, until Ctrl-C")
    watch.add_argument("--every", type=_seconds, default=2.0, metavar="SECONDS", help="in between (default: 2)")
    watch.add_argument("--count", type=_count, metavar="N", help="how often (default: until Ctrl-C)")
    _orders(subparsers)
    record = _json(_command(subparsers, "history", history.history, "show every change: who, when, from, to, why"))
    record.add_argument("--verify", action="store_true", help="exit code 1 if something was edited, moved or taken out")
    record.add_argument("--limit", type=_whole, default=20, metavar="N", help="the last N; 0 shows all (default: 20)")
    explain = _json(_command(subparsers, "explain", explaining.explain, "say where a user would go, and why"))
    explain.add_argument("--operation", required=True, metavar="ID", help="of the contract")
    explain.add_argument("--user", metavar="ID", help="user id, as the application has it")
    explain.add_argument("--session", metavar="ID", help="of an anonymous caller")
    explain.add_argument(
        "--group", action="append", default=[], metavar="NAME", help="a group of the user's (may be repeated)"
    )
    explain.add_argument("--backend", choices=("direct", "http"), help="the side that the caller asks for")


def _orders(subparsers: _Subparsers[argparse.ArgumentParser]) -> None:
    for name, run, summary in (
        ("start", orders.start, "bring the next wave, or the one named, to its first stage"),
        ("promote", orders.promote, "bring the wave under way, or the one named, to its next stage"),
    ):
        wave = _order(_command(subparsers, name, run, summary))
        wave.add_argument("wave", nargs="?", metavar="WAVE", help="of the plan")
        _force(wave)
    share = _order(
        _command(subparsers, "set", orders.set_share, "give operations, groups or waves any share"), why=True
    )
    share.add_argument("what", nargs="+", metavar="NAME PERCENT", help="operations, cohorts or waves, and 0 to 100")
    share.add_argument("--all", action="store_true", help="all of the plan, in the place of names")
    _force(share)
    for name, run, summary, why in (
        ("hold", orders.hold, "keep operations from going up", False),
        ("resume", orders.resume, "release operations from hold and kill switch", False),
        (
            "rollback",
            orders.rollback,
            "the kill switch: take operations back in-process, and see that all workers obey",
            True,
        ),
    ):
        targets = _order(_command(subparsers, name, run, summary), why=why)
        targets.add_argument("targets", nargs="*", metavar="NAME", help="operations, cohorts or waves (default: all)")


def _order(parser: argparse.ArgumentParser, *, why: bool = False) -> argparse.ArgumentParser:
    reason = "for those who read the record" + ("" if why else " (optional)")
    parser.add_argument("--why", required=why, default="", metavar="TEXT", help=reason)
    parser.add_argument("--as", dest="who", metavar="NAME", help="who stands by it (default: user@host)")
    parser.add_argument(
        "--wait",
        type=_patience,
        default=10.0,
        metavar="SECONDS",
        help="for workers to obey; 0: not at all (default: 10)",
    )
    return parser


def _force(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--force", action="store_true", help="though workers do not obey, or it is too early; needs --why"
    )


def _command(
    subparsers: _Subparsers[argparse.ArgumentParser], name: str, run: Callable[[argparse.Namespace], int], summary: str
) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=f"examples:\n{_EXAMPLES[name]}{_WHERE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    for option, what in (
        ("--store", "file:FOLDER, or postgresql://… without a password (default: see below)"),
        ("--plan", "the plan (default: `rollout` of [tool.switchover], else rollout.toml)"),
        ("--contract", "the contract (default: `contract` of [tool.switchover])"),
    ):
        parser.add_argument(option, metavar="ADDRESS" if option == "--store" else "FILE", help=what)
    return parser


def _json(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    return parser


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
