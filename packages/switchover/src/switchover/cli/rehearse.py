"""`switchover rehearse`: the drill of a rollout on the running system."""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from switchover.cli.evidence import keep, subject
from switchover.cli.interrupts import Interrupts
from switchover.cli.operating.places import STORE_VARIABLE, Place, store_of
from switchover.cli.preparing import Prepared, prepare
from switchover.rehearsal import Objective, Rehearsal, RehearsalReport
from switchover.rehearsal.rendering import line
from switchover.rollout.share import Share
from switchover.rollout.stores import RolloutStore

_MOST_RATE: Final = 10_000.0
_MOST_CALLS: Final = 1_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    everything = "operations, cohorts or waves (default: all safe operations of the plan that the load has calls of)"
    add("targets", nargs="*", metavar="OPERATION", help=everything)
    add("--rate", type=_rate, default=50.0, metavar="N", help="calls per second (default: 50)")
    add("--most", type=_most, default=32, metavar="N", help="calls under way at once (default: 32)")
    add(
        "--hold", type=_seconds, default=3.0, metavar="TIME", help="at each stage, and after the rollback (default: 3s)"
    )
    add("--stages", type=_stages, default="1,10,50,100", metavar="LIST", help="in percent (default: 1,10,50,100)")
    add("--from-current", action="store_true", help="though operations have shares; they have them again afterwards")
    add("--why", default="rehearsal of a rollback", metavar="TEXT", help="for the record")
    add("--as", dest="who", metavar="NAME", help="who stands by it (default: user@host)")
    where = f"file:FOLDER, or postgresql://… without a password (default: {STORE_VARIABLE}, else `store` of [tool.switchover])"
    add("--store", metavar="ADDRESS", help=where)
    add("--plan", metavar="FILE", help="the plan (default: `rollout` of [tool.switchover], else rollout.toml)")
    kept = "the report, as JSON, and beside it as Markdown (default: `rehearsal_report`, else rehearsal.json)"
    add("--report", type=Path, metavar="FILE", help=kept)
    add("--json", action="store_true", help="print the report as one JSON object; what happens goes to standard error")


def run(options: argparse.Namespace) -> int:
    """Rehearse; the exit code: 0 the objective was met, 1 it was missed, 128 and the number of a signal that ended it."""
    prepared = prepare(options)
    with store_of(options) as store, Interrupts() as interrupts:
        report = _rehearsed(prepared, store, options, interrupts)
    keep(report, prepared.evidence, is_json=options.json)
    return interrupts.code or (0 if report.has_passed else 1)


def _rehearsed(
    prepared: Prepared, store: RolloutStore, options: argparse.Namespace, interrupts: Interrupts
) -> RehearsalReport:
    stream = sys.stderr if options.json else sys.stdout
    began = time.time()
    workers = tuple(f"{it.beat.id} (pid {it.beat.pid} on {it.beat.host})" for it in store.workers(reports=False))

    def ready(moved: Sequence[str]) -> None:
        left = [name for name in prepared.drill.operations if name not in moved]
        if left:
            print(f"not rehearsed, because the load has no call of them: {', '.join(left)}", file=stream)
        print(f"moving {', '.join(moved)} under {options.rate:g} calls/s", file=stream, flush=True)

    rehearsal = Rehearsal(
        store=store,
        operator=Place(store, prepared.plan, prepared.document.digest).operator(prepared.who),
        load=prepared.load,
        drill=prepared.drill,
        interrupted=interrupts.what,
        show=lambda step: print(line(step), file=stream, flush=True),
        ready=ready,
    )
    print("asking every call of the load for its answer", file=stream, flush=True)
    measures = rehearsal.run()
    return RehearsalReport(
        subject=subject(prepared, rehearsal.drill, rate=options.rate, began=began, workers=workers),
        objective=Objective(),
        measures=measures,
    )


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= _MOST_RATE:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no rate: more than 0 and at most {_MOST_RATE:g} calls per second"
        )
    return value


def _most(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _MOST_CALLS):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of calls: 1 to {_MOST_CALLS}")
    return int(text)


def _seconds(text: str) -> float:
    from switchover.probe import seconds_of  # noqa: PLC0415 - the other commands need none of it

    try:
        return seconds_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _stages(text: str) -> tuple[Share, ...]:
    try:
        found = tuple(Share.parse(part.strip()) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if not found[0] or list(found) != sorted(set(found)):
        raise argparse.ArgumentTypeError(f"{text!r}: stages rise, and begin above 0")
    return found
