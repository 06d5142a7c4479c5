"""What the pages say, and in which language."""

from __future__ import annotations

import re
import string
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import livetrip_web
from livetrip_web.words import LANGUAGES, dates, preferred, say
from livetrip_web.words.tongue import tongue
from support.pages import Browser

SOURCES = Path(livetrip_web.__file__).parent


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_says_everything_with_the_same_holes() -> None:
    english, *others = LANGUAGES.values()
    for other in others:
        assert set(other) == set(english)
        assert [key for key in english if holes(english[key]) != holes(other[key])] == []
    assert [key for words in LANGUAGES.values() for key, text in words.items() if not text.strip()] == []


def test_no_word_of_one_language_is_left_in_the_other() -> None:
    english, japanese = LANGUAGES["en"], LANGUAGES["ja"]
    assert [key for key in english if english[key] == japanese[key]] == []
    assert [key for key, text in english.items() if re.search(r"[ぁ-んァ-ヶ一-龯]", text)] == []
    assert [key for key, text in japanese.items() if not re.search(r"[ぁ-んァ-ヶ一-龯]", text)] == []


def test_every_key_that_a_page_asks_for_is_there() -> None:
    asked = set()
    for path in [*SOURCES.rglob("*.html"), *SOURCES.rglob("*.py")]:
        text = path.read_text("utf-8")
        asked |= set(re.findall(r"\bt\('([a-z_.]+)'[,)]", text))
        asked |= set(re.findall(r'"((?:wrong|problem)\.[a-z_]+)"', text))
    assert len(asked) > 100
    english = LANGUAGES["en"]
    assert [key for key in sorted(asked) if key not in english and f"{key}.one" not in english] == []


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("ja", "ja"),
        ("ja-JP,ja;q=0.9,en;q=0.8", "ja"),
        ("en-GB,en;q=0.9,ja;q=0.8", "en"),
        ("fr,ja;q=0.5", "ja"),
        ("fr,de", "en"),
        ("*", "en"),
        ("en;q=0,ja;q=0.1", "ja"),
        ("JA", "ja"),
        ("ja;q=nonsense", "en"),
    ],
)
def test_the_best_liked_language_is_spoken(header: str, language: str) -> None:
    assert preferred(header) == language


@given(st.text(max_size=2000))
def test_any_header_gets_a_language(header: str) -> None:
    assert preferred(header) in LANGUAGES


def test_one_is_said_otherwise_than_many() -> None:
    assert [say("en", "trip.entries", n=n) for n in (0, 1, 2)] == ["0 entries", "1 entry", "2 entries"]


@pytest.mark.parametrize(
    ("first", "last", "english", "japanese"),
    [
        (date(2026, 11, 20), date(2026, 11, 20), "20 November 2026", "2026年11月20日"),
        (date(2026, 11, 20), date(2026, 11, 24), "20–24 November 2026", "2026年11月20日〜24日"),
        (date(2026, 11, 30), date(2026, 12, 2), "30 November – 2 December 2026", "2026年11月30日〜12月2日"),
        (date(2026, 12, 30), date(2027, 1, 2), "30 December 2026 – 2 January 2027", "2026年12月30日〜2027年1月2日"),
    ],
)
def test_a_span_of_days_says_no_more_than_it_has_to(first: date, last: date, english: str, japanese: str) -> None:
    assert dates.span("en", first, last) == english
    assert dates.span("ja", first, last) == japanese


@pytest.mark.parametrize(("minutes", "name"), [(0, "UTC"), (540, "UTC+9"), (-210, "UTC−3:30"), (345, "UTC+5:45")])
def test_an_offset_has_a_short_name(minutes: int, name: str) -> None:
    assert dates.offset(datetime(2026, 1, 1, tzinfo=timezone(timedelta(minutes=minutes)))) == name


@pytest.mark.parametrize(
    ("text", "on_english", "on_japanese"),
    [
        ("Moss, and nobody else awake.", "en", ""),
        ("それもいい。", "ja", "ja"),
        ("Saihō-ji の苔", "ja", "ja"),
        ("京都駅", "", "ja"),
        ("2026", "en", ""),
    ],
)
def test_what_people_wrote_has_a_language_as_far_as_its_letters_tell(
    text: str, on_english: str, on_japanese: str
) -> None:
    assert (tongue("en", text), tongue("ja", text)) == (on_english, on_japanese)


async def test_a_page_says_which_language_people_wrote_in(aiko: Browser) -> None:
    trip = await aiko.plan(title="秋の京都、ゆっくり")
    await aiko.write(trip, text="Moss.", place="京都駅")
    english, japanese = [await aiko.open(trip, **{"accept-language": language}) for language in ("en", "ja")]
    title, place, text, listed = ("h1", "span", "div", "span")
    for page, said in ((english, ["ja", "", "en", ""]), (japanese, ["ja", "ja", "", "ja"])):
        found = [(tag, told["lang"]) for tag, told in page.tags if tag in ("h1", "div", "span") and "lang" in told]
        assert found == list(zip((title, place, text, listed), said, strict=True))


@pytest.mark.parametrize(
    ("text", "english", "japanese"),
    [
        ("2026-11-21T07:30:05+09:00", "21 November 2026, 07:30 UTC+9", "2026年11月21日 07:30 UTC+9"),
        ("2026-11-21T07:30:05", "21 November 2026, 07:30", "2026年11月21日 07:30"),
        ("2026-00-00T00:00:00", "2026-00-00T00:00:00", "2026-00-00T00:00:00"),
    ],
)
def test_a_camera_is_believed_and_not_corrected(text: str, english: str, japanese: str) -> None:
    assert (dates.taken("en", text), dates.taken("ja", text)) == (english, japanese)


def test_days_have_names() -> None:
    assert dates.day("en", date(2026, 11, 21)) == "Saturday, 21\xa0November\xa02026"
    assert dates.day("ja", date(2026, 11, 21)) == "2026年11月21日（土）"
    assert (dates.month("en", date(2026, 11, 1)), dates.month("ja", date(2026, 11, 1))) == ("Nov", "11月")


async def test_the_browser_says_the_language_and_the_switch_knows_better(aiko: Browser) -> None:
    trip = await aiko.plan()
    japanese = await aiko.open(trip, **{"accept-language": "ja-JP"})
    assert '<html lang="ja"' in japanese.html
    assert "日記を書く" in japanese.text
    form = japanese.form("/preferences").fields
    switched = await aiko.send("/preferences", {**form, "language": "en"}, **{"accept-language": "ja-JP"})
    assert switched.path == trip
    assert '<html lang="en"' in (await aiko.open(trip, **{"accept-language": "ja-JP"})).html


async def test_the_light_can_be_chosen(aiko: Browser) -> None:
    page = await aiko.open("/trips")
    assert 'data-theme="auto"' in page.html
    dark = await aiko.submit(page, "/preferences", theme="dark")
    assert 'data-theme="dark"' in dark.html
    refused = await aiko.submit(page, "/preferences", theme="pink")
    assert refused.status == 400
