"""No page of the diary has a barrier that axe-core knows of, in light and in dark, in either language."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.accessible import axe, barriers
from support.browser import chromium
from support.shown import shown_diary
from support.tour import Tour

PAGES = 18


@pytest.mark.parametrize(
    ("locale", "scheme", "width"), [("en-GB", "light", 1280), ("ja-JP", "dark", 390)], ids=["english", "japanese"]
)
def test_no_page_has_a_barrier(locale: str, scheme: str, width: int, tmp_path: Path) -> None:
    script, found, seen = axe(), [], []
    with chromium() as browser, shown_diary("monolith", tmp_path) as (address, _):
        size = {"width": width, "height": 900}
        with browser.person(locale=locale, color_scheme=scheme, viewport=size) as watched:
            tour = Tour(watched.page, address)
            tour.sign_in()
            tour.photograph()
            for name in tour.pages():
                seen.append(name)
                found += barriers(watched.page, script)
    assert found == []
    assert len(seen) == len(set(seen)) == PAGES


def test_barriers_are_found() -> None:
    script = axe()
    with chromium() as browser, browser.person() as watched:
        watched.page.goto(
            "data:text/html,<html><title>A</title><p style='color:%23ddd;background:%23fff'>grey<img src=''>"
        )
        found = barriers(watched.page, script)
    assert any(" image-alt:" in line for line in found)
    assert any(" color-contrast:" in line for line in found)
    assert any(" html-has-lang:" in line for line in found)
