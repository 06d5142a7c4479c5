"""What the dashboard shows: what is promised, what is asked of the service, who is turned away, and what the process needs."""

from __future__ import annotations

from typing import Final

from switchover.telemetry.metrics import names
from switchover.telemetry.objectives import queries
from switchover.telemetry.objectives.grafana.layout import Panel, Row
from switchover.telemetry.objectives.model import Objectives
from switchover.telemetry.objectives.scopes import scopes
from switchover.telemetry.objectives.timing import Timing
from switchover.telemetry.objectives.units import Duration, number

_JOB: Final = 'job=~"$job"'
_SIDE: Final = f'{_JOB},{names.WIRING}=~"${names.WIRING}"'
_CALL: Final = f'{_SIDE},{names.OPERATION}=~"${names.OPERATION}"'
_CALL_LEGEND: Final = "{{operation}} {{wiring}} {{job}}"
_INSTANCE_LEGEND: Final = "{{job}} {{instance}}"


def rows(objectives: Objectives, timing: Timing) -> tuple[Row, ...]:
    """Everything, from top to bottom."""
    window = objectives.window
    return (
        Row("Objectives", (_error_rate(objectives), _latency(objectives), _budget(objectives, timing))),
        Row("Calls", (_traffic(window), _distribution(window), _in_flight())),
        Row("At the door, and at hand", (_refused(objectives), _refusals(window), _alerts())),
        Row("Process", (_cpu(window), _memory(), _dropped(window))),
    )


def _error_rate(objectives: Objectives) -> Panel:
    limit, window = objectives.default.error_rate, objectives.window
    return Panel(
        "Error rate",
        f"Share of the calls within {window} that failed. The line is the default objective, {limit}.",
        "percentunit",
        ((f"{queries.failed_share(window)}{{{_CALL}}}", _CALL_LEGEND),),
        float(limit.share),
    )


def _latency(objectives: Objectives) -> Panel:
    limit, window = objectives.default.p95, objectives.window
    return Panel(
        "95th percentile",
        f"How long 95 % of the calls within {window} took at most. The line is the default objective, {limit}.",
        "s",
        ((f"{queries.p95(window)}{{{_CALL}}}", _CALL_LEGEND),),
        limit.seconds,
    )


def _budget(objectives: Objectives, timing: Timing) -> Panel:
    burn = timing.burns[0]
    spent = (
        (
            f"{queries.failed_share(burn.long)}{{{','.join(filter(None, (_CALL, scope.matcher)))}}}"
            f" / {number(scope.goal.availability.rest.share)}",
            _CALL_LEGEND,
        )
        for scope in scopes(objectives, lambda goal: goal.availability)
    )
    return Panel(
        "Error budget burn",
        f"How many times faster than evenly the budget of {burn.period} is spent, over {burn.long}. At 1 it lasts; the line is where"
        f" somebody is paged.",
        "short",
        tuple(spent),
        float(burn.rate),
    )


def _traffic(window: Duration) -> Panel:
    by = ", ".join((names.WIRING, names.OUTCOME))
    rate = f"sum by ({by}) (rate({names.CALLS}{{{_CALL}}}[{window}]))"
    return Panel("Calls per second", "By wiring and outcome.", "reqps", ((rate, "{{wiring}} {{outcome}}"),))


def _distribution(window: Duration) -> Panel:
    rate = f"sum by (le) (rate({names.DURATION}_bucket{{{_CALL}}}[{window}]))"
    return Panel(
        "Durations", "How calls spread over the bounds of the histogram.", "s", ((rate, "{{le}}"),), kind="heatmap"
    )


def _in_flight() -> Panel:
    query = f"sum by (job, {names.WIRING}) ({names.IN_FLIGHT}{{{_SIDE}}})"
    return Panel("Calls in flight", "Begun and not finished.", "short", ((query, "{{job}} {{wiring}}"),))


def _refused(objectives: Objectives) -> Panel:
    limit, window = objectives.authentication_failure_rate, objectives.window
    return Panel(
        "Turned away",
        f"Share of those who came within {window} that were not let in. The line is the objective, {limit}.",
        "percentunit",
        ((f"{queries.refused_share(window)}{{{_JOB}}}", "{{job}}"),),
        float(limit.share),
    )


def _refusals(window: Duration) -> Panel:
    rate = f"sum by (job, {names.REASON}) (rate({names.REFUSALS}{{{_JOB}}}[{window}]))"
    return Panel("Refusals per second", "By reason.", "reqps", ((rate, "{{job}} {{reason}}"),))


def _alerts() -> Panel:
    query = f'ALERTS{{alertname=~"Switchover.*",{_JOB}}}'
    return Panel("Alerts", "Pending and firing.", "short", ((query, "{{alertname}}"),), kind="table")


def _cpu(window: Duration) -> Panel:
    query = f"rate({names.PROCESS_CPU}{{{_JOB}}}[{window}])"
    return Panel("CPU", "Seconds a second: 1 is a whole core.", "short", ((query, _INSTANCE_LEGEND),))


def _memory() -> Panel:
    return Panel("Memory", "Resident.", "bytes", ((f"{names.PROCESS_MEMORY}{{{_JOB}}}", _INSTANCE_LEGEND),))


def _dropped(window: Duration) -> Panel:
    query = f"sum by (job, instance) (increase({names.EVENTS_DROPPED}{{{_JOB}}}[{window}]))"
    return Panel(
        "Events dropped", f"Within {window}. More than none: all figures of the process are too low.", "short",
        ((query, _INSTANCE_LEGEND),),
    )  # fmt: skip
