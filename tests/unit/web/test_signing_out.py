"""Signing out: a session is over for whoever has a copy of its cookie, and nobody is let in while it cannot be said who is."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from livetrip_web import Web, make_web
from livetrip_web.registers.in_memory import InMemorySessionRegister
from livetrip_web.registers.register import Limits
from support.diary import MemoryDiary, Ticking, Unreliable
from support.pages import Browser, settings
from switchover.errors import ServiceUnavailable

IDLE = 2 * 3600


@pytest.fixture
def register(clock: Ticking) -> Unreliable:
    return Unreliable(InMemorySessionRegister(Limits(idle_seconds=IDLE, capacity=3), clock))


@pytest.fixture
def web(register: Unreliable, clock: Ticking) -> Web:
    return make_web(MemoryDiary().live_trip, settings(), register=register, clock=clock)


@pytest.fixture
async def thief(web: Web) -> AsyncIterator[Browser]:
    made = Browser(web)
    async with made.client:
        yield made


def steal(thief: Browser, browser: Browser) -> str:
    cookie = browser.client.cookies["session"]
    thief.client.cookies.set("session", cookie, domain="127.0.0.1")
    return cookie


async def is_in(browser: Browser) -> bool:
    return (await browser.open("/trips")).path == "/trips"


async def test_a_copy_of_the_cookie_is_worth_nothing_after_the_sign_out(aiko: Browser, thief: Browser) -> None:
    cookie = steal(thief, aiko)
    assert await is_in(thief)
    form = await thief.open("/trips/new")
    await aiko.submit(await aiko.open("/trips"), "/sign-out")
    refused = await thief.submit(form, title="Kyoto", start_date="2026-11-20", end_date="2026-11-24")
    assert refused.status == 403
    assert "Your session has ended" in refused.text
    thief.client.cookies.clear()
    thief.client.cookies.set("session", cookie, domain="127.0.0.1")
    assert not await is_in(thief)


async def test_who_signs_in_again_leaves_no_session_behind(aiko: Browser, thief: Browser) -> None:
    steal(thief, aiko)
    token = (await aiko.open("/trips")).form("/preferences").fields["csrf"]
    await aiko.send("/sign-in", {"csrf": token, "name": "aiko"})
    assert await is_in(aiko)
    assert not await is_in(thief)


async def test_signing_out_here_leaves_the_others_and_everywhere_leaves_none(
    aiko: Browser, thief: Browser, web: Web
) -> None:
    ben = Browser(web)
    await ben.sign_in("ben")
    await thief.sign_in("aiko")
    page = await aiko.open("/sign-out")
    assert "You are signed in as aiko. You are signed in with 2 browsers." in page.text
    await aiko.submit(page, "/sign-out")
    assert (await is_in(aiko), await is_in(thief)) == (False, True)
    await aiko.sign_in("aiko")
    out = await aiko.submit(await aiko.open("/sign-out"), "/sign-out", everywhere="1")
    assert out.path == "/signed-out"
    assert [await is_in(browser) for browser in (aiko, thief, ben)] == [False, False, True]
    assert "This is the only browser" in (await ben.open("/sign-out")).text
    await ben.client.aclose()


async def test_only_who_is_in_is_asked_where_to_sign_out(browser: Browser) -> None:
    assert (await browser.open("/sign-out")).path == "/sign-in"


@pytest.mark.parametrize("changes", [{"csrf": "x"}, {"csrf": ""}])
async def test_nobody_is_signed_out_by_a_form_of_somebody_else(aiko: Browser, changes: dict[str, str]) -> None:
    refused = await aiko.submit(await aiko.open("/sign-out"), "/sign-out", everywhere="1", **changes)
    assert refused.status == 403
    assert await is_in(aiko)


async def test_a_session_that_nobody_uses_is_over_before_its_time(aiko: Browser, clock: Ticking) -> None:
    for _ in range(3):
        clock.now += IDLE - 1
        assert await is_in(aiko)
    clock.now += IDLE
    assert not await is_in(aiko)


async def test_visitors_leave_nothing_in_the_register(web: Web, register: Unreliable) -> None:
    for _ in range(5):
        visitor = Browser(web)
        await visitor.open("/sign-in")
        await visitor.client.aclose()
    register.failure = lambda: ServiceUnavailable("gone")
    visitor = Browser(web)
    assert (await visitor.open("/sign-in")).status == 200
    await visitor.client.aclose()


async def test_while_it_cannot_be_said_who_it_is_nobody_is_in_and_nobody_is_out(
    aiko: Browser, register: Unreliable
) -> None:
    cookie, form = aiko.client.cookies["session"], await aiko.open("/sign-out")
    css = next(str(told["href"]) for _, told in form.tags if told.get("rel") == "stylesheet")
    register.failure = lambda: ServiceUnavailable("gone", retry_after=5)
    for page in (await aiko.open("/trips"), await aiko.submit(form, "/sign-out"), await aiko.open("/sign-in")):
        assert page.status == 503
        assert page.headers["retry-after"] == "5"
        assert "The diary cannot be reached" in page.text
        assert "set-cookie" not in page.headers
        assert "Signed in as" not in page.text
    assert (await aiko.open(css)).status == 200
    assert aiko.client.cookies["session"] == cookie
    register.failure = None
    assert await is_in(aiko)


async def test_who_cannot_be_registered_does_not_come_in(browser: Browser, register: Unreliable) -> None:
    form = await browser.open("/sign-in")
    register.failure = lambda: ServiceUnavailable("gone")
    assert (await browser.submit(form, name="aiko")).status == 503
    register.failure = None
    assert not await is_in(browser)


async def test_when_the_register_is_full_nobody_else_comes_in(web: Web) -> None:
    browsers = [Browser(web) for _ in range(4)]
    pages = [await browser.sign_in(f"person{number}") for number, browser in enumerate(browsers)]
    assert [page.status for page in pages] == [200, 200, 200, 503]
    assert [await is_in(browser) for browser in browsers] == [True, True, True, False]
    for browser in browsers:
        await browser.client.aclose()
