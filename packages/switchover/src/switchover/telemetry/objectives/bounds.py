"""Where the bounds of latency histograms lie: at every objective, and densely around it."""

from __future__ import annotations

from typing import Final

from switchover.telemetry.objectives.model import Objectives

_AROUND: Final = (50, 75, 90, 100, 110, 125, 150, 200)
"""Bounds around an objective, in percent of it."""

_LADDER: Final = tuple(
    step * decade for decade in (1_000, 10_000, 100_000, 1_000_000, 10_000_000) for step in (1, 2.5, 5)
)
"""Bounds elsewhere, in microseconds: 1 ms to 50 s."""

_BEYOND: Final = 4
"""The last bound is at least this many times the slowest objective, so that a quantile far beyond it is still told apart from it."""


def buckets(objectives: Objectives) -> tuple[float, ...]:
    """Upper bounds in seconds, strictly increasing, without +Inf.

    Each p95 objective is exactly one of them: whether it holds is then counted, not interpolated. From half to twice an objective, no bound
    is more than 1.5 times the one before it; the objective and its neighbours are no more than 1.12 times apart.
    """
    goals = sorted({goal.p95.milliseconds * 1000 for goal in (objectives.default, *objectives.operations.values())})
    dense = {goal * percent // 100 for goal in goals for percent in _AROUND}
    end = max(10_000_000, goals[-1] * _BEYOND)
    coarse = {
        int(bound) for bound in _LADDER if bound < end and not any(goal // 2 <= bound <= goal * 2 for goal in goals)
    }
    return tuple(microseconds / 1_000_000 for microseconds in sorted(dense | coarse | {end}))
