"""No page of the diary, and no state of one, has a barrier that axe-core knows of, sticks out of the screen, or complains."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from livetrip_web import make_web
from support.accessible import axe, barriers, sticking_out
from support.browser import Watched, chromium
from support.diary import MemoryDiary
from support.failing import failing_diary, failures
from support.pages import Browser, settings
from support.shown import shown_diary
from support.tour import Tour

PAGES = 40
LOOKS = (("light", 1280), ("dark", 390))


@pytest.mark.parametrize(("locale", "newcomer"), [("en-GB", "ben"), ("ja-JP", "chiyo")], ids=["english", "japanese"])
def test_no_page_has_a_barrier(locale: str, newcomer: str, tmp_path: Path) -> None:
    script, found, seen = axe(), [], []
    with chromium() as browser, browser.person(locale=locale, reduced_motion="reduce") as watched:
        for name in _everything(watched, newcomer, tmp_path):
            seen.append(name)
            for scheme, width in LOOKS:
                watched.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its literals
                watched.page.set_viewport_size({"width": width, "height": 900})
                found += [*barriers(watched.page, script), *sticking_out(watched.page)]
        assert found == []
        assert watched.unexpected() == []
    assert len(seen) == len(set(seen)) == PAGES


def _everything(watched: Watched, newcomer: str, folder: Path) -> Iterator[str]:
    (folder / "failing").mkdir()
    with shown_diary("monolith", folder) as (address, _), failing_diary(folder / "failing") as (failing, service):
        tour = Tour(watched, address)
        tour.sign_in()
        tour.photograph()
        yield from tour.pages(newcomer)
        yield from failures(watched, failing, service)


@pytest.fixture(scope="module")
def html() -> str:
    """The list of trips of somebody with a long name, with its style in it."""

    async def opened() -> str:
        visitor = Browser(make_web(MemoryDiary().live_trip, settings()))
        async with visitor.client:
            page = await visitor.sign_in("wilhelmina-of-the-long-road")
            css = next(str(told["href"]) for _, told in page.tags if told.get("rel") == "stylesheet")
            return f"{page.html}<style>{(await visitor.client.get(css)).text}</style>"

    return asyncio.run(opened())


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_menu_stands_text_of_twice_the_size(html: str, width: int) -> None:
    with chromium() as browser, browser.person(viewport={"width": width, "height": 900}) as watched:
        watched.page.set_content(html)
        watched.page.evaluate("document.documentElement.style.fontSize = '200%'")
        items = watched.page.locator(".menu > a, .menu button").evaluate_all(
            "all => all.map(one => [one.textContent, one.scrollWidth - one.clientWidth, one.getBoundingClientRect().right])"
        )
        assert len(items) == 3
        assert [text for text, cut, right in items if cut > 0 or right > width] == []


def test_prints_are_ink_on_paper_whatever_is_chosen_for_the_screen(html: str) -> None:
    with chromium() as browser, browser.person() as watched:
        watched.page.set_content(html.replace('data-theme="auto"', 'data-theme="dark"'))
        watched.page.emulate_media(media="print", color_scheme="dark")
        colours = watched.page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.documentElement).backgroundColor]"
        )
        assert colours == ["rgb(39, 34, 27)", "rgb(246, 241, 230)"]


def test_barriers_are_found() -> None:
    script = axe()
    with chromium() as browser, browser.person() as watched:
        watched.page.goto(
            "data:text/html,<html><title>A</title><p style='color:%23ddd;background:%23fff;width:200vw'>grey<img src=''>"
        )
        found = barriers(watched.page, script)
        assert len(sticking_out(watched.page)) == 1
    assert any(" image-alt:" in line for line in found)
    assert any(" color-contrast:" in line for line in found)
    assert any(" html-has-lang:" in line for line in found)
