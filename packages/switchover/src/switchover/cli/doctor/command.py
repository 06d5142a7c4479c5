"""`switchover doctor`: the options, and the answer as lines or JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from switchover.cli import settings as configuration
from switchover.cli.doctor.steps import Patient, Step
from switchover.cli.settings import Settings

_MARKS = {"done": "done   ", "missing": "MISSING", "wrong": "WRONG  "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--days", type=_days, default=30, metavar="N", help="for which the report of a rehearsal counts (default: 30)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")


def run(options: argparse.Namespace) -> int:
    """Judge; the exit code: 0 all steps are done, 1 some are not."""
    steps = list(Patient(_settings(options), options.days).steps())
    is_well = all(step.judged.state == "done" for step in steps)
    print(json.dumps({"ok": is_well, "steps": [*map(_told, steps)]}, indent=2) if options.json else _lines(steps))
    return 0 if is_well else 1


def _settings(options: argparse.Namespace) -> Settings:
    """A repository that has nothing yet is one to be judged as well."""
    found = configuration.if_any(options.contract)
    return found or Settings(Path.cwd(), Path.cwd() / "openapi" / "openapi.yaml")


def _told(step: Step) -> dict[str, Any]:
    judged = step.judged
    found: dict[str, Any] = {"step": step.name, "state": judged.state, "message": judged.message}
    found["places"] = list(judged.places)
    return found if judged.state == "done" else {**found, "command": step.todo}


def _lines(steps: Sequence[Step]) -> str:
    lines = []
    for number, step in enumerate(steps, 1):
        judged = step.judged
        lines.append(f"{number} {step.name:<18} {_MARKS[judged.state]}  {judged.message}")
        lines += [f"{'':<30}{place}" for place in judged.places]
        if judged.state != "done":
            lines.append(f"{'':<30}do: {step.todo}")
    count = sum(step.judged.state == "done" for step in steps)
    return "\n".join([*lines, f"{count} of {len(steps)} steps are done"])


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days; it is 1 or more")
    return int(text)
