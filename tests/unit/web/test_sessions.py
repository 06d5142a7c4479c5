"""Sessions: sealed, begun anew, over after a while; and how somebody signs in while the diary is developed."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetrip_contract import Caller
from livetrip_web import Web, make_web
from livetrip_web.edge.sealing import Seal, TooMuchToSeal
from livetrip_web.edge.session import Sessions
from livetrip_web.registers.in_memory import InMemorySessionRegister
from livetrip_web.registers.register import Limits
from support.clock import OwnedClock
from support.diary import ListeningDiary, MemoryDiary, Ticking
from support.pages import Browser, settings

SEAL = Seal("a-secret-of-thirty-two-characters")


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=50), max_size=5))
def test_what_is_sealed_is_opened_for_its_purpose_alone(value: dict[str, str]) -> None:
    sealed = SEAL.close("session", value)
    assert SEAL.open("session", sealed) == value
    assert SEAL.open("signing-in", sealed) is None
    assert Seal("another-secret-of-thirty-two-cha").open("session", sealed) is None


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_seal_with_a_changed_byte_is_broken(place: int, change: int) -> None:
    sealed = SEAL.close("session", {"u": "aiko"})
    data = bytearray(base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4)))
    data[place % len(data)] ^= change
    assert SEAL.open("session", base64.urlsafe_b64encode(bytes(data)).decode().rstrip("=")) is None


@given(st.text(max_size=200))
def test_anything_else_is_no_seal(text: str) -> None:
    assert SEAL.open("session", text) is None


def test_a_value_that_fits_into_no_cookie_is_refused() -> None:
    with pytest.raises(TooMuchToSeal):
        SEAL.close("session", {"g": "x" * 4000})


async def test_a_session_lasts_as_long_as_it_should_by_the_clock_of_the_register() -> None:
    clock = OwnedClock()
    sessions = Sessions(SEAL, InMemorySessionRegister(Limits(idle_seconds=9999), clock), 3600)
    session = sessions.of("aiko", "Aiko", ("staff",))
    cookie = sessions.write(session)
    assert await sessions.read(cookie) is None
    await sessions.begin(session)
    assert await sessions.read(cookie) == session
    clock.passes(3599.9)
    assert await sessions.read(cookie) == session
    clock.passes(0.1)
    assert await sessions.read(cookie) is None


async def test_the_cookie_can_still_be_read_by_the_release_before() -> None:
    """It looks for the time of the beginning, by the clock of its machine."""
    sessions = Sessions(SEAL, InMemorySessionRegister(Limits()), 3600)
    for session in (sessions.visit(), sessions.of("aiko", "Aiko")):
        value = SEAL.open("session.2", sessions.write(session))
        assert value is not None
        assert 0 <= time.time() - value["s"] < 60


async def test_each_sign_in_and_sign_out_begins_another_session(browser: Browser) -> None:
    async def proof() -> tuple[str, str]:
        page = await browser.open("/trips")
        return browser.client.cookies["session"], page.form("/preferences").fields["csrf"]

    before = await proof()
    await browser.sign_in()
    inside = await proof()
    assert before[0] != inside[0]
    assert before[1] != inside[1]
    out = await browser.submit(await browser.open("/trips"), "/sign-out")
    assert out.path == "/signed-out"
    after = await proof()
    assert len({before[1], inside[1], after[1]}) == 3
    assert (await browser.open("/trips")).path == "/sign-in"


async def test_a_session_that_is_planted_before_is_not_the_one_after(browser: Browser, web: Web) -> None:
    await browser.open("/sign-in")
    planted = browser.client.cookies["session"]
    await browser.sign_in()
    attacker = Browser(web)
    attacker.client.cookies.set("session", planted, domain="127.0.0.1")
    assert (await attacker.open("/trips")).path == "/sign-in"
    await attacker.client.aclose()


async def test_a_session_that_is_over_asks_to_sign_in_again_and_a_form_of_it_changes_nothing(
    aiko: Browser, clock: Ticking
) -> None:
    form = await aiko.open("/trips/new")
    clock.now += 12 * 3600
    refused = await aiko.submit(form, title="Kyoto", start_date="2026-11-20", end_date="2026-11-24")
    assert refused.status == 403
    assert "Your session has ended" in refused.text
    assert "Signed in as" not in refused.text
    assert (await aiko.open("/trips")).path == "/sign-in"


@pytest.mark.parametrize("cookie", ["", "x", "session", '"', "a=b; c"])
async def test_a_cookie_that_is_none_of_ours_is_a_new_visitor(browser: Browser, cookie: str) -> None:
    page = await browser.client.get(
        "/sign-in", headers={"cookie": f"session={cookie}; notice=<b>.x; theme=pink; language=xx"}
    )
    assert page.status_code == 200
    assert "session=" in page.headers["set-cookie"]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": " "},
        {"name": "x" * 61},
        {"name": "a\tb"},
        {"name": "aiko", "groups": ",".join(map(str, range(21)))},
        {"name": "aiko", "groups": "x" * 61},
    ],
)
async def test_who_has_no_name_does_not_come_in(browser: Browser, fields: dict[str, str]) -> None:
    refused = await browser.submit(await browser.open("/sign-in"), **fields)
    assert refused.status == 422
    assert "a name of 1 to 60 characters" in refused.text
    assert refused.form().fields["name"] == fields["name"]
    assert (await browser.open("/trips")).path == "/sign-in"


async def test_whoever_is_in_is_not_asked_again(aiko: Browser) -> None:
    assert (await aiko.open("/sign-in?next=/trips/new")).path == "/trips/new"
    assert (await aiko.open("/")).path == "/trips"


async def test_groups_reach_the_diary() -> None:
    diary = ListeningDiary()
    browser = Browser(make_web(diary, settings()))
    await browser.sign_in(groups="staff, 写真係、canary")
    assert diary.callers == {Caller("aiko", frozenset({"staff", "写真係", "canary"}))}
    await browser.client.aclose()


async def test_the_development_sign_in_is_not_there_unless_it_is_asked_for() -> None:
    web = make_web(
        MemoryDiary().live_trip,
        settings(
            dev_sign_in=False, url="http://127.0.0.1:8080", oidc_issuer="http://127.0.0.1:9", oidc_client_id="diary"
        ),
    )
    browser = Browser(web)
    page = await browser.open("/sign-in")
    assert "Development" not in page.text
    token = page.form("/preferences").fields["csrf"]
    assert (await browser.send("/sign-in", {"csrf": token, "name": "aiko"})).status == 400
    assert (await browser.open("/trips")).path == "/sign-in"
    await browser.client.aclose()


async def test_groups_that_fit_into_no_cookie_are_told_at_the_form_and_sign_nobody_in(browser: Browser) -> None:
    groups = ",".join(f"{number:02d}" + "\N{CROSSED FLAGS}" * 58 for number in range(20))
    page = await browser.sign_in(groups=groups)
    assert (page.status, page.path) == (422, "/sign-in")
    assert (await browser.open("/trips")).path == "/sign-in"
