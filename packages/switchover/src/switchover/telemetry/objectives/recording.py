"""Recording rules: what is judged, computed once."""

from __future__ import annotations

from typing import Any, TypeAlias

from switchover.telemetry.objectives import queries
from switchover.telemetry.objectives.timing import Timing
from switchover.telemetry.objectives.units import Duration

Rule: TypeAlias = dict[str, Any]
"""A rule as the file has it."""


def of_the_window(window: Duration) -> list[Rule]:
    """Of calls, latency, failures and refusals within the window."""
    return [
        *_of_calls(window),
        _record(queries.p95(window), queries.quantile_95(window)),
        _record(queries.service_failures(window), queries.count_service_failures(window)),
        _record(queries.service_failed_share(window), queries.share_of_failed(window, queries.SERVICE_LABELS)),
        _record(queries.arrivals(window), queries.count_arrivals(window)),
        _record(queries.refused_share(window), queries.share_of_refused(window)),
    ]


def of_the_budget(timing: Timing, window: Duration) -> list[Rule]:
    """Of calls and failures within each window of the burn rates, without the one that is recorded already."""
    windows = {size for burn in timing.burns for size in (burn.long, burn.short)} - {window}
    return [rule for size in sorted(windows) for rule in _of_calls(size)]


def _of_calls(window: Duration) -> list[Rule]:
    return [
        _record(queries.calls(window), queries.count_calls(window)),
        _record(queries.failed_share(window), queries.share_of_failed(window, queries.CALL_LABELS)),
    ]


def _record(name: str, expression: str) -> Rule:
    return {"record": name, "expr": expression}
