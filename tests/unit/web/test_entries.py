"""Entries, as pages."""

from __future__ import annotations

import re

import pytest

from livetrip_web.forms.entry import change
from support.diary import Unreliable
from support.pages import Browser
from switchover.errors import ConnectionLost, ServiceUnavailable


async def test_an_entry_is_written_and_shown_at_its_own_offset(aiko: Browser) -> None:
    trip = await aiko.plan()
    written = await aiko.write(
        trip, text="Moss.\r\n\r\nMore moss.", place="Saihō-ji", latitude="34.9919", longitude="135.6837", mood="great",
        tags="garden, morning garden",
    )  # fmt: skip
    assert "The entry is written." in written.text
    assert "Day 2 Saturday, 21 November 2026" in written.text
    assert "07:30 UTC+9" in written.text
    assert "#" not in written.text
    entry = next(link for link in written.links if "/entries/" in link and not link.endswith(("new", "edit")))
    read = await aiko.open(entry)
    for said in ("Saihō-ji 34.9919, 135.6837", "Great", "garden morning", "Moss. More moss."):
        assert said in read.text
    assert re.search(r"<p[^>]*>Moss.</p>\n<p[^>]*>More moss.</p>", read.html)


async def test_a_new_entry_begins_now_by_the_clocks_of_the_last_one(aiko: Browser) -> None:
    trip = await aiko.plan()
    fields = (await aiko.open(f"{trip}/entries/new")).form().fields
    assert (fields["happened"], fields["offset"]) == ("2026-11-21T12:00", "0")
    await aiko.write(trip, offset="345")
    fields = (await aiko.open(f"{trip}/entries/new")).form().fields
    assert (fields["happened"], fields["offset"]) == ("2026-11-21T17:45", "345")


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"text": ""}, "text", "1 to 10,000"),
        ({"text": "x" * 10_001}, "text", "1 to 10,000"),
        ({"text": "a\0b"}, "text", "1 to 10,000"),
        ({"happened": "today"}, "happened", "a date and a time"),
        ({"happened": "2026-11-31T07:30"}, "happened", "a date and a time"),
        ({"happened": "0001-01-01T00:00", "offset": "840"}, "happened", "a date and a time"),
        ({"offset": "1440"}, "offset", "one of the time zones"),
        ({"offset": "nine"}, "offset", "one of the time zones"),
        ({"mood": "furious"}, "mood", "one of the moods"),
        ({"place": "x" * 121}, "place", "one line of 1 to 120"),
        ({"latitude": "34.9", "longitude": "135"}, "place", "Give the place of these coordinates a name"),
        ({"place": "Kyoto", "latitude": "34.9"}, "longitude", "together with a latitude"),
        ({"place": "Kyoto", "latitude": "91", "longitude": "0"}, "latitude", "−90 to 90"),
        ({"place": "Kyoto", "latitude": "1e1", "longitude": "nan"}, "longitude", "−180 to 180"),
        ({"tags": "x" * 41}, "tags", "at most 20 tags"),
        ({"tags": " ".join(map(str, range(21)))}, "tags", "at most 20 tags"),
    ],
)
async def test_what_cannot_be_taken_is_named_and_nothing_typed_is_lost(
    aiko: Browser, changes: dict[str, str], field: str, told: str
) -> None:
    trip = await aiko.plan()
    page = await aiko.write(trip, **{"text": "Moss.", **changes})
    assert page.status == 422
    assert told in page.text
    fields = page.form().fields
    kept = {name: value for name, value in changes.items() if field not in ("mood", "offset")}  # nobody can type these
    assert {name: fields[name] for name in kept} == kept
    assert field in page.ids
    assert "Nothing written yet" in (await aiko.open(trip)).text


async def test_an_entry_is_changed_and_cleared(aiko: Browser) -> None:
    trip = await aiko.plan()
    written = await aiko.write(trip, place="Saihō-ji", mood="good", tags="moss", happened="2026-11-21T07:30:15.5")
    edit = next(link for link in written.links if link.endswith("/edit") and "/entries/" in link)
    page = await aiko.open(edit)
    assert page.form().fields["happened"] == "2026-11-21T07:30:15.500000"
    changed = await aiko.submit(page, edit, text="Rain.", place="", mood="", tags="")
    assert "The entry has been changed." in changed.text
    for gone in ("Saihō-ji", "good", "moss"):
        assert gone not in changed.text


def test_a_mood_that_stays_as_it_was_shown_is_left_out_of_the_change() -> None:
    form = {"text": "Rain.", "happened": "2026-11-21T07:30", "offset": "540", "version": "1"}
    for shown, chosen, is_sent in (("", "", False), ("good", "good", False), ("good", "", True), ("", "low", True)):
        changed = change({**form, "mood_shown": shown, "mood": chosen})
        assert ("mood" in changed.model_fields_set) is is_sent
        assert (changed.mood.value if changed.mood else "") == (chosen if is_sent else "")
    assert "mood" in change({**form, "mood": ""}).model_fields_set


async def test_two_people_at_one_entry_choose_between_moods(aiko: Browser) -> None:
    trip = await aiko.plan()
    written = await aiko.write(trip, mood="good")
    edit = next(link for link in written.links if link.endswith("/edit") and "/entries/" in link)
    mine, theirs = await aiko.open(edit), await aiko.open(edit)
    await aiko.submit(theirs, edit, mood="low")
    both = await aiko.submit(mine, edit, text="Mine.", mood="great")
    assert both.status == 409
    settled = await aiko.submit(both, edit, pick="mine")
    assert "Great" in settled.text
    assert "Mine." in settled.text


async def test_two_people_at_one_entry_choose_field_by_field(aiko: Browser) -> None:
    trip = await aiko.plan()
    written = await aiko.write(trip, place="Kyoto")
    edit = next(link for link in written.links if link.endswith("/edit") and "/entries/" in link)
    mine, theirs = await aiko.open(edit), await aiko.open(edit)
    await aiko.submit(theirs, edit, text="Theirs.", place="Nara", mood="good", tags="deer", offset="330")
    both = await aiko.submit(
        mine, edit, text="Mine.", place="Uji", mood="low", offset="345", happened="2026-11-21T08:00"
    )
    assert both.status == 409
    for said in ("Low", "Good", "UTC+5:45", "UTC+5:30", "08:00", "Yours"):
        assert said in both.text
    assert both.form(edit).fields["pick_text"] == "mine"
    assert "pick_tags" not in both.form(edit).fields
    settled = await aiko.submit(both, edit, pick="each", pick_text="mine", pick_place="theirs")
    for kept in ("Mine.", "Nara", "deer"):
        assert kept in settled.text
    assert "Uji" not in settled.text


async def test_a_conflict_may_be_met_again(aiko: Browser) -> None:
    trip = await aiko.plan()
    written = await aiko.write(trip)
    edit = next(link for link in written.links if link.endswith("/edit") and "/entries/" in link)
    mine, first, second = [await aiko.open(edit) for _ in range(3)]
    await aiko.submit(first, edit, text="First.")
    both = await aiko.submit(mine, edit, text="Mine.")
    again = await aiko.submit(second, edit, text="Second.")
    assert again.status == 409
    await aiko.submit(again, edit, pick="mine")
    third = await aiko.submit(both, edit, pick="mine")
    assert third.status == 409
    assert "Second" in third.text


async def test_an_entry_is_deleted_when_that_is_meant(aiko: Browser) -> None:
    trip = await aiko.plan()
    written = await aiko.write(trip)
    entry = next(link for link in written.links if "/entries/" in link and not link.endswith(("new", "edit")))
    deleted = await aiko.submit(await aiko.open(f"{entry}/delete"))
    assert deleted.path == trip
    assert "Nothing written yet" in deleted.text
    assert (await aiko.open(entry)).status == 404


async def test_a_long_trip_goes_on_and_no_entry_is_lost(aiko: Browser) -> None:
    trip = await aiko.plan()
    for minute in range(55):
        await aiko.write(trip, text=f"Entry {minute}.", happened=f"2026-11-21T07:{minute:02}")
    first = await aiko.open(trip)
    second = await aiko.open(next(link for link in first.links if "cursor=" in link))
    found = [minute for page in (first, second) for minute in range(55) if f"Entry {minute}." in page.text]
    assert found == list(range(55))


@pytest.mark.parametrize("failure", [ServiceUnavailable("down", retry_after=7), ConnectionLost("gone")])
async def test_a_service_that_is_down_costs_nothing_that_was_typed_and_the_entry_is_written_once(
    aiko: Browser, live_trip: Unreliable, failure: Exception
) -> None:
    trip = await aiko.plan()
    form = await aiko.open(f"{trip}/entries/new")
    live_trip.failure, live_trip.after = (lambda: failure), isinstance(failure, ConnectionLost)
    down = await aiko.submit(form, text="Moss.", happened="2026-11-21T07:30", offset="540")
    assert down.status == 503
    assert down.headers["retry-after"] == ("7" if isinstance(failure, ServiceUnavailable) else "10")
    assert "Nothing is lost" in down.text
    assert down.form().fields["text"] == "Moss."
    assert down.form().fields["key"] == form.form().fields["key"]
    live_trip.failure = None
    written = await aiko.submit(down)
    assert written.path == trip
    assert written.text.count("Moss.") == 1


async def test_a_changed_entry_with_something_wrong_comes_back_with_its_version(aiko: Browser) -> None:
    trip = await aiko.plan()
    written = await aiko.write(trip)
    edit = next(link for link in written.links if link.endswith("/edit") and "/entries/" in link)
    refused = await aiko.submit(await aiko.open(edit), edit, text="")
    assert refused.status == 422
    assert "Rain." in (await aiko.submit(refused, edit, text="Rain.")).text


@pytest.mark.parametrize(
    ("zone", "happened", "kept"),
    [
        ("Europe/Berlin", "2026-07-21T07:30", "2026-07-21T07:30:00+02:00"),
        ("Europe/Berlin", "2026-12-21T07:30", "2026-12-21T07:30:00+01:00"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T02:30:00+02:00"),
        ("Asia/Kathmandu", "1850-01-01T12:00", "1850-01-01T12:00:00+05:41"),
        ("540", "2026-07-21T07:30", "2026-07-21T07:30:00+09:00"),
    ],
    ids=["summer", "winter", "twice", "solar", "fixed"],
)
async def test_a_time_zone_has_the_offset_of_the_date_that_was_typed(
    aiko: Browser, zone: str, happened: str, kept: str
) -> None:
    page = await aiko.write(await aiko.plan(), happened=happened, offset=zone)
    times = [told["datetime"] for tag, told in page.tags if tag == "time"]
    assert times == [kept]


async def test_a_form_that_comes_back_keeps_its_time_zone(aiko: Browser) -> None:
    page = await aiko.write(await aiko.plan(), text="", offset="America/Argentina/Buenos_Aires")
    assert page.status == 422
    assert page.form().fields["offset"] == "America/Argentina/Buenos_Aires"


async def test_a_time_zone_that_changes_no_offset_is_no_conflict(aiko: Browser) -> None:
    written = await aiko.write(await aiko.plan())
    edit = next(link for link in written.links if link.endswith("/edit") and "/entries/" in link)
    mine, theirs = await aiko.open(edit), await aiko.open(edit)
    await aiko.submit(theirs, edit, happened="2026-11-21T09:00")
    merged = await aiko.submit(mine, edit, text="Mine.", offset="Asia/Tokyo")
    assert merged.status == 200
    for kept in ("Mine.", "09:00 UTC+9"):
        assert kept in merged.text


@pytest.mark.parametrize(
    "zone", ["Europe/Atlantis", "EST5EDT", "/etc/passwd", "Europe/../../etc/passwd", "posix/Asia/Tokyo"]
)
async def test_what_is_no_time_zone_is_refused(aiko: Browser, zone: str) -> None:
    page = await aiko.write(await aiko.plan(), offset=zone)
    assert page.status == 422
    assert "one of the time zones" in page.text
