"""What a browser is made to try, and the diary refuses: other people's pages, forged forms, ways out, scripts in what is typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import pytest

from journeys.conftest import MODES
from support.browser import Chromium, Watched, chromium
from support.loopback import Told, loopback
from support.shown import shown_diary
from support.tour import Tour
from support.traveller import Traveller

SCRIPTS: Final = (
    '<script>alert(1)</script>"><img src=x onerror=alert(2)></textarea></title><svg onload=alert(3)>',
    "' autofocus onfocus=alert(4) x='<iframe srcdoc='<script>parent.alert(5)</script>'>",
)
NOBODYS: Final = ("trips", "trip-new", "sign-out", "not-found")
"""Pages that are there for everybody."""


@dataclass(frozen=True)
class Open:
    """A diary in which aiko has two trips, with entries and photos. `hers`: the addresses of pages of hers."""

    browser: Chromium
    address: str
    hers: tuple[str, ...]


@pytest.fixture(scope="module", params=MODES)
def diary(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    folder: Path = tmp_path_factory.mktemp("refusals")
    with chromium() as browser, shown_diary(request.param, folder) as (address, _):
        with browser.person() as aiko:
            tour = Tour(aiko, address)
            tour.sign_in()
            tour.photograph()
            hers = tuple(path for name, path in tour.addresses() if name not in NOBODYS)
        yield Open(browser, address, hers)


def test_somebody_else_finds_nothing_where_her_pages_are(diary: Open) -> None:
    with diary.browser.person() as other:
        Traveller(other, diary.address).signs_in("ben")
        other.page.get_by_text("No trips yet").wait_for()
        told = set()
        for path in (*diary.hers, "/trips/019aaaaa-0000-7000-8000-000000000000"):
            other.expect("404")
            answer = other.page.goto(diary.address + path)
            assert answer is not None
            assert answer.status == 404, path
            assert other.page.title() == "There is nothing here · LiveTrip Diary"
            told.add("\n".join(other.page.locator("main h1, main p:not(.trace)").all_inner_texts()))
        assert len(told) == 1
        assert other.unexpected() == []
    assert len(diary.hers) == 12


@pytest.mark.parametrize(
    ("name", "heading"), [("127.0.0.1", "This page was open for too long"), ("localhost", "Trips")]
)
def test_a_form_of_a_foreign_page_changes_nothing(diary: Open, name: str, heading: str) -> None:
    """From a page of the same site (another port), with which browsers send the cookies, and from another site, without: ben stays who he is."""
    fields = {"title": "Forged", "start_date": "2026-11-20", "end_date": "2026-11-24", "key": "k" * 24}
    with diary.browser.person() as watched:
        traveller = Traveller(watched, diary.address)
        traveller.signs_in("ben")
        token = watched.page.locator("[name=csrf]").first.input_value()
        inputs = "".join(
            f'<input name="{field}" value="{value}">' for field, value in {**fields, "csrf": token}.items()
        )
        page = f'<!doctype html><title>-</title><form method=post action="{diary.address}/trips">{inputs}<button>Win</button></form>'
        with loopback(lambda _: Told(200, page.encode(), {"content-type": "text/html"})) as foreign:
            watched.page.goto(foreign.url.replace("127.0.0.1", name))
            watched.page.get_by_role("button", name="Win").click()
            watched.page.get_by_role("heading", name=heading, exact=True).wait_for()
        watched.page.goto(f"{diary.address}/trips")
        watched.page.get_by_text("No trips yet").wait_for()


@pytest.mark.parametrize(
    "following", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/%09/evil.example"]
)
def test_a_sign_in_ends_at_home(diary: Open, following: str) -> None:
    with diary.browser.person() as watched:
        watched.page.goto(f"{diary.address}/sign-in?next={following}")
        watched.page.get_by_label("Name").fill("ben")
        watched.page.get_by_role("button", name="Open the diary").click()
        watched.page.get_by_role("link", name="Trips", exact=True).wait_for()
        assert watched.page.url.startswith(f"{diary.address}/")
        assert watched.unexpected() == []


def test_scripts_in_every_field_are_text_on_every_page(diary: Open) -> None:
    with diary.browser.person() as watched:
        watched.page.goto(f"{diary.address}/sign-in?next={SCRIPTS[0]}")
        watched.page.get_by_label("Name").fill("<b onclick=alert(6)>eve</b>")
        watched.page.get_by_label("Groups").fill("<script>alert(7)</script>")
        watched.page.get_by_role("button", name="Open the diary").click()
        watched.page.locator(".menu").wait_for()
        for script in SCRIPTS:
            _types(watched, diary.address, script)
        assert watched.unexpected() == []


def _types(watched: Watched, address: str, script: str) -> None:
    """Into every field of a trip and of an entry; then all pages are opened that show them."""
    page = watched.page
    page.goto(f"{address}/trips/new")
    page.get_by_label("Title").fill(script)
    page.get_by_label("Description").fill(script)
    page.get_by_label("First day").fill("2026-11-20")
    page.get_by_label("Last day").fill("2026-11-24")
    page.get_by_role("button", name="Plan the trip").click()
    page.get_by_role("heading", name=script, exact=True).wait_for()
    page.get_by_role("link", name="Write an entry").click()
    page.get_by_label("What happened?").fill(script)
    page.get_by_label("Place").fill(script)
    page.get_by_label("Tags").fill(script[:40])
    page.get_by_role("button", name="Write it down").click()
    page.locator("article .prose").get_by_text(script, exact=True).wait_for()
    _shows(watched, page.url, script)


def _shows(watched: Watched, trip: str, script: str) -> None:
    page, trip = watched.page, trip.partition("#")[0]
    entry = page.get_by_role("link", name="Read").get_attribute("href")
    here = trip.partition("/trips/")[0]
    pages = [f"{trip}{rest}" for rest in ("/edit", "/delete", "/summary", "/photos", "/entries/new")]
    pages += [f"{here}{entry}{rest}" for rest in ("", "/edit", "/delete")]
    for address in (*pages, f"{here}/trips"):
        page.goto(address)
        assert page.locator("main img, main iframe, main script, main [onload], main [onfocus]").count() == 0
    assert page.get_by_text(script, exact=True).count() > 0


def test_a_form_that_is_too_large_is_a_plain_page(diary: Open) -> None:
    with httpx.Client(base_url=diary.address) as client:
        page = client.get("/sign-in")
        token = page.text.partition('name="csrf" value="')[2].partition('"')[0]
        answer = client.post("/sign-in", data={"csrf": token, "name": "b" * 300_000})
        assert answer.status_code == 413
        assert "That is too much at once" in answer.text
        answer = client.post("/sign-in", data={"csrf": token, "name": "ben", **{f"f{n}": "" for n in range(70)}})
        assert answer.status_code in (400, 413)
        assert client.get("/trips").url.path == "/trips"
        assert client.get("/trips").status_code == 303
