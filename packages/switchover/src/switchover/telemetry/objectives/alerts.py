"""Alerting rules: an objective is missed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from switchover.telemetry.metrics import names
from switchover.telemetry.objectives import queries
from switchover.telemetry.objectives.model import Objectives
from switchover.telemetry.objectives.recording import Rule
from switchover.telemetry.objectives.scopes import Scope, scopes
from switchover.telemetry.objectives.timing import Burn, Timing
from switchover.telemetry.objectives.units import Duration, number

PAGE: Final = "page"
"""Severity: somebody has to look now."""

TICKET: Final = "ticket"
"""Severity: somebody has to look in working hours."""

_CALL: Final = "{{ $labels.operation }} ({{ $labels.wiring }}, {{ $labels.job }})"
_SERVICE: Final = "{{ $labels.job }} ({{ $labels.wiring }})"
_INSTANCE: Final = "{{ $labels.job }} at {{ $labels.instance }}"
_SHARE: Final = "{{ $value | humanizePercentage }}"
_SECONDS: Final = "{{ $value | humanizeDuration }}"


def of_the_window(objectives: Objectives, timing: Timing) -> list[Rule]:
    """Error rate, latency, surge, refusals, and whether there is anything to judge by."""
    return [
        *_error_rate(objectives, timing),
        *_latency(objectives, timing),
        _surge(objectives, timing),
        _refusals(objectives, timing),
        _dropped(objectives.window, timing),
        _down(timing),
    ]


def of_the_budget(objectives: Objectives, timing: Timing) -> list[Rule]:
    """The error budget is spent too fast."""
    return [
        _budget(burn, scope, objectives.minimum_calls)
        for burn in timing.burns
        for scope in scopes(objectives, lambda goal: goal.availability)
    ]


def _error_rate(objectives: Objectives, timing: Timing) -> Iterator[Rule]:
    window = objectives.window
    for scope in scopes(objectives, lambda goal: goal.error_rate):
        share, limit = scope.of(queries.failed_share(window)), scope.goal.error_rate
        yield _alert(
            "SwitchoverErrorRate",
            f"{share} > {number(limit.share)}\nand\n{queries.calls(window)} >= {objectives.minimum_calls}",
            hold=timing.hold,
            severity=PAGE,
            objective=str(limit),
            summary=f"{_CALL}: too many calls fail",
            description=f"{_SHARE} of its calls failed within {window}; the objective is {limit}.",
        )


def _latency(objectives: Objectives, timing: Timing) -> Iterator[Rule]:
    window = objectives.window
    for scope in scopes(objectives, lambda goal: goal.p95):
        quantile, limit = scope.of(queries.p95(window)), scope.goal.p95
        yield _alert(
            "SwitchoverLatency",
            f"{quantile} > {limit.seconds:.15g}\nand\n{queries.calls(window)} >= {objectives.minimum_calls}",
            hold=timing.hold,
            severity=PAGE,
            objective=str(limit),
            summary=f"{_CALL}: calls take too long",
            description=f"The slowest 5 % of its calls took longer than {_SECONDS} within {window}; the objective is {limit}.",
        )


def _surge(objectives: Objectives, timing: Timing) -> Rule:
    """What is usual is the share of the hour before, and at least what the error budget allows, so that no handful is a surge."""
    window, budget = objectives.window, objectives.default.availability.rest
    now = queries.service_failed_share(window)
    usual = queries.indented(queries.share_of_failed(timing.before, queries.SERVICE_LABELS, before=window))
    return _alert(
        "SwitchoverServerErrorSurge",
        f"{now} > {number(objectives.surge * budget.share)}\nunless\n{now} <= {objectives.surge} * (\n{usual}\n)"
        f"\nand\n{queries.service_failures(window)} >= {objectives.minimum_calls}",
        hold=timing.hold,
        severity=PAGE,
        summary=f"{_SERVICE}: 5xx answers surge",
        description=f"{_SHARE} of all calls failed within {window}: more than {objectives.surge} times the share of the"
        f" {timing.before} before, and of the error budget of {budget}.",
    )


def _refusals(objectives: Objectives, timing: Timing) -> Rule:
    window, limit = objectives.window, objectives.authentication_failure_rate
    return _alert(
        "SwitchoverAuthenticationFailures",
        f"{queries.refused_share(window)} > {number(limit.share)}\nand\n{queries.arrivals(window)} >= {objectives.minimum_calls}",
        hold=timing.hold,
        severity=TICKET,
        summary="{{ $labels.job }}: too many callers are turned away",
        description=f"{_SHARE} of those who came within {window} were not let in; the objective is {limit}."
        f" {names.REFUSALS} says for which reasons.",
    )


def _dropped(window: Duration, timing: Timing) -> Rule:
    return _alert(
        "SwitchoverEventsDropped",
        f"{queries.increase(names.EVENTS_DROPPED, window, ('job', 'instance'))} > 0",
        hold=timing.hold,
        severity=TICKET,
        summary=f"{_INSTANCE}: calls are not counted",
        description=f"{{{{ $value | humanize }}}} events were dropped within {window}: every figure of this process is too low.",
    )


def _down(timing: Timing) -> Rule:
    return _alert(
        "SwitchoverTargetDown",
        f"up == 0\nand on (job, instance)\ncount_over_time({names.EVENTS_DROPPED}[{timing.before}])",
        hold=timing.hold,
        severity=PAGE,
        summary=f"{_INSTANCE}: cannot be watched",
        description=f"It answered within the last {timing.before} and does not now: no objective of it is judged.",
    )


def _budget(burn: Burn, scope: Scope, minimum: int) -> Rule:
    goal = scope.goal.availability
    limit = number(burn.rate * goal.rest.share)
    return _alert(
        "SwitchoverErrorBudgetBurn",
        f"{scope.of(queries.failed_share(burn.long))} > {limit}\nand\n{queries.failed_share(burn.short)} > {limit}"
        f"\nand\n{queries.calls(burn.long)} >= {minimum}",
        severity=burn.severity,
        window=str(burn.long),
        objective=str(goal),
        summary=f"{_CALL}: the error budget is spent too fast",
        description=f"{_SHARE} of its calls failed within {burn.long}. An availability of {goal} lets {goal.rest} fail over"
        f" {burn.period}; {burn.spent} of that is spent within {burn.long}, {number(burn.rate)} times what lasts.",
    )


def _alert(
    name: str, expression: str, *, summary: str, description: str, hold: Duration | None = None, **labels: str
) -> dict[str, Any]:
    held = {"for": str(hold)} if hold is not None else {}
    annotations = {"summary": summary, "description": description}
    return {"alert": name, "expr": expression, **held, "labels": labels, "annotations": annotations}
