"""rollout.toml: which operations move together, in which order, in which steps, and who moves first."""

from switchover.rollout.plan.agreement import notes
from switchover.rollout.plan.findings import PlanFinding
from switchover.rollout.plan.model import Cohort, RolloutPlan, Stage, Wave
from switchover.rollout.plan.reading import load, parse
from switchover.rollout.plan.schema import schema_text
from switchover.rollout.plan.writing import draft

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
