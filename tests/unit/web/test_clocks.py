"""Two processes whose clocks differ show one diary: the register of sessions has the one clock that counts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlencode

import pytest

from livetrip_web import make_web
from livetrip_web.registers.in_memory import InMemorySessionRegister
from livetrip_web.registers.register import Limits
from support.clock import OwnedClock
from support.diary import MemoryDiary
from support.pages import HERE, Browser, Page, settings
from support.sign_in_issuer import CLIENT, SignInIssuer, sign_in_issuer

HOUR = 3600
OFF = [30, -30, 31, -31, 25 * HOUR, -25 * HOUR, 400 * 24 * HOUR]
KEY = "what both processes seal their cookies with"

Make = Callable[..., Browser]


@pytest.fixture
def clock() -> OwnedClock:
    """The register's."""
    return OwnedClock()


@pytest.fixture
async def worker(clock: OwnedClock) -> AsyncIterator[Make]:
    """A browser at a process whose clock is so far ahead. All processes share one register and one diary."""
    register, diary = InMemorySessionRegister(Limits(), clock), MemoryDiary().live_trip
    async with AsyncExitStack() as stack:

        def made(ahead: float, **given: Any) -> Browser:
            options = settings(session_key=KEY, **given)
            browser = Browser(make_web(diary, options, register=register, clock=OwnedClock(clock.now + ahead)))
            stack.push_async_callback(browser.client.aclose)
            return browser

        yield made


@pytest.fixture
def issuer(clock: OwnedClock) -> Iterator[SignInIssuer]:
    with sign_in_issuer(clock) as running:
        yield running


def carry(here: Browser, there: Browser) -> None:
    """Let the next request of the same browser be answered by another process."""
    there.client.cookies = here.client.cookies


def replaces_session(page: Page) -> bool:
    return any(cookie.startswith("session=") for cookie in page.headers.get_list("set-cookie"))


@pytest.mark.parametrize("ahead", OFF)
async def test_a_process_whose_clock_is_off_leaves_good_sessions_alone(worker: Make, ahead: float) -> None:
    right, wrong = worker(0), worker(ahead)
    await right.sign_in()
    cookie = right.client.cookies["session"]
    carry(right, wrong)
    page = await wrong.open("/trips")
    assert (page.path, replaces_session(page)) == ("/trips", False)
    assert wrong.client.cookies["session"] == cookie
    assert (await right.open("/trips")).path == "/trips"


@pytest.mark.parametrize("ahead", OFF)
async def test_a_session_that_began_at_a_process_whose_clock_is_off_is_good_everywhere(
    worker: Make, ahead: float
) -> None:
    wrong, right = worker(ahead), worker(0)
    await wrong.sign_in()
    carry(wrong, right)
    page = await right.open("/trips")
    assert (page.path, replaces_session(page)) == ("/trips", False)


@pytest.mark.parametrize("ahead", OFF)
async def test_a_session_ends_by_the_clock_of_the_register_wherever_it_is_asked_for(
    worker: Make, clock: OwnedClock, ahead: float
) -> None:
    wrong, right = worker(ahead), worker(0)
    await wrong.sign_in()
    carry(wrong, right)
    for _ in range(6):
        clock.passes(1.9 * HOUR)
        assert (await right.open("/trips")).path == "/trips"
        assert (await wrong.open("/trips")).path == "/trips"
    clock.passes(0.6 * HOUR)
    assert (await wrong.open("/trips")).path == "/sign-in"
    assert (await right.open("/trips")).path == "/sign-in"


@pytest.mark.parametrize("ahead", OFF)
async def test_a_form_that_one_process_showed_is_taken_by_another(worker: Make, ahead: float) -> None:
    right, wrong = worker(0), worker(ahead)
    form = await right.open("/sign-in")
    carry(right, wrong)
    assert (await wrong.submit(form, name="aiko")).path == "/trips"
    form = await wrong.open("/trips/new")
    carry(wrong, right)
    planned = await right.submit(form, title="Kyoto", start_date="2026-11-20", end_date="2026-11-24")
    assert planned.status == 200
    assert "Kyoto" in planned.text


@pytest.mark.parametrize("ahead", OFF)
async def test_a_sign_in_that_begins_at_one_process_ends_at_another(
    worker: Make, issuer: SignInIssuer, ahead: float
) -> None:
    given = {"url": HERE, "oidc_issuer": issuer.url, "oidc_client_id": CLIENT}
    for begins, ends in ((0, ahead), (ahead, 0), (ahead, ahead)):
        here, there = worker(begins, **given), worker(ends, **given)
        answer = await here.client.get("/sign-in/issuer?next=/trips")
        carry(here, there)
        query = urlencode(issuer.authorize(answer.headers["location"]))
        assert (await there.open(f"/sign-in/callback?{query}")).path == "/trips"


async def test_a_sign_in_that_takes_too_long_by_the_clock_of_the_register_is_refused(
    worker: Make, issuer: SignInIssuer, clock: OwnedClock
) -> None:
    browser = worker(25 * HOUR, url=HERE, oidc_issuer=issuer.url, oidc_client_id=CLIENT)
    answer = await browser.client.get("/sign-in/issuer?next=/trips")
    query = urlencode(issuer.authorize(answer.headers["location"]))
    clock.passes(600)
    assert (await browser.open(f"/sign-in/callback?{query}")).status == 400
