"""Clicking twice: the second request gets the answer of the first."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from livetrip_contract import Caller, IdempotencyKeyInUse, TripDraft
from livetrip_web import make_web
from livetrip_web.repeating import repeating
from support.diary import MemoryDiary
from support.pages import Browser, settings
from switchover import calling, current

AIKO = Caller("aiko")
KYOTO = TripDraft(title="Kyoto", start_date=date(2026, 11, 20), end_date=date(2026, 11, 24))


class Busy:
    """A diary that is still carrying out the first request, as often as it is told."""

    def __init__(self, diary: MemoryDiary, times: float, retry_after: int = 0) -> None:
        self.live_trip, self.times, self.retry_after = diary.live_trip, times, retry_after
        self.keys: list[str | None] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.live_trip, name)

    async def create_trip(self, caller: Caller, trip_draft: TripDraft) -> Any:
        self.keys.append(current().idempotency_key)
        if self.times > 0:
            self.times -= 1
            raise IdempotencyKeyInUse("in use", retry_after=self.retry_after)
        return await self.live_trip.create_trip(caller, trip_draft)


async def test_a_write_is_repeated_under_its_key_until_the_first_request_is_done(diary: MemoryDiary) -> None:
    busy: Any = Busy(diary, times=3)
    with calling(idempotency_key="twice"):
        trip = await repeating(busy).create_trip(AIKO, KYOTO)
    assert busy.keys == ["twice"] * 4
    assert [found.id for found in (await diary.live_trip.list_trips(AIKO)).items] == [trip.id]


async def test_it_waits_no_longer_than_it_may(diary: MemoryDiary) -> None:
    busy: Any = Busy(diary, times=float("inf"), retry_after=2)
    with pytest.raises(IdempotencyKeyInUse):
        await repeating(busy, wait_seconds=1).create_trip(AIKO, KYOTO)
    assert len(busy.keys) == 1


async def test_form_that_waited_too_long_comes_back_with_what_was_typed(diary: MemoryDiary) -> None:
    busy: Any = Busy(diary, times=float("inf"), retry_after=60)
    browser = Browser(make_web(busy, settings()))
    async with browser.client:
        await browser.sign_in()
        page = await browser.open("/trips/new")
        sent = await browser.submit(page, title="Kyoto", start_date="2026-11-20", end_date="2026-11-24")
    assert sent.status == 409
    assert "This is still being saved." in sent.text
    assert sent.form("/trips").fields["title"] == "Kyoto"
