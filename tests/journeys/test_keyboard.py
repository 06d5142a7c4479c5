"""Somebody without a mouse: signs in, writes, sends a photo that is cancelled and tried again, and signs out, seeing where they are all the time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from support.browser import Watched, becomes, chromium
from support.pictures import large_picture
from support.shown import shown_diary

if TYPE_CHECKING:
    from playwright.sync_api import Locator

_FARTHEST: Final = 60
"""Presses of the tab key from one thing to the next, at most."""

_IS_SEEN: Final = """() => {
  const here = document.activeElement;
  return here === document.body || [here, here.closest('label'), here.previousElementSibling].some((one) => one && getComputedStyle(one).outlineStyle !== 'none');
}"""


class Keyboard:
    """Hands that never leave it.

    Arguments:
        watched: whose tab.
    """

    def __init__(self, watched: Watched) -> None:
        self._page = watched.page
        self.press = watched.page.keyboard.press
        self.type = watched.page.keyboard.type

    def reach(self, wanted: Locator) -> None:
        """Tab on until it has the focus; wherever that is on the way, it can be seen."""
        wanted.wait_for(state="attached")
        for _ in range(_FARTHEST):
            self.press("Tab")
            assert self._page.evaluate(_IS_SEEN), self._page.evaluate("document.activeElement.outerHTML")
            if is_focused(wanted):
                return
        raise AssertionError(f"the keyboard does not come to {wanted}")

    def follow(self, name: str, role: str = "link") -> None:
        """Reach something and press Enter."""
        self.reach(self._page.get_by_role(role, name=name, exact=True))  # type: ignore[arg-type]  # one of its literals
        self.press("Enter")

    def fill(self, label: str, text: str) -> None:
        """Reach a field and type."""
        self.reach(self._page.get_by_label(label))
        self.type(text)


def is_focused(wanted: Locator) -> bool:
    """Would a key go there?"""
    return bool(wanted.evaluate("element => element === document.activeElement"))


def test_a_diary_is_kept_by_keyboard_alone(tmp_path: Path) -> None:
    with chromium() as browser, browser.person() as watched, shown_diary("monolith", tmp_path) as (address, _):
        keyboard = Keyboard(watched)
        watched.page.goto(f"{address}/sign-in")
        _signs_in(watched, keyboard)
        _writes(watched, keyboard)
        _photographs(watched, keyboard)
        keyboard.follow("Sign out", "button")
        watched.page.get_by_role("heading", name="You are signed out").wait_for()
        assert watched.unexpected() == []


def _signs_in(watched: Watched, keyboard: Keyboard) -> None:
    """Past the menu."""
    keyboard.follow("Skip to the content")
    becomes(watched.page, "document.activeElement.id === 'main'")
    keyboard.fill("Name", "aiko")
    keyboard.follow("Open the diary", "button")
    keyboard.reach(watched.page.locator(".ticket a").filter(has_text="Kyoto in autumn"))
    keyboard.press("Enter")


def _writes(watched: Watched, keyboard: Keyboard) -> None:
    keyboard.follow("Write an entry")
    keyboard.fill("What happened?", "Rain on the river.")
    keyboard.reach(watched.page.get_by_role("radio", name="None"))
    keyboard.press("ArrowRight")
    assert watched.page.get_by_role("radio", name="Great").is_checked()
    keyboard.fill("Place", "Demachiyanagi")
    keyboard.follow("Write it down", "button")
    watched.page.get_by_role("status").filter(has_text="The entry is written.").wait_for()


def _photographs(watched: Watched, keyboard: Keyboard) -> None:
    """Slowly, until the photo is cancelled; then it is sent again, and the keyboard does not lose its place."""
    page = watched.page
    # Asked for only when the key is pressed, choosers may come too late on a busy machine: then the browser opens its own window.
    page.on("filechooser", lambda _: None)
    keyboard.follow("Photos")
    keyboard.reach(page.get_by_label("Choose photos"))
    watched.slow_down(60_000)
    with page.expect_file_chooser() as chooser:
        keyboard.press("Enter")
    chooser.value.set_files(large_picture("rain.jpg"))
    announced = page.locator("[data-announcer]")
    announced.filter(has_text="rain.jpg: Sending").wait_for(state="attached")
    keyboard.follow("Cancel: rain.jpg", "button")
    announced.filter(has_text="rain.jpg: Cancelled").wait_for(state="attached")
    watched.slow_down(-1)
    assert is_focused(page.get_by_role("button", name="Try again: rain.jpg"))
    keyboard.press("Enter")
    announced.filter(has_text="rain.jpg: Added").wait_for(state="attached")
    assert is_focused(page.locator(".upload"))
    keyboard.follow("Show the photos")
    page.get_by_role("list", name="Photos").get_by_role("img").wait_for()
