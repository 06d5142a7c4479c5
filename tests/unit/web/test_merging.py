"""Two versions and what they came from, as one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetrip_web.forms.entry import FIELDS, UNITS, canonical
from livetrip_web.forms.form import UnreadableForm
from livetrip_web.forms.merging import base_of, base_text, merge, resolve
from livetrip_web.words.differences import differences
from support.diary import Unreliable
from support.pages import Browser, Page
from switchover.errors import ServiceUnavailable

SHOWN = {**dict.fromkeys(FIELDS, ""), "text": "Moss.", "happened": "2026-11-21T07:30", "offset": "540", "tags": "a, b"}
TEXTS = st.text("ab .\n苔", max_size=60)


def edit_of(written: Page) -> str:
    return next(link for link in written.links if re.search("/entries/.*/edit$", link))


def test_each_change_is_kept_and_only_what_both_changed_is_a_conflict() -> None:
    mine = {**SHOWN, "text": "Mine.", "place": "Uji", "tags": "a b"}
    theirs = {**SHOWN, "text": "Theirs.", "mood": "good", "offset": "0", "tags": "b"}
    merged = merge(UNITS, canonical, SHOWN, mine, theirs)
    assert merged.conflicts == ("text",)
    assert merged.fields == {**mine, "mood": "good", "offset": "0", "tags": "b"}


def test_half_a_moment_and_half_a_place_are_never_put_together() -> None:
    mine = {**SHOWN, "happened": "2026-11-21T08:00", "place": "Uji"}
    theirs = {**SHOWN, "offset": "0", "place": "Uji", "latitude": "34.9", "longitude": "135.8"}
    assert merge(UNITS, canonical, SHOWN, mine, theirs).conflicts == ("happened", "place")


def test_without_what_both_came_from_every_difference_is_asked_about() -> None:
    theirs = {**SHOWN, "text": "Theirs.", "mood": "good"}
    assert merge(UNITS, canonical, None, SHOWN, theirs).conflicts == ("text", "mood")


def test_a_time_that_a_browser_writes_shorter_is_no_change() -> None:
    shown = {**SHOWN, "happened": "2026-11-21T07:30:15.500000"}
    sent, theirs = {**shown, "happened": "2026-11-21T07:30:15.5"}, {**shown, "happened": "2026-11-22T07:30"}
    merged = merge(UNITS, canonical, shown, sent, theirs)
    assert (merged.conflicts, merged.fields["happened"]) == ((), "2026-11-22T07:30")


@given(text=TEXTS)
def test_a_form_carries_what_it_was_shown_with(text: str) -> None:
    assert base_of({"base": base_text(UNITS, {**SHOWN, "text": text})}, UNITS) == {**SHOWN, "text": text}


@pytest.mark.parametrize("base", ["", "{", "[]", "null", '{"text": "x"}', '{"text": 1}', "[" * 5000])
def test_a_base_that_is_none_is_unknown(base: str) -> None:
    assert base_of({"base": base}, UNITS) is None
    with pytest.raises(UnreadableForm):
        resolve({"base": base, "pick": "each"}, UNITS)


def test_both_texts_can_be_kept() -> None:
    form = {**SHOWN, "text": "Mine.", "base": base_text(UNITS, {**SHOWN, "text": "Theirs."})}
    assert resolve({**form, "pick": "each", "pick_text": "both"}, UNITS)["text"] == "Theirs.\n\nMine."


@given(one=TEXTS, other=TEXTS)
def test_differences_are_the_whole_of_both_texts(one: str, other: str) -> None:
    for text, parts in zip((one, other), differences(one, other), strict=True):
        assert "".join(part for part, _ in parts) == text
        assert one != other or not any(is_new for _, is_new in parts)


def test_differences_are_words_and_in_long_texts_sentences() -> None:
    assert differences("A deer ate it.", "Two deer ate it.")[1] == [("Two ", True), ("deer ate it.", False)]
    assert differences("鹿が食べた", "鹿は食べた")[0] == [("鹿", False), ("が", True), ("食べた", False)]
    long = " ".join(f"Then came {number}." for number in range(500))
    parts = differences(f"First. {long} Last.", f"Once. {long} Never.")[0]
    assert [part for part, is_new in parts if is_new] == ["First. ", "Last."]


async def test_a_change_of_other_fields_is_put_together_without_asking(aiko: Browser) -> None:
    edit = edit_of(await aiko.write(await aiko.plan()))
    mine, theirs = await aiko.open(edit), await aiko.open(edit)
    await aiko.submit(theirs, edit, place="Nara", mood="good")
    saved = await aiko.submit(mine, edit, text="Rain.")
    assert saved.status == 200
    for said in ("Rain.", "Nara", "Good", "both changes are in it"):
        assert said in saved.text
    trip = await aiko.plan()
    mine, theirs = await aiko.open(f"{trip}/edit"), await aiko.open(f"{trip}/edit")
    await aiko.submit(theirs, f"{trip}/edit", title="Nara")
    saved = await aiko.submit(mine, f"{trip}/edit", description="Deer.")
    for said in ("Nara", "Deer.", "both changes are in it"):
        assert said in saved.text


async def test_a_page_of_two_versions_asks_about_conflicts_alone_and_marks_words(aiko: Browser) -> None:
    edit = edit_of(await aiko.write(await aiko.plan()))
    mine, theirs = await aiko.open(edit), await aiko.open(edit)
    await aiko.submit(theirs, edit, text="Moss and rain.", place="Nara")
    both = await aiko.submit(mine, edit, text="Moss and snow.", mood="good")
    assert both.status == 409
    assert "Moss and <mark>snow</mark>." in both.html
    assert "Moss and <mark>rain</mark>." in both.html
    assert [name for name in both.form(edit).fields if name.startswith("pick_")] == ["pick_text"]
    japanese = await aiko.submit(both, edit, language="ja")
    assert '<html lang="ja"' in japanese.html
    assert [name for name in japanese.form(edit).fields if name.startswith("pick_")] == ["pick_text"]
    saved = await aiko.submit(japanese, edit, pick="each", pick_text="both")
    for said in ("Moss and rain. Moss and snow.", "Nara"):
        assert said in saved.text


async def test_what_is_resolved_is_not_asked_about_again_after_an_outage(aiko: Browser, live_trip: Unreliable) -> None:
    edit = edit_of(await aiko.write(await aiko.plan()))
    mine, theirs = await aiko.open(edit), await aiko.open(edit)
    await aiko.submit(theirs, edit, text="Theirs.")
    both = await aiko.submit(mine, edit, text="Mine.")
    live_trip.failure = lambda: ServiceUnavailable("down")
    down = await aiko.submit(both, edit, pick="each", pick_text="theirs")
    assert (down.status, down.form(edit).fields["text"]) == (503, "Theirs.")
    live_trip.failure = None
    assert "Theirs." in (await aiko.submit(down, edit, place="Uji")).text
