"""What is promised: slo.toml, and what follows from it: bounds of histograms, rules and a dashboard."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchover.telemetry.objectives.bounds import buckets
    from switchover.telemetry.objectives.grafana import dashboard
    from switchover.telemetry.objectives.model import Objective, Objectives
    from switchover.telemetry.objectives.reading import load, parse
    from switchover.telemetry.objectives.rule_groups import rules
    from switchover.telemetry.objectives.timing import Burn, Timing
    from switchover.telemetry.objectives.units import Duration, Percentage
else:
    from switchover.lazy import import_lazily

    __getattr__ = import_lazily(
        __name__,
        {
            "Burn": "timing",
            "Duration": "units",
            "Objective": "model",
            "Objectives": "model",
            "Percentage": "units",
            "Timing": "timing",
            "buckets": "bounds",
            "dashboard": "grafana",
            "load": "reading",
            "parse": "reading",
            "rules": "rule_groups",
        },
    )

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
