"""A traveller's story in a browser, chapter by chapter."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PIL import Image

from support.browser import Watched, becomes

NAME: Final = "kaede"
TITLE: Final = "Nara, slowly"
PHOTOS: Final = ("deer.jpg", "gate.png", "pond.webp")
_SLOW: Final = 300_000
"""Bytes per second on the way up, while somebody has to be quick enough to cancel."""


class Traveller:
    """Kaede, and what she does.

    Arguments:
        watched: her tabs.
        address: of the diary.
        meanwhile: is told, in the middle of a chapter, which one it is.
    """

    def __init__(self, watched: Watched, address: str, meanwhile: Callable[[str], None] = lambda _: None) -> None:
        self.watched, self.page, self.address, self._meanwhile = watched, watched.page, address, meanwhile

    def signs_in(self, name: str = NAME) -> None:
        """By the development sign-in, from the page that was asked for."""
        self.page.goto(f"{self.address}/trips")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_role("button", name="Open the diary").click()
        self.page.get_by_role("heading", name="Trips", exact=True).wait_for()

    def plans_a_trip(self) -> None:
        """And is told that it is planned."""
        self.page.get_by_role("link", name="Plan a trip").first.click()
        self.page.get_by_label("Title").fill(TITLE)
        self.page.get_by_label("First day").fill("2026-11-20")
        self.page.get_by_label("Last day").fill("2026-11-24")
        self.page.get_by_role("button", name="Plan the trip").click()
        self._is_told("The trip is planned.")

    def writes(self) -> None:
        """With a draft that outlives the page."""
        page = self.page
        page.get_by_role("link", name="Write an entry").click()
        page.get_by_label("What happened?").fill("A deer ate the map.")
        page.reload()  # at once: what has just been typed counts as well
        assert page.get_by_label("What happened?").input_value() == ""
        page.get_by_role("button", name="Bring it back").click()
        page.get_by_label("What happened?").fill("A deer ate the map.")
        page.get_by_text("Draft kept in this browser").wait_for()
        page.get_by_label("Place").fill("Nara Park")
        page.get_by_label("great").check()
        self._chooses_a_time()
        self._meanwhile("writes")
        page.get_by_role("button", name="Write it down").click()
        self._is_told("The entry is written.")
        page.get_by_text("A deer ate the map.").wait_for()
        becomes(page, "Object.keys(localStorage).length === 0")

    def _chooses_a_time(self) -> None:
        """In the zone of her browser, and of another place, where clocks change in summer."""
        zone, happened = self.page.get_by_label("Time zone"), self.page.get_by_label("When", exact=True)
        assert zone.input_value() == "Asia/Tokyo"
        now = happened.input_value()
        zone.select_option("Europe/Berlin")
        for day, offset in (("2026-07-21", "UTC+2"), ("2026-12-21", "UTC+1")):
            happened.fill(f"{day}T07:30")
            self.page.get_by_text(f"{offset} at that time").wait_for()
        zone.select_option("Asia/Tokyo")
        happened.fill(now)

    def edits(self) -> None:
        """The entry, once."""
        self.page.get_by_role("link", name=re.compile("^Edit [0-9]")).click()
        self.page.get_by_label("What happened?").fill("A deer ate the map. All of it.")
        self.page.get_by_role("button", name="Save").click()
        self._is_told("The entry has been changed.")

    def meets_herself(self) -> None:
        """In two tabs: the later one is shown both versions, and chooses one field of each."""
        other = self.watched.context.new_page()
        other.goto(self.page.url)
        for tab in (self.page, other):
            tab.get_by_role("link", name="Edit", exact=True).click()
        other.get_by_label("What happened?").fill("Two deer ate the map.")
        other.get_by_label("Place").fill("Kasuga")
        other.get_by_role("button", name="Save").click()
        other.get_by_role("status").filter(has_text="The entry has been changed.").wait_for()
        other.close()
        self._meanwhile("meets_herself")
        self._chooses()

    def _chooses(self) -> None:
        page = self.page
        page.get_by_label("What happened?").fill("Three deer ate the map.")
        page.get_by_label("Place").fill("Tobihino")
        self.watched.expect("409")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("heading", name="Two versions").wait_for()
        for version in ("Two deer ate the map.", "Three deer ate the map.", "Kasuga", "Tobihino"):
            page.locator(".version").filter(has_text=version).wait_for()
        page.get_by_role("group", name="What happened?").get_by_label("Saved meanwhile").check()
        page.get_by_role("button", name="Save what is chosen").click()
        self._is_told("The entry has been changed.")
        page.get_by_text("Two deer ate the map.").wait_for()
        page.get_by_text("Tobihino").wait_for()

    def uploads(self, folder: Path) -> None:
        """Three photos at once; the largest is cancelled on its way and tried again."""
        page = self.page
        page.get_by_role("link", name="Add photos").click()
        self.watched.slow_down(_SLOW)
        page.get_by_label("Choose photos").set_input_files([_photo(folder / name) for name in PHOTOS])
        upload = page.locator(".upload").filter(has_text=PHOTOS[0])
        becomes(page, "bar => bar.value > 0", upload.get_by_role("progressbar").element_handle())
        upload.get_by_role("button", name="Cancel").click()
        page.locator(".upload[data-state=cancelled]").filter(has_text=PHOTOS[0]).wait_for()
        self.watched.slow_down(-1)
        self._meanwhile("uploads")
        upload.get_by_role("button", name="Try again").click()
        for name in PHOTOS:
            page.locator(".upload[data-state=done]").filter(has_text=name).wait_for()
        page.get_by_role("link", name="Show the photos").click()
        self.sees_photos()

    def sees_photos(self) -> None:
        """All of them, as pictures; one of them in large, and its original."""
        page = self.page
        pictures = page.get_by_role("list", name="Photos").get_by_role("img")
        assert pictures.count() == len(PHOTOS)
        pictures.first.click()
        page.get_by_role("heading", name="Photo", exact=True).wait_for()
        becomes(page, "document.querySelector('.print img').naturalWidth === 1280")
        page.get_by_role("link", name="Open the original").click()
        becomes(page, "document.images[0]?.naturalWidth === 1600")
        page.go_back()

    def signs_out(self) -> None:
        """She is asked about what she has just typed, and nothing of hers is left in the browser."""
        self.page.get_by_role("link", name="Trips", exact=True).click()
        self.page.get_by_role("link", name="Plan a trip").first.click()
        self.page.get_by_label("Title").fill("Nowhere in particular")
        self.page.get_by_role("button", name="Sign out").click()
        self.page.get_by_label("Delete the unsaved drafts").check()
        self.page.get_by_role("button", name="Sign out here").click()
        self.page.get_by_role("heading", name="You are signed out").wait_for()
        assert self.page.evaluate("Object.keys(localStorage).length") == 0

    def _is_told(self, words: str) -> None:
        self.page.get_by_role("status").filter(has_text=words).wait_for()


def _photo(path: Path) -> Path:
    """The first is large, because nothing in it repeats."""
    size = (1600, 1200)
    is_large = path.name == PHOTOS[0]
    image = Image.frombytes("RGB", size, os.urandom(3 * 1600 * 1200)) if is_large else Image.new("RGB", size, "#864")
    image.save(path)
    return path
