"""Pictures of every page: both sizes, both languages, and two pages in the dark. `python -m tools.screenshots [FOLDER]`.

They show what `livetrip up --sample-data` starts in a folder of its own. Chromium is Debian's; Playwright drives it.
"""

from __future__ import annotations

import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from support.browser import Chromium

ROOT: Final = Path(__file__).resolve().parents[1]
SIZES: Final = {"phone": (390, 844), "desk": (1280, 900)}
LANGUAGES: Final = {"en": "en-GB", "ja": "ja-JP"}
DARK: Final = ("trip", "entry-edit")


def main() -> int:
    """Make them anew; the exit code."""
    sys.path.insert(0, str(ROOT / "tests"))
    from support.browser import chromium  # noqa: PLC0415 - parts of the tests, which are no package
    from support.shown import shown_diary  # noqa: PLC0415

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        shown_diary("monolith", Path(home)) as (address, _),
        chromium() as browser,
    ):
        for language, size in product(LANGUAGES, SIZES):
            _walk(browser, address, folder, language, size)
    print(f"{len(list(folder.glob('*.png')))} screenshots in {folder}")
    return 0


def _walk(browser: Chromium, address: str, folder: Path, language: str, size: str) -> None:
    from support.tour import Tour  # noqa: PLC0415

    width, height = SIZES[size]
    view = {"width": width, "height": height}
    with browser.person(
        locale=LANGUAGES[language], viewport=view, color_scheme="light", reduced_motion="reduce"
    ) as watched:
        tour = Tour(watched.page, address)
        tour.sign_in()
        tour.photograph()
        for name in tour.pages():
            _keep(watched.page, folder / f"{name}-{size}-{language}.png")
            if name in DARK:
                watched.page.emulate_media(color_scheme="dark")
                _keep(watched.page, folder / f"{name}-{size}-{language}-dark.png")
                watched.page.emulate_media(color_scheme="light")


def _keep(page: Page, path: Path) -> None:
    """Whole, once its pictures are there: those further down are loaded when they come into view."""
    from support.browser import becomes  # noqa: PLC0415

    page.locator("img").evaluate_all("images => { for (const image of images) image.loading = 'eager'; }")
    becomes(page, "[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    page.screenshot(path=path, full_page=True)


if __name__ == "__main__":
    raise SystemExit(main())
