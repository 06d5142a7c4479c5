"""The laws that drawing users keeps: shares are right, monotone, independent between cohorts, and the same in every process."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.rollout import Share
from switchover.rollout.buckets import below, place, place_of, seed_of, step_of

USERS = 100_000
STAGES = [1, 5, 10, 50, 100, 250, 1_000, 2_500, 5_000, 7_500, 9_000, 9_999]
SEED, PLACE = 15382224980028470385, 1776368245428040331
SIGMAS = 5
"""What chance exceeds once in two million times."""


def sequential(cohort: str) -> list[int]:
    seed = seed_of(cohort)
    return [place_of(str(number), seed) for number in range(USERS)]


def uuid_like(cohort: str) -> list[int]:
    seed = seed_of(cohort)
    return [place_of(f"0198c0de-0000-7000-8000-{number:012x}", seed) for number in range(USERS)]


@pytest.fixture(scope="module", params=[sequential, uuid_like])
def places(request: pytest.FixtureRequest) -> list[int]:
    found: list[int] = request.param("trips")
    return found


def test_every_stage_has_its_share_of_the_users(places: list[int]) -> None:
    for steps in STAGES:
        part = steps / 10_000
        found = sum(here < below(Share(steps)) for here in places)
        assert abs(found - USERS * part) <= SIGMAS * sqrt(USERS * part * (1 - part)), Share(steps)


def test_nobody_is_in_nothing_and_everybody_in_all(places: list[int]) -> None:
    assert below(Share(0)) == 0
    assert below(Share(10_000)) == 2**64
    assert all(0 <= here < 2**64 for here in places)


def test_nobody_leaves_when_a_share_grows(places: list[int]) -> None:
    inside: set[int] = set()
    for steps in [0, *STAGES, 10_000]:
        now = {user for user, here in enumerate(places) if here < below(Share(steps))}
        assert inside <= now
        inside = now
    assert len(inside) == USERS


@given(st.text(), st.text(min_size=1), st.integers(0, 10_000))
def test_a_place_is_in_every_share_that_is_larger_and_in_no_other(user: str, salt: str, steps: int) -> None:
    here = place_of(user, seed_of(salt))
    assert (here < below(Share(steps))) == (steps > step_of(here))


@pytest.mark.parametrize("draw", [sequential, uuid_like])
def test_cohorts_with_other_salts_are_independent(draw: object) -> None:
    assert callable(draw)
    one, other = draw("trips"), draw("entries")
    for steps in (100, 1_000, 5_000):
        part, end = steps / 10_000, below(Share(steps))
        both = sum(a < end and b < end for a, b in zip(one, other, strict=True))
        expected = USERS * part * part
        assert abs(both - expected) <= SIGMAS * sqrt(expected)


def test_neighbouring_salts_are_independent_as_well() -> None:
    end = below(Share(5_000))
    cohorts = [[place_of(str(user), seed_of(f"cohort-{number}")) < end for user in range(5_000)] for number in range(8)]
    for index, one in enumerate(cohorts):
        for other in cohorts[:index]:
            same = sum(a == b for a, b in zip(one, other, strict=True))
            assert abs(same - 2_500) <= SIGMAS * sqrt(5_000) / 2


def test_users_with_neighbouring_ids_are_not_together(places: list[int]) -> None:
    """A thousand rooms of the same size, filled evenly (chi-square, 999 degrees of freedom); and no run of users is in or out."""
    rooms = [0] * 1_000
    for here in places:
        rooms[here * 1_000 // 2**64] += 1
    expected = USERS / 1_000
    chi = sum((room - expected) ** 2 / expected for room in rooms)
    assert abs(chi - 999) <= SIGMAS * sqrt(2 * 999)

    inside = [here < below(Share(5_000)) for here in places]
    changes = sum(a != b for a, b in itertools.pairwise(inside))
    assert abs(changes - USERS / 2) <= SIGMAS * sqrt(USERS) / 2


def test_everyone_is_at_the_same_place_in_every_process() -> None:
    code = (
        "from switchover.rollout.buckets import place_of, seed_of\n"
        "print([place_of(user, seed_of('trips')) for user in ('aiko', 'bo', '7', 'é', '')])"
    )
    here = [place_of(user, seed_of("trips")) for user in ("aiko", "bo", "7", "é", "")]
    for seed in ("0", "1", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        assert done.stdout.strip() == str(here)


def test_everyone_stays_at_their_place_from_version_to_version() -> None:
    """These are kept in nobody's memory but this: a change of the function would move every user of every rollout."""
    assert seed_of("trips") == SEED
    assert place_of("aiko", SEED) == place(b"aiko", SEED) == PLACE


@given(st.text(st.characters(codec="utf-8")))
def test_the_quick_way_and_the_one_for_any_text_agree(user: str) -> None:
    assert place(user.encode(), SEED) == place_of(user, SEED)


def test_text_that_is_no_unicode_has_a_place() -> None:
    assert place_of("\ud800", SEED) != place_of("\ud801", SEED)
