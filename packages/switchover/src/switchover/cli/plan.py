"""`switchover plan`: rollout.toml, written from the contract, held against it, and shown."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from switchover.cli import settings as configuration
from switchover.cli.settings import UsageError, shown
from switchover.contract import Document, Operation, OperationReader
from switchover.errors import PlanError
from switchover.rollout.plan import RolloutPlan, Wave, draft, load, notes, schema_text
from switchover.rollout.share import WHOLE, Share

EPILOG: Final = """\
The plan is in rollout.toml beside pyproject.toml, or where `rollout` of [tool.switchover] says:

  stages = ["1%", "10%", "50%", "100%"]    # so much of the traffic, in steps of 0.01 %
  bake = "10m"                             # how long a stage is watched before the next

  [[waves]]                                # in this order; each may have stages and a bake of its own
  name = "reads"
  operations = ["getTrip", "listTrips"]

  [cohorts.trips]                          # these put users in the same order
  operations = ["getTrip", "listTrips"]

`switchover plan init` writes all of it from the contract: safe operations before unsafe ones, a cohort for each resource.
"""


def init(options: argparse.Namespace) -> int:
    """Write a first plan; what is there is not touched."""
    path, document = _located(options)
    text = draft(operations_of(document))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w" if options.force else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        if isinstance(error, FileExistsError) and path.is_file():
            raise UsageError(f"{shown(path)} is there already; --force overwrites it") from error
        raise UsageError(f"{shown(path)} cannot be written: {error.strerror}") from error
    print(f"wrote {shown(path)}; `switchover plan show` prints it as a table")
    return 0


def check(options: argparse.Namespace) -> int:
    """Say whether the plan can be used, and what it relies on."""
    path, document = _located(options)
    operations = operations_of(document)
    if not options.json:
        plan = _read(path, operations)
        print(f"{shown(path)} plans all {len(plan.operations)} operations in {len(plan.waves)} waves, {plan.digest}")
        for note in notes(plan, operations):
            print(f"note: {note}")
        return 0
    try:
        plan = _read(path, operations)
    except PlanError as error:
        findings = [asdict(finding) for finding in error.items]  # type: ignore[call-overload]
        print(json.dumps({"ok": False, "plan": shown(path), "findings": findings}, indent=2))
        return 1
    found = {
        "ok": True,
        "plan": shown(path),
        "digest": plan.digest,
        "findings": [],
        "notes": [*notes(plan, operations)],
    }
    print(json.dumps(found, indent=2))
    return 0


def show(options: argparse.Namespace) -> int:
    """Print the plan."""
    path, document = _located(options)
    operations = operations_of(document)
    plan = _read(path, operations)
    if options.json:
        print(json.dumps(_told(plan), indent=2))
        return 0
    methods = {operation.id: operation for operation in operations}
    rows = [("wave", "operation", "", "cohort", "stages", "bake")]
    for wave in plan.waves:
        for number, name in enumerate(wave.operations):
            head = (wave.name, _stages(wave), _bakes(wave)) if number == 0 else ("", "", "")
            address = f"{methods[name].method} {methods[name].path}"
            rows.append((head[0], name, address, plan.group_of(name).name, head[1], head[2]))
    print(_table(rows))
    for line in _people(plan):
        print(line)
    return 0


def schema(options: argparse.Namespace) -> int:  # noqa: ARG001 - a command
    """Print the JSON Schema."""
    print(schema_text(), end="")
    return 0


def operations_of(document: Document) -> list[Operation]:
    """The operations of a contract."""
    return [operation for operation, _ in OperationReader(document).read()]


def _located(options: argparse.Namespace) -> tuple[Path, Document]:
    settings = configuration.load(options.contract)
    path = Path(options.plan).resolve() if options.plan else settings.plan
    return path, Document.load(settings.contract)


def _read(path: Path, operations: Iterable[Operation]) -> RolloutPlan:
    if not path.is_file():
        raise UsageError(f"there is no {shown(path)}; `switchover plan init` writes one from the contract")
    return load(path, operations)


def _told(plan: RolloutPlan) -> dict[str, Any]:
    """Shares and durations as people write them, everything in the order of the plan."""
    waves = [
        {
            "name": wave.name,
            "operations": [{"id": name, "cohort": plan.group_of(name).name} for name in wave.operations],
            "stages": [{"share": str(stage.share), "bake": str(stage.bake)} for stage in wave.stages],
        }
        for wave in plan.waves
    ]
    cohorts = [
        {"name": one.name, "operations": list(one.operations), "salt": one.salt, "together": one.is_together}
        for one in plan.cohorts
    ]
    users = {group: str(share) for group, share in plan.users.items()}
    return {
        "digest": plan.digest,
        "waves": waves,
        "cohorts": cohorts,
        "users": users,
        "overrides": sorted(plan.overrides),
    }


def _stages(wave: Wave) -> str:
    return " > ".join(str(stage.share) for stage in wave.stages)


def _bakes(wave: Wave) -> str:
    bakes = [str(stage.bake) for stage in wave.stages]
    return bakes[0] if len(set(bakes)) == 1 else " > ".join(bakes)


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _people(plan: RolloutPlan) -> Iterable[str]:
    yield ""
    for group, share in plan.users.items():
        yield f"users in {group}: {_treated(share)}"
    who = f"users in {', '.join(sorted(plan.overrides))}" if plan.overrides else "nobody"
    yield f"may choose a side by header or cookie: {who}"
    yield f"digest: {plan.digest}"


def _treated(share: Share) -> str:
    return {0: "always in-process", WHOLE: "always over HTTP"}.get(int(share), f"{share} of them over HTTP")
