"""The rules as a file of Prometheus's; the same bytes for the same objectives."""

from __future__ import annotations

from typing import Any, Final

from switchover.telemetry.objectives import alerts, recording
from switchover.telemetry.objectives.model import Objectives
from switchover.telemetry.objectives.timing import SERVICE_TIMING, Timing

_HEADER: Final = "# Written by `switchover slo rules` from slo.toml. Change that file, not this one.\n"


def rules(objectives: Objectives, timing: Timing = SERVICE_TIMING) -> str:
    """Recording and alerting rules, as YAML."""
    import yaml  # noqa: PLC0415 - nobody pays for it who writes no rules

    class Dumper(yaml.SafeDumper):
        """Writes PromQL as it reads best."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, "|" if "\n" in value else None)

    Dumper.add_representer(str, text)
    document = {"groups": groups(objectives, timing)}
    written: str = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=1_000_000)
    return _HEADER + written


def groups(objectives: Objectives, timing: Timing = SERVICE_TIMING) -> list[dict[str, Any]]:
    """The groups of the file: what is judged over the window, and the error budgets, which are evaluated less often."""
    return [
        {
            "name": "switchover-objectives",
            "interval": str(timing.interval),
            "rules": [*recording.of_the_window(objectives.window), *alerts.of_the_window(objectives, timing)],
        },
        {
            "name": "switchover-error-budgets",
            "interval": str(timing.budget_interval),
            "rules": [
                *recording.of_the_budget(timing, objectives.window),
                *alerts.of_the_budget(objectives, timing),
            ],
        },
    ]
