"""Completions under way: shared, a few at a time, and not ended by whoever stops waiting."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from livetrip_bff.arriving import Arrivals
from livetrip_core import PhotoId
from switchover.errors import ServiceUnavailable


class Work:
    """Work that waits until it is let go; `begun` and `most` count it."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.begun = self.now = self.most = 0

    async def __call__(self) -> None:
        self.begun, self.now = self.begun + 1, self.now + 1
        self.most = max(self.most, self.now)
        try:
            await self.go.wait()
        finally:
            self.now -= 1


def photo(number: int) -> PhotoId:
    return PhotoId(UUID(int=number))


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_whoever_asks_for_the_same_photo_joins_what_is_under_way() -> None:
    arrivals, work = Arrivals(), Work()
    asked = [asyncio.create_task(arrivals.of(photo(1), work)) for _ in range(3)]
    await turns()
    asked[0].cancel()
    await turns()
    work.go.set()
    await asyncio.gather(*asked[1:])
    assert work.begun == 1
    await arrivals.of(photo(1), work)
    assert work.begun == 2


async def test_a_few_are_at_work_at_once_and_not_everybody_may_wait() -> None:
    arrivals, work = Arrivals(at_once=2, most_waiting=3), Work()
    asked = [asyncio.create_task(arrivals.of(photo(number), work)) for number in range(5)]
    await turns()
    with pytest.raises(ServiceUnavailable) as caught:
        await arrivals.of(photo(9), work)
    assert caught.value.retry_after == 5
    work.go.set()
    await asyncio.gather(*asked)
    assert (work.begun, work.most) == (5, 2)


async def test_a_failure_is_told_to_everybody_who_waits_and_is_not_kept() -> None:
    async def fails() -> None:
        await asyncio.sleep(0)
        raise ServiceUnavailable("The disk is on fire.")

    arrivals, work = Arrivals(), Work()
    asked = [asyncio.create_task(arrivals.of(photo(1), fails)) for _ in range(2)]
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(error, ServiceUnavailable) for error in told)
    work.go.set()
    await arrivals.of(photo(1), work)


async def test_what_is_under_way_ends_with_the_backend() -> None:
    arrivals, work = Arrivals(), Work()
    asked = asyncio.create_task(arrivals.of(photo(1), work))
    await turns()
    await arrivals.aclose()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert work.now == 0
