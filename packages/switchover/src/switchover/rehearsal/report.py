"""The report of a rehearsal: what it was of, what was measured, and the verdict. It is kept as evidence, so it carries its own digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from switchover.rehearsal.measures import Measures
from switchover.rehearsal.verdict import Objective, missed
from switchover.rollout.record.reading import digest, members, others, parsed

FORMAT: Final = 1

_MEMBERS: Final = ("rehearsal", "subject", "objective", "measures", "distribution", "passed", "missed", "digest")
_RANKS: Final = (50, 90, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What was rehearsed.

    Attributes:
        began, ended: seconds since 1970.
        who, why: as in the record.
        operations: their ids.
        stages: shares in steps of 0.01 %.
        rate: calls per second.
        hold: seconds at each stage.
        workers: those that followed, as people read them.
        contract, plan: name of each.
        contract_digest, plan_digest: of each at that time.
        versions: of what took part, by name.
        load: where the calls came from: `module:function`.
    """

    began: float
    ended: float
    who: str
    why: str
    operations: tuple[str, ...]
    stages: tuple[int, ...]
    rate: float
    hold: float
    workers: tuple[str, ...]
    contract: str
    contract_digest: str
    plan: str
    plan_digest: str
    versions: dict[str, str]
    load: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalReport:
    """A rehearsal that took place."""

    subject: Subject
    objective: Objective
    measures: Measures

    @property
    def missed(self) -> tuple[str, ...]:
        """What was missed of the objective, as sentences."""
        return missed(self.measures, self.objective)

    @property
    def has_passed(self) -> bool:
        """Was the objective met?"""
        return not self.missed

    @property
    def distribution(self) -> dict[str, float]:
        """Of the seconds until the last worker obeyed, over all orders; empty if there was none."""
        return ranked([step.seconds for step in self.measures.steps])

    def to_json(self) -> dict[str, Any]:
        """As JSON has it; `report_of` reads it."""
        data = {
            "rehearsal": FORMAT,
            "subject": _SUBJECT.dump_python(self.subject, mode="json"),
            "objective": _OBJECTIVE.dump_python(self.objective, mode="json"),
            "measures": _MEASURES.dump_python(self.measures, mode="json"),
            "distribution": self.distribution,
            "passed": self.has_passed,
            "missed": list(self.missed),
        }
        return {**data, "digest": digest(data)}


_SUBJECT: Final = TypeAdapter(Subject)
_OBJECTIVE: Final = TypeAdapter(Objective)
_MEASURES: Final = TypeAdapter(Measures)


def ranked(seconds: Sequence[float]) -> dict[str, float]:
    """How many durations there are, and the least, the median, those that 90 % and 99 % do not exceed, and the most."""
    if not seconds:
        return {}
    found = sorted(seconds)
    parts = {f"p{rank}": found[min(len(found) - 1, len(found) * rank // 100)] for rank in _RANKS}
    return {"count": len(found), "min": found[0], **parts, "max": found[-1]}


def report_of(text: str | bytes) -> RehearsalReport:
    """The report that a JSON text tells.

    Raises:
        ValueError: it is none, or was edited since; the message says where.
    """
    data = members(parsed(text), "#", _MEMBERS)
    # A report is evidence: what this version does not know, it cannot judge.
    for name in others(data, _MEMBERS):
        raise ValueError(f"#/{name} is unknown")
    if data["rehearsal"] != FORMAT:
        raise ValueError(f"#/rehearsal is {data['rehearsal']!r}; this version reads {FORMAT}")
    if data["digest"] != digest({name: value for name, value in data.items() if name != "digest"}):
        raise ValueError("#/digest does not fit the rest: it was edited, or cut off")
    report = RehearsalReport(
        subject=_read(_SUBJECT, data, "subject"),
        objective=_read(_OBJECTIVE, data, "objective"),
        measures=_read(_MEASURES, data, "measures"),
    )
    if report.to_json() != data:
        raise ValueError("#/passed, #/missed and #/distribution are not what the measures come to")
    return report


def written_at(seconds: float) -> str:
    """A time as RFC 3339 writes it, in UTC and whole seconds."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _read(adapter: TypeAdapter[Any], data: dict[str, Any], name: str) -> Any:
    try:
        return adapter.validate_python(data[name])
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = "/".join(map(str, ("#", name, *first["loc"])))
        raise ValueError(f"{where}: {first['msg']}") from None
