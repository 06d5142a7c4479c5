"""What a rehearsal needs, looked for before anything moves."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from switchover.cli import settings as configuration
from switchover.cli.operating.places import who_of
from switchover.cli.plan import operations_of
from switchover.cli.settings import Settings, UsageError, imported_function, shown
from switchover.contract import Document
from switchover.errors import ContractError, PlanError
from switchover.rehearsal import Drill, DrivenLoad, chosen
from switchover.rehearsal.choosing import covered
from switchover.rollout.plan import RolloutPlan, load

_MOST_SAID: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything that a rehearsal needs and that can be wrong before it begins."""

    settings: Settings
    document: Document
    plan_path: Path
    plan: RolloutPlan
    drill: Drill
    load: DrivenLoad
    evidence: Path
    who: str


def prepare(options: argparse.Namespace) -> Prepared:
    """Read settings, contract and plan, and find the load and the store.

    Raises:
        UsageError: something that it takes is not there, or contract or plan cannot be used.
        RolloutRefused: what is named is not to be moved.
    """
    settings = configuration.load(options.contract)
    if settings.rehearsal is None:
        raise UsageError('which calls? Name a function in [tool.switchover]: rehearsal = "module:function"')
    _require_short(options.why)
    document, path, plan = _planned(options, settings)
    operations = operations_of(document)
    safe = {operation.id for operation in operations if operation.is_safe}
    moved = chosen(plan, plan.cohorts, safe, options.targets or None)
    evidence = (options.report or settings.evidence).resolve()
    _require_writable(evidence)
    source = imported_function(settings.rehearsal, settings.root)
    return Prepared(
        settings=settings,
        document=document,
        plan_path=path,
        plan=plan,
        drill=Drill(
            operations=moved,
            stages=options.stages,
            hold=options.hold,
            is_from_current=options.from_current,
            why=options.why,
        ),
        load=DrivenLoad(
            source,
            moved,
            safe,
            rate=options.rate,
            most=options.most,
            narrowed=None if options.targets else partial(covered, moved, plan.cohorts),
        ),
        evidence=evidence,
        who=who_of(options),
    )


def _require_short(why: str) -> None:
    """What is said for the record has to fit into it. Raises UsageError."""
    if len(why) > _MOST_SAID:
        raise UsageError(f"--why has {len(why)} characters; {_MOST_SAID} are the most")


def _planned(options: argparse.Namespace, settings: Settings) -> tuple[Document, Path, RolloutPlan]:
    """Contract, and plan with its file. Raises UsageError."""
    path = _plan_path(options, settings)
    try:
        document = Document.load(settings.contract)
        return document, path, load(path, operations_of(document))
    except (ContractError, PlanError) as error:
        raise UsageError(str(error)) from error


def _plan_path(options: argparse.Namespace, settings: Settings) -> Path:
    path = Path(options.plan).resolve() if options.plan else settings.plan
    if not path.is_file():
        raise UsageError(f"there is no {shown(path)}; `switchover plan init` writes one from the contract")
    return path


def _require_writable(path: Path) -> None:
    """Better said before a rehearsal than after it. Raises UsageError."""
    if path.suffix != ".json":
        raise UsageError(f"{shown(path)}: a report is kept as FILE.json, and beside it as FILE.md")
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise UsageError(f"{shown(path)} cannot be written: {shown(path.parent)} is no folder that may be written to")
