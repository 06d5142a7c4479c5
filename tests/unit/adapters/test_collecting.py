"""Collecting now and then: at its pace, through failures, for a bounded while, and not a moment longer than the block."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator

import pytest

from livetrip_adapters.collecting import MOST_ROUNDS, collecting
from livetrip_adapters.photos import PhotoSettings
from switchover.errors import ServiceUnavailable

HOURLY = PhotoSettings(collect_seconds=3600)


class Pauses:
    """A clock that the test moves: each pause ends when it is told to."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._ends = asyncio.Semaphore(0)
        self._begun = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        self._begun.set()
        await self._ends.acquire()

    async def end(self) -> None:
        """Let the pause end, and wait for the next one to begin."""
        async with asyncio.timeout(10):
            await self._begun.wait()
            self._begun.clear()
            self._ends.release()
            await self._begun.wait()


class Photos:
    """A backend, and its photos, of which there are so many to collect."""

    def __init__(self, counts: Iterable[int | Exception]) -> None:
        self._counts: Iterator[int | Exception] = iter(counts)
        self.asked = 0

    @property
    def photos(self) -> Photos:
        return self

    async def collect(self) -> int:
        self.asked += 1
        count = next(self._counts)
        if isinstance(count, Exception):
            raise count
        return count


async def test_a_collection_goes_on_until_nothing_is_left_and_comes_again() -> None:
    photos, pauses = Photos([100, 7, 0, 0]), Pauses()
    async with collecting(photos, HOURLY, pause=pauses, jitter=lambda: 0.5):
        await pauses.end()
        assert photos.asked == 3
        await pauses.end()
        assert photos.asked == 4
    assert pauses.asked == [3600, 3600, 3600]


async def test_a_collection_ends_some_time() -> None:
    photos, pauses = Photos([100] * 2 * MOST_ROUNDS), Pauses()
    async with collecting(photos, HOURLY, pause=pauses):
        await pauses.end()
    assert photos.asked == MOST_ROUNDS


@pytest.mark.parametrize(("share", "seconds"), [(0.0, 2880), (1.0, 4320)])
async def test_processes_that_start_together_do_not_collect_together(share: float, seconds: float) -> None:
    pauses = Pauses()
    async with collecting(Photos([0]), HOURLY, pause=pauses, jitter=lambda: share):
        await pauses.end()
    assert pauses.asked[0] == pytest.approx(seconds)


async def test_a_failure_is_told_and_the_next_round_comes(caplog: pytest.LogCaptureFixture) -> None:
    photos, pauses = Photos([ServiceUnavailable("No disk."), ValueError("What?"), 0]), Pauses()
    with caplog.at_level(logging.WARNING):
        async with collecting(photos, HOURLY, pause=pauses):
            for _ in range(3):
                await pauses.end()
    assert photos.asked == 3
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
    assert "photos were not collected: builtins.ValueError at " in caplog.text
    assert "What?" not in caplog.text


async def test_a_collection_that_is_under_way_is_given_up_with_the_block() -> None:
    class Slow(Photos):
        async def collect(self) -> int:
            self.asked += 1
            begun.set()
            await asyncio.Event().wait()
            return 0

    async def at_once(seconds: float) -> None:
        await asyncio.sleep(0)

    begun = asyncio.Event()
    slow = Slow([])
    async with asyncio.timeout(10), collecting(slow, HOURLY, pause=at_once):
        await begun.wait()
    assert slow.asked == 1


async def test_nothing_is_collected_where_that_is_left_to_the_command() -> None:
    pauses = Pauses()
    async with collecting(Photos([]), PhotoSettings(collect_seconds=0), pause=pauses):
        await asyncio.sleep(0)
    assert pauses.asked == []
