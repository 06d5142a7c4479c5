"""What is promised: slo.toml, and what follows from it: bounds of histograms, rules and a dashboard."""

from switchover.telemetry.objectives.buckets import buckets
from switchover.telemetry.objectives.dashboard import dashboard
from switchover.telemetry.objectives.model import Objective, Objectives
from switchover.telemetry.objectives.reading import load, parse
from switchover.telemetry.objectives.rules import rules
from switchover.telemetry.objectives.timing import Burn, Timing
from switchover.telemetry.objectives.units import Duration, Percentage

__all__ = [
    "Burn",
    "Duration",
    "Objective",
    "Objectives",
    "Percentage",
    "Timing",
    "buckets",
    "dashboard",
    "load",
    "parse",
    "rules",
]
