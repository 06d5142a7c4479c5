"""The seven steps of a migration, each judged from what the repository and the environment show."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from switchover.cli.configuration import Told, told
from switchover.cli.doctor.finding import Judged, done, missing, wrong
from switchover.cli.doctor.pipelines import both_modes
from switchover.cli.doctor.sources import Module, modules
from switchover.cli.doctor.switching import switch_point
from switchover.cli.doctor.tracing import traced
from switchover.cli.plan import operations_of
from switchover.cli.settings import Settings, shown
from switchover.contract import Document, lock_path, verify_lock
from switchover.errors import ContractError, PlanError
from switchover.rehearsal import RehearsalReport, report_of
from switchover.rehearsal.report import written_at
from switchover.rollout.plan import RolloutPlan, load

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a migration.

    Attributes:
        name: what it is called.
        todo: the command, or the deed, that does it.
        judged: how far it is.
    """

    name: str
    todo: str
    judged: Judged


@dataclass(slots=True)
class Patient:
    """A repository, as far as it has been looked at.

    Args:
        settings: of [tool.switchover]; `contract` may name a file that is not there.
        days: for which the report of a rehearsal counts.
        now: seconds since 1970.
    """

    settings: Settings
    days: float
    now: Callable[[], float] = time.time
    _modules: tuple[Module, ...] = field(default=(), init=False)
    _told: tuple[Told, ...] = field(default=(), init=False)

    def steps(self) -> Iterator[Step]:
        """All seven, in their order."""
        self._modules = tuple(modules(self.settings.root))
        self._told = tuple(told(self.settings.configuration, self.settings.root))
        yield Step(
            "contract frozen", "switchover draft module:Class > openapi.yaml; switchover freeze", self._contract()
        )
        yield Step(
            "one switch point",
            "choose in one module, by BACKEND_MODE, between port.direct and port.route",
            switch_point(self._modules),
        )
        yield Step(
            "CI over both modes",
            "run the tests with BACKEND_MODE=monolith and with BACKEND_MODE=service",
            both_modes(self.settings.root),
        )
        yield Step(
            "trust chosen",
            'switchover check, after `configuration = ["module:trust"]` in [tool.switchover]',
            self._trust(),
        )
        yield Step(
            "trace end to end",
            "Recorder(spans=True), or Recorder(tracing=OpenTelemetryTracing()), given to Contract.bind",
            self._trace(),
        )
        yield Step("staged plan", "switchover plan init; switchover plan check", self._plan())
        yield Step("rollback rehearsed", "switchover rehearse", self._rehearsal())

    def _contract(self) -> Judged:
        path = self.settings.contract
        if not path.is_file():
            return missing(f"there is no contract {shown(path)}")
        try:
            document = Document.load(path)
            verify_lock(document, lock_path(path))
        except ContractError as error:
            judge = wrong if lock_path(path).is_file() else missing
            return judge(error.headline, *map(str, error.items))
        return done(f"{shown(lock_path(path))} pins {document.name}, {document.digest[:19]}…")

    def _trust(self) -> Judged:
        found = [(state, lines) for topic, state, lines in self._told if topic == "trust"]
        places = [f"{state}: {line}" for state, lines in found for line in lines]
        if any(state == "failed" for state, _ in found):
            return wrong("trust is configured in a way that does not work", *places)
        if all(state in ("ok", "warning") for state, _ in found):
            return done("trust is configured", *places)
        return missing("nothing says that trust is configured in this environment", *places)

    def _trace(self) -> Judged:
        found = [(state, lines) for topic, state, lines in self._told if topic == "telemetry" and state != "skipped"]
        told_lines = [f"{state}: {line}" for state, lines in found for line in lines]
        if any(state == "failed" for state, _ in found):
            return wrong("telemetry is configured in a way that does not work", *told_lines)
        if found and all(state in ("ok", "warning") for state, _ in found):
            return done("telemetry is configured", *told_lines)
        places = list(traced(self._modules))
        if places:
            return done("in-process calls have spans", *places, *told_lines)
        return missing(
            "no recorder gives in-process calls spans, so a trace has a gap where a call stays here", *told_lines
        )

    def _plan(self) -> Judged:
        path = self.settings.plan
        if not path.is_file():
            return missing(f"there is no plan {shown(path)}")
        try:
            plan = load(path, operations_of(Document.load(self.settings.contract)))
        except (ContractError, PlanError) as error:
            return wrong(error.headline, *map(str, error.items))
        stages = sum(len(wave.stages) for wave in plan.waves)
        return done(
            f"{shown(path)}: {len(plan.operations)} operations in {len(plan.waves)} waves, {stages} stages, {plan.digest[:19]}…"
        )

    def _rehearsal(self) -> Judged:
        path = self.settings.evidence
        if not path.is_file():
            return missing(f"there is no report {shown(path)}")
        try:
            report = report_of(path.read_bytes())
        except (ValueError, OSError) as error:
            return wrong(f"{shown(path)} is no report of a rehearsal", str(error))
        against = list(self._against(report))
        when = f"{shown(path)}: {written_at(report.subject.began)}"
        return (
            wrong(f"{when} does not count", *against)
            if against
            else done(f"{when}, passed, {len(report.measures.steps)} orders")
        )

    def _against(self, report: RehearsalReport) -> Iterator[str]:
        """What keeps a report from counting."""
        yield from (f"it was missed: {sentence}" for sentence in report.missed)
        age = (self.now() - report.subject.began) / _DAY
        if not 0 <= age <= self.days:
            yield f"it is {age:.0f} days old; {self.days:g} are the most" if age > 0 else "it is from the future"
        contract, plan = self._digests()
        if report.subject.contract_digest != contract:
            yield f"the contract has changed since: {report.subject.contract_digest[:19]}… was rehearsed"
        if report.subject.plan_digest != plan:
            yield f"the plan has changed since: {report.subject.plan_digest[:19]}… was rehearsed"

    def _digests(self) -> tuple[str, str]:
        """Of contract and plan today; "" where they cannot be used."""
        try:
            document = Document.load(self.settings.contract)
            plan: RolloutPlan = load(self.settings.plan, operations_of(document))
        except (ContractError, PlanError):
            return "", ""
        return document.digest, plan.digest
