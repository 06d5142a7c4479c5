"""Bounds of histograms: whether an objective holds is counted, and how far it is missed is told closely."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from switchover.telemetry.objectives import Duration, Objective, Objectives, buckets

LATENCIES = st.integers(1, 300_000).map(Duration)


def promised(*latencies: Duration) -> Objectives:
    default, *others = (Objective(p95=latency) for latency in latencies)
    return Objectives(default=default, operations={f"operation{number}": goal for number, goal in enumerate(others)})


def test_the_bounds_of_the_defaults() -> None:
    assert buckets(Objectives()) == (
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
        0.15, 0.225, 0.27, 0.3, 0.33, 0.375, 0.45, 0.6,
        1.0, 2.5, 5.0, 10.0,
    )  # fmt: skip


@given(st.lists(LATENCIES, min_size=1, max_size=8))
def test_every_objective_is_a_bound_with_close_neighbours(latencies: list[Duration]) -> None:
    bounds = buckets(promised(*latencies))
    for latency in latencies:
        place = bounds.index(latency.seconds)
        assert bounds[place] / bounds[place - 1] <= 1.12
        assert bounds[place + 1] / bounds[place] <= 1.12
        around = [bound for bound in bounds if latency.seconds / 2 <= bound <= latency.seconds * 2]
        assert len(around) >= 8
        assert all(upper / lower <= 1.5 + 1e-9 for lower, upper in pairwise(around))


@given(st.lists(LATENCIES, min_size=1, max_size=8))
def test_bounds_grow_and_reach_far_beyond_every_objective(latencies: list[Duration]) -> None:
    bounds = buckets(promised(*latencies))
    assert all(lower < upper for lower, upper in pairwise(bounds))
    assert bounds[0] <= 0.001
    assert bounds[-1] >= max(10, 4 * max(latency.seconds for latency in latencies))
    assert len(bounds) <= 16 + 8 * len(set(latencies))


@given(st.permutations([Duration(50), Duration(300), Duration(300), Duration(2000)]))
def test_bounds_do_not_depend_on_who_is_promised_what(latencies: list[Duration]) -> None:
    assert buckets(promised(*latencies)) == buckets(promised(Duration(50), Duration(300), Duration(2000)))
