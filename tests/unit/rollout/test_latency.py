"""The laws of the latency sketch."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.rollout.windows import LatencySketch
from switchover.rollout.windows.buckets import BUCKETS, LONGEST, SHORTEST, codes, middle, packed, spread

durations = st.lists(st.floats(1e-6, 4000.0), max_size=60)
sketches = durations.map(LatencySketch.of)


def exact(values: list[float], share: float) -> float:
    return sorted(values)[max(1, math.ceil(share * len(values))) - 1]


@given(durations.filter(bool), st.floats(0, 1))
def test_a_quantile_is_within_two_percent_of_the_exact_one(values: list[float], share: float) -> None:
    told = LatencySketch.of(values).quantile(share)
    assert told == pytest.approx(exact(values, share), rel=0.02)


@given(st.floats(SHORTEST, LONGEST, exclude_max=True, width=32))
def test_the_middle_of_a_bucket_is_within_1_6_percent_of_all_that_is_in_it(value: float) -> None:
    (bucket,) = LatencySketch.of([value]).counts
    assert abs(middle(bucket) - value) / value <= 0.016


@given(sketches, sketches)
def test_merging_is_commutative(one: LatencySketch, two: LatencySketch) -> None:
    assert one.merge(two) == two.merge(one)
    assert list(one.merge(two).counts) == list(two.merge(one).counts)


@given(sketches, sketches, sketches)
def test_merging_is_associative(one: LatencySketch, two: LatencySketch, three: LatencySketch) -> None:
    assert one.merge(two).merge(three) == one.merge(two.merge(three))


@given(durations, durations)
def test_a_merged_sketch_is_the_sketch_of_everything(one: list[float], two: list[float]) -> None:
    assert LatencySketch.of(one).merge(LatencySketch.of(two)) == LatencySketch.of(one + two)
    assert LatencySketch.of(one + two).count == len(one) + len(two)


@given(sketches)
def test_merging_with_nothing_changes_nothing(sketch: LatencySketch) -> None:
    assert sketch.merge(LatencySketch()) == sketch


@given(sketches)
def test_a_sketch_survives_json(sketch: LatencySketch) -> None:
    again = LatencySketch.of_pairs(json.loads(json.dumps(sketch.to_pairs())))
    assert again == sketch
    assert again.quantile(0.95) == sketch.quantile(0.95)


@given(durations.filter(bool), st.floats(0, 1), st.floats(0, 1))
def test_quantiles_grow_with_their_share(values: list[float], one: float, two: float) -> None:
    sketch = LatencySketch.of(values)
    low, high = sketch.quantile(min(one, two)), sketch.quantile(max(one, two))
    assert low is not None
    assert high is not None
    assert low <= high


@pytest.mark.parametrize(
    ("value", "bucket"),
    [
        (0.0, 0),
        (1e-9, 0),
        (-1.0, 0),
        (-1e-30, 0),
        (1e300, BUCKETS - 1),
        (-1e300, 0),
        (math.inf, BUCKETS - 1),
        (1e9, BUCKETS - 1),
        (SHORTEST, 0),
    ],
)
def test_what_is_out_of_range_counts_at_the_end_that_is_nearer(value: float, bucket: int) -> None:
    assert LatencySketch.of([value]).counts == {bucket: 1}


@pytest.mark.parametrize("exponent", range(-20, 12))
def test_each_doubling_has_32_buckets(exponent: int) -> None:
    values = [2.0**exponent * (1 + part / 32) for part in range(32)]
    assert list(LatencySketch.of(values).counts) == [32 * (exponent + 20) + part for part in range(32)]


@given(st.lists(st.floats(width=32), max_size=20))
def test_every_float_has_a_bucket(values: list[float]) -> None:
    found = codes(packed(values))
    assert sum(spread((code, 1) for code in found)) == len(values)


def test_nothing_has_no_quantile() -> None:
    assert LatencySketch().quantile(0.5) is None


@pytest.mark.parametrize("share", [-0.01, 1.01, math.nan])
def test_a_share_is_from_0_to_1(share: float) -> None:
    with pytest.raises(ValueError, match="a share is 0 to 1"):
        LatencySketch().quantile(share)


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ({}, "is no list"),
        ([1], "is no list"),
        ([[1]], "is no list"),
        ([[1, 0]], "is no list"),
        ([[1, True]], "is no list"),
        ([[-1, 1]], "is no list"),
        ([[BUCKETS, 1]], "is no list"),
        ([["1", 1]], "is no list"),
        ([[1, 1], [1, 2]], "has a bucket twice"),
    ],
)
def test_what_no_sketch_told_is_refused(pairs: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        LatencySketch.of_pairs(pairs)
