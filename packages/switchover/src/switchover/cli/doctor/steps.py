"""The seven steps of a migration, each judged from what the repository and the environment show."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from switchover.cli.configuration import Told, told
from switchover.cli.doctor import switching, tracing
from switchover.cli.doctor.finding import Judged, done, missing, not_set, wrong
from switchover.cli.doctor.pipelines import both_modes
from switchover.cli.doctor.sources import modules
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
        judge: says how far it is; takes a moment.
    """

    name: str
    todo: str
    judge: Callable[[], Judged]


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
    _said: tuple[Told, ...] | None = field(default=None, init=False)

    def steps(self) -> tuple[Step, ...]:
        """All seven, in their order; none has been judged yet."""
        return (
            Step("contract frozen", "switchover draft module:Class > openapi.yaml; switchover freeze", self._contract),
            Step(
                "one switch point",
                "choose in one module, by BACKEND_MODE, between port.direct and port.route",
                self._switch_point,
            ),
            Step(
                "CI over both modes",
                "run the tests with BACKEND_MODE=monolith and with BACKEND_MODE=service",
                partial(both_modes, self.settings.root),
            ),
            Step(
                "trust chosen",
                'a function that says how trust is set, named in [tool.switchover]: configuration = ["module:trust"]',
                self._trust,
            ),
            Step(
                "trace end to end",
                "Recorder(spans=True), or Recorder(tracing=OpenTelemetryTracing()), given to Contract.bind",
                self._trace,
            ),
            Step("staged plan", "switchover plan init; switchover plan check", self._plan),
            Step("rollback rehearsed", "switchover rehearse", self._rehearsal),
        )

    def _told(self, topic: str) -> list[tuple[str, tuple[str, ...]]]:
        """States and lines of a topic, as the functions of `configuration` say; without what nobody speaks of."""
        if self._said is None:
            self._said = tuple(told(self.settings.configuration, self.settings.root))
        return [(state, lines) for said, state, lines in self._said if said == topic and state != "skipped"]

    def _switch_point(self) -> Judged:
        return switch_point(modules(self.settings.root, switching.MENTION))

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
        found = self._told("trust")
        places = _lines(found)
        if any(state == "failed" for state, _ in found):
            return wrong("trust is configured in a way that does not work", *places)
        if any(state == "not set" for state, _ in found):
            return not_set(
                "the code knows how trust is chosen, and this environment does not say it",
                *places,
                todo="set what is not set, as its line says, where the processes start; then `switchover check` there",
            )
        if found:
            return done("trust is configured", *places)
        return missing("no function of `configuration` says how trust is set")

    def _trace(self) -> Judged:
        found = self._told("telemetry")
        told_lines = _lines(found)
        if any(state == "failed" for state, _ in found):
            return wrong("telemetry is configured in a way that does not work", *told_lines)
        if found and all(state in ("ok", "warning") for state, _ in found):
            return done("telemetry is configured", *told_lines)
        places = list(traced(modules(self.settings.root, tracing.MENTION)))
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


def _lines(found: Iterable[tuple[str, tuple[str, ...]]]) -> list[str]:
    return [f"{state}: {line}" for state, lines in found for line in lines]
