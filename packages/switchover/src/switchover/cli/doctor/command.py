"""`switchover doctor`: the options, and the answer as lines or JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from switchover.cli import settings as configuration
from switchover.cli.doctor.finding import Judged
from switchover.cli.settings import Settings

if TYPE_CHECKING:
    from switchover.cli.doctor.steps import Step

_MARKS = {"done": "done   ", "missing": "MISSING", "not set": "NOT SET", "wrong": "WRONG  "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--days", type=_days, default=30, metavar="N", help="for which the report of a rehearsal counts (default: 30)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")


def run(options: argparse.Namespace) -> int:
    """Judge; the exit code: 0 all steps are done, 1 some are not."""
    from switchover.cli.doctor.steps import Patient  # noqa: PLC0415 - somebody who goes back need not wait for it

    steps = Patient(_settings(options), options.days).steps()
    judged: list[Judged] = []
    for number, step in enumerate(steps, 1):
        with _watched(f"{number} of {len(steps)}: {step.name}", options):
            judged.append(step.judge())
        if not options.json:
            print("\n".join(_lines(number, step, judged[-1])), flush=True)
    count = sum(found.state == "done" for found in judged)
    is_well = count == len(steps)
    told = {"ok": is_well, "steps": [*map(_told, steps, judged)]}
    print(json.dumps(told, indent=2) if options.json else f"{count} of {len(steps)} steps are done")
    return 0 if is_well else 1


@contextmanager
def _watched(what: str, options: argparse.Namespace) -> Iterator[None]:
    """A line of progress while something is looked at, where somebody watches."""
    is_watched = sys.stderr.isatty() and not options.json
    if is_watched:
        print(f"looking at {what} ", end="", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        if is_watched:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _settings(options: argparse.Namespace) -> Settings:
    """A repository that has nothing yet is one to be judged as well."""
    found = configuration.if_any(options.contract)
    return found or Settings(Path.cwd(), Path.cwd() / "openapi" / "openapi.yaml")


def _told(step: Step, judged: Judged) -> dict[str, Any]:
    found: dict[str, Any] = {"step": step.name, "state": judged.state, "message": judged.message}
    found["places"] = list(judged.places)
    return found if judged.state == "done" else {**found, "command": judged.todo or step.todo}


def _lines(number: int, step: Step, judged: Judged) -> Iterator[str]:
    yield f"{number} {step.name:<18} {_MARKS[judged.state]}  {judged.message}"
    yield from (f"{'':<30}{place}" for place in judged.places)
    if judged.state != "done":
        yield f"{'':<30}do: {judged.todo or step.todo}"


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days; it is 1 or more")
    return int(text)
