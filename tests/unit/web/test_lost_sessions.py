"""What somebody wrote outlives the session that it was written in, another language, and the way back."""

from __future__ import annotations

import re

import pytest

from support.diary import Ticking
from support.pages import Browser, Page

TRIP = {"title": "Kyoto", "start_date": "2026-11-20", "end_date": "2026-11-24"}


def end(clock: Ticking) -> None:
    clock.now += 12 * 3600


async def test_a_session_that_ends_while_writing_costs_two_clicks_and_no_text(aiko: Browser, clock: Ticking) -> None:
    """Without scripts: the form comes back, she signs in in another tab, and sends it again."""
    trip = await aiko.plan()
    form = await aiko.open(f"{trip}/entries/new")
    drawer = form.form("/entries").fields["drawer"]
    end(clock)
    back = await aiko.submit(form, "/entries", text="Moss.", happened="2026-11-21T07:30", offset="540")
    assert back.status == 403
    assert "Your session has ended, so this is not saved yet." in back.text
    assert f'data-drawer="{drawer}"' in back.html
    way = next(link for link in back.links if link.startswith("/sign-in?next="))
    signed_in = await aiko.submit(await aiko.open(way), name="aiko")
    assert (signed_in.path, "key=" in signed_in.url) == (f"{trip}/entries/new", True)
    again = await aiko.submit(back, "/entries")
    assert (again.status, again.form("/entries").fields["text"]) == (403, "Moss.")
    assert "This page was open for too long, so this is not saved yet." in again.text
    written = await aiko.submit(again, "/entries")
    assert (written.path, written.text.count("Moss.")) == (trip, 1)


async def test_a_change_whose_session_ended_keeps_its_version_and_what_it_was_shown_with(
    aiko: Browser, clock: Ticking
) -> None:
    trip = await aiko.plan()
    edit = next(link for link in (await aiko.write(trip)).links if re.search("/entries/.*/edit$", link))
    forms = await aiko.open(edit), await aiko.open(f"{trip}/edit")
    end(clock)
    for form, changes in zip(forms, ({"text": "Rain."}, {"description": "Rain."}), strict=True):
        action = form.url.removeprefix(aiko.origin)
        back = await aiko.submit(form, action, **changes)
        assert back.status == 403
        kept = {**form.form(action).fields, **changes}
        told = back.form(action).fields
        assert {name: told[name] for name in ("version", "base", "key", "draft", *changes)} == {
            name: kept[name] for name in ("version", "base", "key", "draft", *changes)
        }


async def test_whose_session_is_over_is_told_so_and_comes_back(aiko: Browser, clock: Ticking) -> None:
    trip = await aiko.plan()
    form = await aiko.open(f"{trip}/delete")
    end(clock)
    asked = await aiko.submit(form)
    assert (asked.path, asked.form("/sign-in").fields["next"]) == ("/sign-in", f"{trip}/delete")
    assert "Your session has ended. Sign in again to go on where you were." in asked.text
    assert any("data-draft-waiting" in told for _, told in asked.tags)


async def test_who_was_never_in_is_not_told_that_a_session_ended(browser: Browser) -> None:
    assert "Your session has ended" not in (await browser.open("/trips")).text


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}])
async def test_what_another_page_sends_is_never_shown_as_a_form(aiko: Browser, headers: dict[str, str]) -> None:
    form = (await aiko.open("/trips/new")).form("/trips").fields
    refused = await aiko.send("/trips", {**form, **TRIP, "title": "Theirs"}, **headers)
    assert (refused.status, "Theirs" in refused.html) == (403, False)
    answer = await aiko.client.post("/trips", data={**form, **TRIP, "title": "Theirs", "csrf": "x"})
    assert (answer.status_code, "Theirs" in answer.text) == (403, False)


def _switches(page: Page) -> list[str | None]:
    return [
        told.get("form") for tag, told in page.tags if tag == "button" and told.get("name") in ("language", "theme")
    ]


async def test_another_language_or_light_keeps_what_was_typed(aiko: Browser) -> None:
    trip = await aiko.plan()
    refused = await aiko.submit(await aiko.open(f"{trip}/entries/new"), "/entries", text="Moss.", tags="x" * 41)
    assert refused.status == 422
    for page in (refused, await aiko.open(f"{trip}/edit"), await aiko.open("/trips/new")):
        assert set(_switches(page)) == {"sheet"}
    assert set(_switches(await aiko.open("/trips"))) == {None}
    japanese = await aiko.submit(refused, "/entries", language="ja", text="Moss and rain.")
    assert (japanese.status, '<html lang="ja"' in japanese.html) == (200, True)
    dark = await aiko.submit(japanese, "/entries", theme="dark")
    assert 'data-theme="dark"' in dark.html
    kept = dark.form("/entries").fields
    assert (kept["text"], kept["tags"], kept["key"]) == (
        "Moss and rain.",
        "x" * 41,
        refused.form("/entries").fields["key"],
    )
    assert (await aiko.submit(dark, "/entries", language="xx")).status == 400
    assert '<html lang="ja"' in (await aiko.open(trip)).html
    assert 'data-theme="dark"' in (await aiko.open(trip)).html


async def test_the_form_of_an_address_is_sent_once(aiko: Browser) -> None:
    """A browser that goes back after saving asks for the address again."""
    form = await aiko.open("/trips/new")
    back = await aiko.open(form.url)
    assert back.form("/trips").fields["key"] == form.form("/trips").fields["key"]
    first, second = await aiko.submit(form, **TRIP), await aiko.submit(back, **TRIP)
    assert first.path == second.path
    assert (await aiko.submit(back, **{**TRIP, "title": "Nara"})).status == 409
    assert (await aiko.open("/trips/new?key=a b")).form("/trips").fields["key"] != "a b"


async def test_what_is_written_late_in_a_long_trip_is_shown(aiko: Browser) -> None:
    trip = await aiko.plan()
    for minute in range(51):
        await aiko.write(trip, text=f"Entry {minute}.", happened=f"2026-11-21T07:{minute:02}")
    written = await aiko.write(trip, text="The last one.", happened="2026-11-22T07:30")
    assert written.path.startswith(f"{trip}/entries/")
    for said in ("The last one.", "The entry is written."):
        assert said in written.text
    assert (await aiko.open(trip)).path == trip


async def test_a_browser_that_blocks_cookies_is_told_so(browser: Browser) -> None:
    form = await browser.open("/sign-in")
    browser.client.cookies.clear()
    refused = await browser.submit(form, name="aiko")
    assert refused.status == 403
    assert "The diary’s cookie is missing" in refused.text
    assert "open for too long" not in refused.text


async def test_no_field_cuts_what_is_pasted_and_what_people_wrote_has_its_own_direction(aiko: Browser) -> None:
    trip = await aiko.plan(title="القاهرة", description="رحلة.")
    await aiko.write(trip, text="مرحبا.\n\nHello.", place="القاهرة", tags="نيل")
    for address in (f"{trip}/entries/new", f"{trip}/edit"):
        tags = (await aiko.open(address)).tags
        assert not [told for _, told in tags if "maxlength" in told]
        assert {told.get("dir") for tag, told in tags if tag == "textarea"} == {"auto"}
    for address in ("/trips", trip):
        written = [told for _, told in (await aiko.open(address)).tags if "lang" in told]
        foreign = [told for told in written if told["lang"] == "en" and told.get("dir") != "auto"]
        assert len(foreign) == 2  # the page itself, and the button for English
    assert (await aiko.open(trip)).html.count('<p dir="auto">') == 3
