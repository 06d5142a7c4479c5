"""Pages over a diary in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from livetrip_web import Web, make_web
from support.diary import MemoryDiary, MemoryStorage, Ticking, Unreliable
from support.pages import Browser, settings


@pytest.fixture
def diary() -> MemoryDiary:
    return MemoryDiary()


@pytest.fixture
def live_trip(diary: MemoryDiary) -> Unreliable:
    return Unreliable(diary.live_trip)


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def storage(diary: MemoryDiary) -> MemoryStorage:
    return MemoryStorage(diary)


@pytest.fixture
def web(live_trip: Unreliable, clock: Ticking, storage: MemoryStorage) -> Web:
    return make_web(live_trip, settings(), clock=clock, storage=storage)


@pytest.fixture
async def browser(web: Web) -> AsyncIterator[Browser]:
    made = Browser(web)
    async with made.client:
        yield made


@pytest.fixture
async def aiko(browser: Browser) -> Browser:
    await browser.sign_in()
    return browser
