"""Where in a cohort a user is: the same in every process, for ever.

The place is XXH3 (64 bits) of the user's id, seeded with XXH3 of the cohort's salt: well mixed, so that neighbouring ids lie far apart and
cohorts are independent of each other. A share takes the places from 0 up to its part of 2**64, so whoever is in a share is in every larger
one, and what is in a share of 0.01 % is 0.01 % of the users up to chance.
"""

from __future__ import annotations

from typing import Final

from xxhash import xxh3_64_intdigest

from switchover.rollout.share import WHOLE

PLACES: Final = 2**64
"""How many places there are in a cohort."""

place = xxh3_64_intdigest
"""The place of a key (bytes) in the cohort with a seed: `place(key, seed)`."""


def seed_of(salt: str) -> int:
    """The seed of the cohort with a salt."""
    return int(xxh3_64_intdigest(salt.encode("utf-8", "surrogatepass")))


def place_of(key: str, seed: int) -> int:
    """The place of any text, also of one that is no proper Unicode."""
    return int(place(key.encode("utf-8", "surrogatepass"), seed))


def below(share: int) -> int:
    """The first place that is not in a share (in steps of 0.01 %) any more."""
    return -(-share * PLACES // WHOLE)


def step_of(place: int) -> int:
    """The share in steps of 0.01 % that the place is just not in: it is in every larger one."""
    return place * WHOLE // PLACES
