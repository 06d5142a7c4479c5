"""LiveTrip's load of a rehearsal: which pages it opens, as whom, and what it says where it cannot."""

from __future__ import annotations

import socket
from datetime import date
from pathlib import Path
from typing import Final

import httpx
import pytest

from livetrip_contract import Caller, EntryDraft, TripDraft
from livetrip_web.app import make_web
from livetrip_web.registers.in_memory import InMemorySessionRegister
from livetrip_web.registers.register import Limits
from livetrip_web.rehearsing import calls
from livetrip_web.rehearsing.load import reads
from livetrip_web.rehearsing.page import read_page
from livetrip_web.rehearsing.visiting import Tour, planned_tour, visiting
from livetrip_web.settings import WebSettings
from support.diary import MemoryDiary
from support.processes import KEY
from switchover.errors import RolloutRefused
from switchover.rehearsal.comparing import plain

AIKO: Final = Caller("aiko")
NAMED: Final = {"LIVETRIP_REHEARSAL_USERS": " aiko, ,bashir"}
VARIABLES: Final = ("URL", "HOST", "PORT", "SESSION_KEY", "DEV_SIGN_IN", "OIDC_ISSUER")


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of web processes on this machine."""
    for name in VARIABLES:
        monkeypatch.delenv(f"LIVETRIP_WEB_{name}", raising=False)
    monkeypatch.setenv("LIVETRIP_WEB_DEV_SIGN_IN", "1")
    monkeypatch.setenv("LIVETRIP_WEB_SESSION_KEY", KEY)
    return monkeypatch


def test_travellers_pages_and_key_are_those_of_the_web_processes(web: pytest.MonkeyPatch) -> None:
    found = planned_tour(NAMED)
    assert (found.users, found.urls) == (("aiko", "bashir"), ("http://127.0.0.1:8080",))
    urls = {"LIVETRIP_REHEARSAL_URLS": "http://127.0.0.1:8081, http://127.0.0.1:8082/"}
    assert planned_tour({**NAMED, **urls}).urls == ("http://127.0.0.1:8081", "http://127.0.0.1:8082")
    web.delenv("LIVETRIP_WEB_DEV_SIGN_IN")
    web.setenv("LIVETRIP_WEB_OIDC_ISSUER", "https://issuer.example")
    web.setenv("LIVETRIP_WEB_OIDC_CLIENT_ID", "livetrip-web")
    web.setenv("LIVETRIP_WEB_URL", "https://diary.example")
    found = planned_tour({**NAMED, **urls})
    assert found.headers("sealed") == {
        "cookie": "__Host-session=sealed",
        "accept-language": "en",
        "host": "diary.example",
    }


@pytest.mark.parametrize(
    ("given", "changed", "said"),
    [
        ({}, {}, "LIVETRIP_REHEARSAL_USERS has to name travellers of your own"),
        ({"LIVETRIP_REHEARSAL_USERS": " , "}, {}, "LIVETRIP_REHEARSAL_USERS has to name travellers of your own"),
        (NAMED, {"SESSION_KEY": None}, "LIVETRIP_WEB_SESSION_KEY has to be set, as for the web processes"),
        (NAMED, {"PORT": "0"}, "LIVETRIP_REHEARSAL_URLS.*has to name where the pages are"),
        ({**NAMED, "LIVETRIP_REHEARSAL_URLS": "ftp://x"}, {}, "LIVETRIP_REHEARSAL_URLS.*has to be http://host"),
        (NAMED, {"DEV_SIGN_IN": None}, "the pages cannot be asked for"),
    ],
)
def test_an_environment_that_opens_no_page_is_refused(
    web: pytest.MonkeyPatch, given: dict[str, str], changed: dict[str, str | None], said: str
) -> None:
    for name, value in changed.items():
        if value is None:
            web.delenv(f"LIVETRIP_WEB_{name}")
        else:
            web.setenv(f"LIVETRIP_WEB_{name}", value)
    with pytest.raises(RolloutRefused, match=said):
        planned_tour(given)


async def test_pages_that_nobody_serves_are_told_with_their_address(web: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound, and listening to nobody
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        web.setenv("LIVETRIP_REHEARSAL_USERS", "aiko")
        web.setenv("LIVETRIP_REHEARSAL_URLS", url)
        web.setenv("LIVETRIP_WEB_SESSIONS", f"sqlite:///{tmp_path / 'sessions.sqlite3'}")
        with pytest.raises(RolloutRefused, match=rf"the pages at {url} do not answer \(ConnectError\)"):
            await calls().__aenter__()


async def test_each_page_says_the_same_each_time_and_is_its_travellers_own() -> None:
    diary, settings = MemoryDiary(), WebSettings(dev_sign_in=True, session_key=KEY)
    draft = TripDraft(title="Kyoto", start_date=date(2026, 11, 20), end_date=date(2026, 11, 24))
    trip = await diary.live_trip.create_trip(AIKO, draft)
    entry = EntryDraft.model_validate({"text": "Moss.", "happenedAt": "2026-11-21T07:30:00+09:00"})
    await diary.live_trip.add_entry(AIKO, trip.id, entry)
    tour = Tour(("aiko", "ben"), ("http://127.0.0.1",), settings)
    register = InMemorySessionRegister(Limits())
    served = make_web(diary.live_trip, settings, register=register)
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(served)) as client,
        visiting(client, tour, register) as (aiko, ben),
    ):
        found = {call.operation: call for call in await reads(aiko, "page of traveller 0")}
        assert list(found) == ["listTrips", "getTrip", "getTripSummary", "listEntries", "listPhotos", "getEntry"]
        assert "Kyoto" in await found["listTrips"].call()
        assert "Moss." in await found["getEntry"].call()
        for call in found.values():
            first, second = [plain(await call.call(), call.varying) for _ in range(2)]
            assert first == second
        theirs = await reads(ben, "page of traveller 1")
        assert [call.operation for call in theirs] == ["listTrips"]
        assert "Kyoto" not in await theirs[0].call()


@pytest.mark.parametrize(("key", "is_shared"), [(KEY[::-1], True), (KEY, False)])
async def test_a_session_that_the_pages_do_not_take_is_no_page(key: str, is_shared: bool) -> None:
    settings, register = WebSettings(dev_sign_in=True, session_key=KEY), InMemorySessionRegister(Limits())
    tour = Tour(("aiko",), ("http://127.0.0.1",), WebSettings(dev_sign_in=True, session_key=key))
    web = make_web(MemoryDiary().live_trip, settings, register=register if is_shared else None)
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(web)) as client,
        visiting(client, tour, register) as (aiko,),
    ):
        with pytest.raises(httpx.HTTPStatusError, match="303"):
            await reads(aiko, "page of traveller 0")


async def test_travellers_are_signed_out_when_the_rehearsal_ends() -> None:
    settings, register = WebSettings(dev_sign_in=True, session_key=KEY), InMemorySessionRegister(Limits())
    web = make_web(MemoryDiary().live_trip, settings, register=register)
    tour = Tour(("aiko",), ("http://127.0.0.1",), settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(web)) as client:
        async with visiting(client, tour, register) as (aiko,):
            assert await reads(aiko, "page of traveller 0")
        with pytest.raises(httpx.HTTPStatusError, match="303"):
            await reads(aiko, "page of traveller 0")


async def test_sessions_that_cannot_be_kept_are_told(web: pytest.MonkeyPatch, tmp_path: Path) -> None:
    web.setenv("LIVETRIP_REHEARSAL_USERS", "aiko")
    web.setenv("LIVETRIP_WEB_SESSIONS", f"sqlite:///{tmp_path}")
    with pytest.raises(
        RolloutRefused, match="the travellers cannot be signed in: LIVETRIP_WEB_SESSIONS cannot be used"
    ):
        await calls().__aenter__()


def test_a_page_is_what_it_says_and_where_it_leads() -> None:
    page = read_page(
        '<style>a{}</style><p>Two  \n trips &amp; one</p><a href="/trips/1">Ky<b>o</b>to</a>'
        '<a name="x"></a><script>let a = "<p>"</script><input value="token"><img src="/p?signature=1">'
    )
    assert (page.texts, page.links) == (("Two trips & one", "Ky", "o", "to"), ("/trips/1",))
