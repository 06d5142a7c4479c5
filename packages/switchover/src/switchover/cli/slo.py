"""`switchover slo`: files that follow from slo.toml. They are committed, so that a change of an objective is reviewed with what it does."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from switchover.cli import settings as configuration
from switchover.cli.settings import UsageError, shown
from switchover.contract import Document, OperationReader
from switchover.telemetry.objectives import Objectives, dashboard, load, rules
from switchover.telemetry.objectives.schema import schema

OBJECTIVES: Final = "slo.toml"
"""Where the objectives are, beside pyproject.toml."""

_EXAMPLE: Final = """\
  window = "5m"                       # over which calls are judged
  error_rate = "1%"                   # fewer of them fail
  p95 = "300ms"                       # 95 % of them take no longer
  availability = "99.9%"              # over 30 days; what is missing is the error budget
  minimum_calls = 10                  # fewer calls in a window are not judged
  authentication_failure_rate = "5%"  # fewer of those who come to the door are turned away
  surge = 4                           # so many times the usual share of failures is a surge

  [operations.getTripSummary]         # error_rate, p95 and availability may be an operation's own
  p95 = "500ms"
"""

EPILOG: Final = f"""\
The objectives are in {OBJECTIVES}; these are the defaults, and an empty file means them:

{_EXAMPLE}
The same objectives give the same bytes; `--check` holds the committed files to them, and so does `switchover check`.
"""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file that follows from the objectives: `path` is below the folder of pyproject.toml."""

    name: str
    summary: str
    path: str
    text: Callable[[Objectives], str]

    def is_current(self, root: Path, objectives: Objectives) -> bool:
        """Is the committed file what the objectives give?"""
        return _is(root / self.path, self.text(objectives))


ARTIFACTS: Final = (
    Artifact("rules", "recording and alerting rules for Prometheus", "deploy/prometheus/switchover.rules.yml", rules),
    Artifact("dashboard", "a dashboard for Grafana", "deploy/prometheus/switchover.dashboard.json", dashboard),
)
"""Everything that `switchover slo` writes."""


def write(options: argparse.Namespace) -> int:
    """Write a file, or say whether it is current."""
    if options.check and options.output == "-":
        raise UsageError(
            "--check compares a file, and standard output is none; name one with --output, or leave it out"
        )
    settings = configuration.load(options.contract)
    artifact: Artifact = options.artifact
    source = Path(options.objectives) if options.objectives else settings.root / OBJECTIVES
    text = artifact.text(read(source, Document.load(settings.contract)))
    if options.output == "-":
        print(text, end="")
        return 0
    path = Path(options.output) if options.output else settings.root / artifact.path
    return _compare(path, text) if options.check else _put(path, text)


def write_schema(_options: argparse.Namespace) -> int:
    """Write the schema of slo.toml to standard output."""
    print(schema(), end="")
    return 0


def read(path: Path, document: Document) -> Objectives:
    """The objectives of a file, for the operations of a contract.

    Raises:
        UsageError: there is no such file.
        ObjectivesError: it cannot be used.
    """
    if not path.is_file():
        raise UsageError(f"there is no {path}; an empty one means these defaults:\n\n{_EXAMPLE}")
    return load(path, [operation.id for operation, _ in OperationReader(document).read()])


def _compare(path: Path, text: str) -> int:
    if _is(path, text):
        print(f"{shown(path)} is current")
        return 0
    print(f"{shown(path)} differs from the objectives" if path.is_file() else f"{shown(path)} has not been written")
    return 1


def _put(path: Path, text: str) -> int:
    if _is(path, text):
        print(f"{shown(path)} was current")
        return 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    except OSError as error:
        raise UsageError(f"{shown(path)} cannot be written: {error.strerror}") from error
    print(f"wrote {shown(path)}")
    return 0


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()
