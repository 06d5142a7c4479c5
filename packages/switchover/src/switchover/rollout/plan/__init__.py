"""rollout.toml: which operations move together, in which order, in which steps, and who moves first."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchover.rollout.plan.agreement import notes
    from switchover.rollout.plan.findings import PlanFinding
    from switchover.rollout.plan.model import Cohort, RolloutPlan, Stage, Wave
    from switchover.rollout.plan.reading import load, parse
    from switchover.rollout.plan.schema import schema_text
    from switchover.rollout.plan.writing import draft
else:
    from switchover.lazy import import_lazily

    __getattr__ = import_lazily(
        __name__,
        {
            "Cohort": "model",
            "PlanFinding": "findings",
            "RolloutPlan": "model",
            "Stage": "model",
            "Wave": "model",
            "draft": "writing",
            "load": "reading",
            "notes": "agreement",
            "parse": "reading",
            "schema_text": "schema",
        },
    )

__all__ = [
    "Cohort",
    "PlanFinding",
    "RolloutPlan",
    "Stage",
    "Wave",
    "draft",
    "load",
    "notes",
    "parse",
    "schema_text",
]
