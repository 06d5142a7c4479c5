"""Trips, as pages."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from livetrip_web import Web
from support.pages import Browser


async def test_whoever_has_not_signed_in_is_asked_to_and_comes_back(browser: Browser) -> None:
    trip = f"/trips/{uuid4()}"
    asked = await browser.open(f"{trip}?cursor={'0' * 48}")
    assert asked.path == "/sign-in"
    assert asked.form().fields["next"] == f"{trip}?cursor={'0' * 48}"


async def test_a_trip_is_planned_and_shown(aiko: Browser) -> None:
    empty = await aiko.open("/trips")
    assert "No trips yet" in empty.text
    planned = await aiko.submit(
        await aiko.open("/trips/new"),
        title="Kyoto",
        start_date="2026-11-20",
        end_date="2026-11-24",
        description="Moss.",
    )
    assert "The trip is planned." in planned.text
    assert "20–24 November 2026" in planned.text
    assert planned.path in (await aiko.open("/trips")).links
    assert "The trip is planned." not in (await aiko.open(planned.path)).text


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("title", " ", "one line of 1 to 120"),
        ("title", "x" * 121, "one line of 1 to 120"),
        ("description", "x" * 2001, "at most 2,000 characters"),
        ("start_date", "yesterday", "the day on which the trip begins"),
        ("end_date", "2026-11-31", "the day on which the trip ends"),
        ("end_date", "2026-11-19", "The last day cannot be before the first."),
    ],
)
async def test_a_form_with_something_wrong_comes_back_as_it_was_typed(
    aiko: Browser, field: str, value: str, told: str
) -> None:
    typed = {
        "title": "Kyoto",
        "description": "Moss.",
        "start_date": "2026-11-20",
        "end_date": "2026-11-24",
        field: value,
    }
    refused = await aiko.submit(await aiko.open("/trips/new"), **typed)
    assert refused.status == 422
    assert told in refused.text
    fields = refused.form("/trips").fields
    assert {name: fields[name] for name in typed} == typed
    wrong = [told for tag, told in refused.tags if told.get("aria-invalid") == "true"]
    assert [one["name"] for one in wrong] == [field]
    assert f"{field}-wrong" in str(wrong[0]["aria-describedby"]).split()
    assert "No trips yet" in (await aiko.open("/trips")).text


async def test_a_form_that_is_sent_twice_writes_once(aiko: Browser) -> None:
    form = await aiko.open("/trips/new")
    typed = {"title": "Kyoto", "start_date": "2026-11-20", "end_date": "2026-11-24"}
    first, second = await aiko.submit(form, **typed), await aiko.submit(form, **typed)
    assert first.path == second.path
    listed = await aiko.open("/trips")
    assert [link for link in listed.links if re.fullmatch(r"/trips/[0-9a-f-]{36}", link)] == [first.path]


async def test_a_form_that_is_sent_again_with_something_else_asks_whether_that_is_meant(aiko: Browser) -> None:
    form = await aiko.open("/trips/new")
    typed = {"title": "Kyoto", "start_date": "2026-11-20", "end_date": "2026-11-24"}
    await aiko.submit(form, **typed)
    asked = await aiko.submit(form, **{**typed, "title": "Nara"})
    assert asked.status == 409
    assert "sent before" in asked.text
    assert asked.form("/trips").fields["title"] == "Nara"
    assert (await aiko.submit(asked, "/trips")).status == 200
    assert "Nara" in (await aiko.open("/trips")).text


async def test_a_trip_is_changed(aiko: Browser) -> None:
    trip = await aiko.plan()
    changed = await aiko.submit(await aiko.open(f"{trip}/edit"), f"{trip}/edit", title="Nara", description="Deer.")
    assert changed.path == trip
    assert "The trip has been changed." in changed.text
    assert "Nara" in changed.text
    assert "Deer." in changed.text


async def test_a_form_of_a_trip_that_changed_meanwhile_shows_both_versions(aiko: Browser) -> None:
    trip = await aiko.plan(description="Moss.")
    mine, theirs = await aiko.open(f"{trip}/edit"), await aiko.open(f"{trip}/edit")
    await aiko.submit(theirs, f"{trip}/edit", title="Kyoto and Nara", description="Deer.")
    both = await aiko.submit(mine, f"{trip}/edit", title="Kyoto alone", description="Temples.")
    assert both.status == 409
    for said in ("Kyoto and Nara", "Deer", "Kyoto alone", "Temples"):
        assert said in both.text
    settled = await aiko.submit(both, f"{trip}/edit", pick="each", pick_title="mine", pick_description="theirs")
    assert settled.status == 200
    assert "Kyoto alone" in settled.text
    assert "Deer." in settled.text
    assert "Temples." not in settled.text


async def test_all_of_mine_may_win(aiko: Browser) -> None:
    trip = await aiko.plan()
    mine, theirs = await aiko.open(f"{trip}/edit"), await aiko.open(f"{trip}/edit")
    await aiko.submit(theirs, f"{trip}/edit", title="Theirs", description="Theirs.")
    both = await aiko.submit(mine, f"{trip}/edit", title="Mine", description="Mine.")
    settled = await aiko.submit(both, f"{trip}/edit", pick="mine", pick_title="theirs")
    assert "Mine." in settled.text
    assert "Theirs" not in settled.text


async def test_two_versions_that_say_the_same_are_one(aiko: Browser) -> None:
    trip = await aiko.plan()
    mine, theirs = await aiko.open(f"{trip}/edit"), await aiko.open(f"{trip}/edit")
    await aiko.submit(theirs, f"{trip}/edit", title="Nara")
    saved = await aiko.submit(mine, f"{trip}/edit", title="Nara")
    assert (saved.status, saved.path) == (200, trip)


async def test_a_changed_trip_with_something_wrong_comes_back_with_its_version(aiko: Browser) -> None:
    trip = await aiko.plan()
    refused = await aiko.submit(await aiko.open(f"{trip}/edit"), f"{trip}/edit", title="")
    assert refused.status == 422
    assert (await aiko.submit(refused, f"{trip}/edit", title="Nara")).path == trip


async def test_a_trip_is_deleted_when_that_is_meant(aiko: Browser) -> None:
    trip = await aiko.plan()
    await aiko.write(trip)
    asked = await aiko.open(f"{trip}/delete")
    assert "its one entry" in asked.text
    deleted = await aiko.submit(asked)
    assert deleted.path == "/trips"
    assert "The trip has been deleted." in deleted.text
    assert (await aiko.open(trip)).status == 404


async def test_a_trip_is_summed_up(aiko: Browser) -> None:
    trip = await aiko.plan()
    await aiko.write(trip, place="Saihō-ji")
    summary = await aiko.open(f"{trip}/summary")
    assert "1 of 5 days written about" in summary.text
    assert "Saihō-ji" in summary.text


async def test_a_long_list_goes_on(aiko: Browser) -> None:
    for day in range(1, 42):
        await aiko.plan(title=f"Trip {day}", start_date=f"2026-{day % 12 + 1:02}-01", end_date="2026-12-31")
    first = await aiko.open("/trips")
    following = next(link for link in first.links if "cursor=" in link)
    second = await aiko.open(following)
    shown = [link for page in (first, second) for link in page.links if re.fullmatch(r"/trips/[0-9a-f-]{36}", link)]
    assert len(shown) == len(set(shown)) == 41
    assert "/trips" in second.links


@pytest.mark.parametrize("query", ["cursor=", "cursor=x", f"cursor={'F' * 48}"])
async def test_a_cursor_that_is_none_is_a_bad_request(aiko: Browser, query: str) -> None:
    assert (await aiko.open(f"/trips?{query}")).status == 400


async def test_what_is_somebody_elses_is_not_there(aiko: Browser, web: Web) -> None:
    trip = await aiko.plan(title="Secret")
    await aiko.write(trip, text="Secret as well.")
    other = Browser(web)
    await other.sign_in("ben")
    assert "Secret" not in (await other.open("/trips")).text
    for path in ("", "/edit", "/delete", "/summary", "/entries/new", "/photos"):
        found = await other.open(f"{trip}{path}")
        assert found.status == 404, path
        assert "Secret" not in found.text
    form = (await other.open("/trips/new")).form("/trips").fields
    sent = {**form, "version": "1", "title": "Mine now", "start_date": "2026-11-20", "end_date": "2026-11-24"}
    assert (await other.send(f"{trip}/edit", sent)).status == 404
    assert (await other.send(f"{trip}/delete", sent)).status == 404
    assert "Secret" in (await aiko.open(trip)).text
    await other.client.aclose()
