"""UUIDv7 in the order they were made."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from livetrip_bff.clock import SystemClock
from livetrip_bff.identifiers import UuidV7Identifiers
from livetrip_core.fakes import FakeClock

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STEPS = st.lists(st.integers(-2_000_000, 2_000_000), max_size=50)


@given(STEPS, st.sampled_from([lambda bits: 2**bits - 1, lambda bits: 0, random.Random(7).getrandbits]))
def test_identifiers_rise_whatever_the_clock_and_chance_do(steps: list[int], chance: object) -> None:
    assert callable(chance)
    clock = FakeClock(datetime(2026, 10, 1, tzinfo=UTC))
    identifiers = UuidV7Identifiers(clock, chance)

    made = []
    for step in steps:
        clock.advance(timedelta(microseconds=step))
        made.append(identifiers.next())

    assert all(before < after for before, after in pairwise(made))
    assert {(found.version, found.variant) for found in made} <= {(7, RFC_4122)}


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31)))
def test_an_identifier_begins_with_the_millisecond_it_was_made_in(now: datetime) -> None:
    clock = FakeClock(now.replace(tzinfo=UTC))

    found = UuidV7Identifiers(clock).next()

    assert found.int >> 80 == (clock.now() - EPOCH) // timedelta(milliseconds=1)


def test_when_the_random_part_is_used_up_the_next_millisecond_begins() -> None:
    clock = FakeClock(datetime(2026, 10, 1, tzinfo=UTC))
    identifiers = UuidV7Identifiers(clock, lambda bits: 2**bits - 1)
    identifiers._millisecond, identifiers._random = (clock.now() - EPOCH) // timedelta(milliseconds=1), 2**74 - 1

    found = identifiers.next()

    assert found.int >> 80 == (clock.now() - EPOCH) // timedelta(milliseconds=1) + 1


def test_identifiers_cannot_be_told_from_one_another() -> None:
    clock = FakeClock()
    one, other = UuidV7Identifiers(clock), UuidV7Identifiers(clock)

    assert len({source.next() for source in (one, other) for _ in range(1000)}) == 2000


def test_the_clock_of_the_machine_tells_utc() -> None:
    clock = SystemClock()

    assert clock.now().utcoffset() == timedelta()
    assert clock.now() <= clock.now()
