"""Room for photos: what is admitted never exceeds what may be, whatever comes in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetrip_core import Announcement, PhotoFormat, PhotoLimitReached, Tally
from livetrip_core.photo import MAX_BYTES, MOST_OF_TRIP, MOST_WAITING, MOST_WAITING_BYTES


def announcement(byte_size: int) -> Announcement:
    return Announcement(format=PhotoFormat.JPEG, byte_size=byte_size, checksum="0" * 64)


@given(st.lists(st.integers(1, MAX_BYTES), max_size=300))
def test_what_is_admitted_never_exceeds_what_may_wait(sizes: list[int]) -> None:
    waiting: list[int] = []
    for size in sizes:
        try:
            Tally(waiting=len(waiting), waiting_bytes=sum(waiting), of_trip=0).admit(announcement(size))
        except PhotoLimitReached as error:
            is_full = {"uploads": len(waiting) == MOST_WAITING, "bytes": sum(waiting) + size > MOST_WAITING_BYTES}
            assert is_full[error.limit]
        else:
            waiting.append(size)
    assert len(waiting) <= MOST_WAITING
    assert sum(waiting) <= MOST_WAITING_BYTES


@pytest.mark.parametrize(
    ("tally", "limit"),
    [
        (Tally(waiting=MOST_WAITING, waiting_bytes=0, of_trip=0), "uploads"),
        (Tally(waiting=0, waiting_bytes=MOST_WAITING_BYTES - 8, of_trip=0), "bytes"),
        (Tally(waiting=0, waiting_bytes=0, of_trip=MOST_OF_TRIP), "trip"),
    ],
)
def test_the_limit_that_is_reached_is_named(tally: Tally, limit: str) -> None:
    with pytest.raises(PhotoLimitReached) as caught:
        tally.admit(announcement(9))
    assert caught.value.limit == limit


def test_the_last_one_that_fits_is_admitted() -> None:
    Tally(waiting=MOST_WAITING - 1, waiting_bytes=MOST_WAITING_BYTES - 9, of_trip=MOST_OF_TRIP - 1).admit(
        announcement(9)
    )
