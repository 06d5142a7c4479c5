"""Does a plan agree with itself, and with the contract?"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from switchover.rollout.plan.findings import Findings
from switchover.rollout.plan.model import Cohort, RolloutPlan

if TYPE_CHECKING:
    from switchover.contract import Operation


def check(plan: RolloutPlan, operations: Sequence[Operation] | None, findings: Findings) -> None:
    """Find what does not agree; without the contract's operations, in the plan itself."""
    _check_names(plan, findings)
    _check_once(plan, findings)
    known = None if operations is None else {operation.id: operation for operation in operations}
    if known is not None:
        _check_known(plan, known, findings)
    for cohort in plan.cohorts:
        _check_cohort(plan, cohort, known, findings)


def notes(plan: RolloutPlan, operations: Collection[Operation]) -> Iterator[str]:
    """What is right only if something holds that no plan can say."""
    safe = {operation.id for operation in operations if operation.is_safe}
    for cohort in plan.cohorts:
        reads = {plan.wave_of(name).name for name in cohort.operations if name in safe}
        writes = {plan.wave_of(name).name for name in cohort.operations if name not in safe}
        if reads and writes and reads | writes != reads & writes:
            yield (
                f"cohorts.{cohort.name}: reads go over HTTP before writes do, so both sides have to see each other's writes at once,"
                f" as they do on one database; if they do not, put all of them into one wave and set together = true"
            )


def _check_names(plan: RolloutPlan, findings: Findings) -> None:
    names = [wave.name for wave in plan.waves]
    for number, name in enumerate(names):
        if name in names[:number]:
            findings.add(
                ("waves", number, "name"),
                f"waves.{name}.name",
                f"{name} is the name of another wave as well; each has its own",
            )
    for cohort in plan.cohorts:
        if cohort.name in plan.operations:
            findings.add(
                ("cohorts", cohort.name),
                f"cohorts.{cohort.name}",
                "is the name of an operation; call the cohort something else",
            )


def _check_once(plan: RolloutPlan, findings: Findings) -> None:
    waves: dict[str, str] = {}
    for number, wave in enumerate(plan.waves):
        for name in wave.operations:
            if name in waves and waves[name] != wave.name:
                message = f"{name} is in the wave {waves[name]} already; an operation is in one"
                findings.add(("waves", number, "operations"), f"waves.{wave.name}.operations", message, name)
            waves.setdefault(name, wave.name)
    cohorts: dict[str, str] = {}
    for cohort in plan.cohorts:
        for name in cohort.operations:
            key = f"cohorts.{cohort.name}.operations"
            if name in cohorts:
                message = f"{name} is in the cohort {cohorts[name]} already; an operation is in one"
                findings.add(("cohorts", cohort.name, "operations"), key, message, name)
            cohorts.setdefault(name, cohort.name)
            if name not in waves:
                findings.add(("cohorts", cohort.name, "operations"), key, f"{name} is in no wave; add it to one", name)


def _check_known(plan: RolloutPlan, known: Collection[str], findings: Findings) -> None:
    for number, wave in enumerate(plan.waves):
        for name in wave.operations:
            if name not in known:
                message = f"{name} is not an operation of the contract; {_meant(name, known)}"
                findings.add(("waves", number, "operations"), f"waves.{wave.name}.operations", message, name)
    planned = set(plan.operations)
    for name in known:
        if name not in planned:
            findings.add(("waves",), "waves", f"{name} is in no wave; add it to the operations of one")


def _check_cohort(plan: RolloutPlan, cohort: Cohort, known: dict[str, Operation] | None, findings: Findings) -> None:
    """Reads are not to follow the writes that they have to see, and what is to be together is in one wave."""
    numbers = {name: number for number, wave in enumerate(plan.waves) for name in wave.operations}
    members = [name for name in cohort.operations if name in numbers]
    path, key = ("cohorts", cohort.name), f"cohorts.{cohort.name}"
    waves = sorted({numbers[name] for name in members})
    if cohort.is_together and len(waves) > 1:
        spread = " and ".join(plan.waves[number].name for number in waves)
        findings.add(
            (*path, "together"),
            f"{key}.together",
            f"its operations are in the waves {spread}; what moves together is in one",
        )
        return
    reads = [name for name in members if known and name in known and known[name].is_safe]
    for name in members:
        late = [read for read in reads if numbers[read] > numbers[name]]
        if known and name in known and not known[name].is_safe and late:
            number = numbers[name]
            message = (
                f"{name} changes what {', '.join(late)} reads, which is in a later wave, so that users would write over HTTP and read what"
                f" they wrote in-process; reads of a cohort go before its writes, or with them"
            )
            findings.add(("waves", number, "operations"), f"waves.{plan.waves[number].name}.operations", message, name)


def _meant(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(known))}"
