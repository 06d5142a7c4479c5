"""Latency as a sketch: quantiles within 2 %, and any number of sketches can be added up."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from switchover.rollout.windows.buckets import BUCKETS, codes, middle, packed, spread


@dataclass(frozen=True, slots=True)
class LatencySketch:
    """How many durations fell into each bucket of `switchover.rollout.windows.buckets`; the principle is DDSketch's (Masson, Rim, Lee, 2019).

    Adding up is exact: the order of merging makes no difference, and two sketches that saw the same durations are equal.

    Attributes:
        counts: by bucket, in the order of their durations; buckets with nothing in them are left out.
    """

    counts: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, durations: Iterable[float]) -> Self:
        """The sketch of durations, in seconds."""
        return cls.of_buckets(spread(Counter(codes(packed(tuple(durations)))).items()))

    @classmethod
    def of_buckets(cls, counts: Iterable[int]) -> Self:
        """The sketch of a count for each bucket, from the first on."""
        return cls({bucket: count for bucket, count in enumerate(counts) if count})

    @classmethod
    def of_pairs(cls, pairs: object) -> Self:
        """The sketch that `to_pairs` told.

        Raises:
            ValueError: it could not have told that; the message completes "latency ...".
        """
        if not isinstance(pairs, list) or not all(_is_pair(pair) for pair in pairs):
            raise ValueError(f"is no list of [bucket, count] with buckets from 0 to {BUCKETS - 1} and counts above 0")
        counts: dict[int, int] = dict(pairs)
        if len(counts) < len(pairs):
            raise ValueError("has a bucket twice")
        return cls(dict(sorted(counts.items())))

    def to_pairs(self) -> list[list[int]]:
        """As JSON has it: `[bucket, count]` for each bucket with something in it."""
        return [[bucket, count] for bucket, count in self.counts.items()]

    @property
    def count(self) -> int:
        """How many durations there were."""
        return sum(self.counts.values())

    def quantile(self, share: float) -> float | None:
        """The least duration, in seconds, that so large a share of all do not exceed; None where there are none.

        It is within 1.6 % of the exact one, from 1 µs to 68 minutes (and what is outside counts as the nearer of them).

        Raises:
            ValueError: the share is not 0 to 1.
        """
        if not 0 <= share <= 1:
            raise ValueError(f"a share is 0 to 1, not {share}")
        remaining = max(1, math.ceil(share * self.count))
        for bucket, count in self.counts.items():
            remaining -= count
            if remaining <= 0:
                return middle(bucket)
        return None

    def merge(self, other: LatencySketch) -> LatencySketch:
        """The sketch of what both saw."""
        counts = dict(self.counts)
        for bucket, count in other.counts.items():
            counts[bucket] = counts.get(bucket, 0) + count
        return LatencySketch(dict(sorted(counts.items())))


def _is_pair(pair: object) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(number, int) and not isinstance(number, bool) for number in pair)
        and 0 <= pair[0] < BUCKETS
        and pair[1] > 0
    )
