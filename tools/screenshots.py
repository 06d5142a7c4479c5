"""Pictures of every page and state: both sizes, both languages, and the main ones in the dark. `python -m tools.screenshots [FOLDER]`.

They show what `livetrip up --sample-data` starts in a folder of its own, and a diary whose service fails. Chromium is Debian's; Playwright
drives it; its date fields speak its own English.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from support.browser import Watched

ROOT: Final = Path(__file__).resolve().parents[1]
SIZES: Final = {"phone": (390, 844), "desk": (1280, 900)}
LANGUAGES: Final = {"en": ("en-GB", "ben"), "ja": ("ja-JP", "chiyo")}
DARK: Final = {
    "trips", "trip", "entry", "entry-edit", "photos-sending", "photo", "entry-conflict", "trip-refused", "sign-in",
    "unavailable",
}  # fmt: skip


def main() -> int:
    """Make them anew; the exit code."""
    sys.path.insert(0, str(ROOT / "tests"))
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    for language in LANGUAGES:
        _walk(folder, language)
    print(f"{len(list(folder.glob('*.png')))} screenshots in {folder}")
    return 0


def _walk(folder: Path, language: str) -> None:
    from support.browser import chromium  # noqa: PLC0415 - parts of the tests, which are no package
    from support.failing import failing_diary, failures  # noqa: PLC0415
    from support.shown import shown_diary  # noqa: PLC0415
    from support.tour import Tour  # noqa: PLC0415

    locale, newcomer = LANGUAGES[language]
    with ExitStack() as stack:
        homes = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        address, _ = stack.enter_context(shown_diary("monolith", homes[0]))
        failing, service = stack.enter_context(failing_diary(homes[1]))
        browser = stack.enter_context(chromium())
        watched = stack.enter_context(browser.person(locale=locale, color_scheme="light", reduced_motion="reduce"))
        tour = Tour(watched, address)
        tour.sign_in()
        tour.photograph()
        _keep(watched, folder, language, tour.pages(newcomer))
        _keep(watched, folder, language, failures(watched, failing, service))


def _keep(watched: Watched, folder: Path, language: str, names: Iterable[str]) -> None:
    page = watched.page
    for name in names:
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            _shoot(watched, folder / f"{name}-{size}-{language}.png")
            if name in DARK:
                page.emulate_media(color_scheme="dark")
                _shoot(watched, folder / f"{name}-{size}-{language}-dark.png")
                page.emulate_media(color_scheme="light")


def _shoot(watched: Watched, path: Path) -> None:
    """Whole, once its pictures are there: those further down are loaded when they come into view."""
    from support.browser import becomes  # noqa: PLC0415

    page = watched.page
    page.locator("img").evaluate_all("images => { for (const image of images) image.loading = 'eager'; }")
    becomes(page, "[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    page.screenshot(path=path, full_page=True)


if __name__ == "__main__":
    raise SystemExit(main())
