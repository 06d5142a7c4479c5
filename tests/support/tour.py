"""Every page of the diary, and every state that a page can be in: of somebody who has written and photographed, and of a newcomer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from support.browser import Watched
from support.pictures import picture
from support.states import Forms, Newcomer

if TYPE_CHECKING:
    from playwright.sync_api import Page

TRIP: Final = "Kyoto in autumn"
_PHOTOS: Final = 3


class Tour:
    """A tab that goes from page to page.

    Arguments:
        watched: the tab; nobody is signed in yet.
        address: of a diary with the sample data.
    """

    def __init__(self, watched: Watched, address: str) -> None:
        self._watched, self._address = watched, address

    @property
    def _page(self) -> Page:
        return self._watched.page

    def sign_in(self, name: str = "aiko") -> None:
        """As aiko, whose trips they are, or somebody else; whatever the language is."""
        self._page.goto(f"{self._address}/sign-in")
        self._page.locator("#name").fill(name)
        self._page.locator("form.card button.primary").click()
        self._page.locator(".menu").wait_for()

    def photograph(self) -> None:
        """Three photos, sent from the page of an entry of the trip, unless they are there already."""
        self._page.goto(f"{self._trip()}/photos")
        if self._page.locator(".gallery").count():
            return
        self._page.locator("#entry").select_option(index=2)
        pictures = [picture(number) for number in range(_PHOTOS)]
        self._page.locator("#files").set_input_files(pictures)
        for sent in pictures:
            self._page.locator(".upload[data-state=done]").filter(has_text=str(sent["name"])).wait_for()

    def pages(self, newcomer: str) -> Iterator[str]:
        """The name of each page and state, while the tab shows it; `newcomer`: signs in after aiko, and has no trip yet."""
        self._watched.expect("404")
        for name, path in self.addresses():
            self._page.goto(f"{self._address}{path}")
            yield name
        yield from self._by_keyboard()
        yield from Forms(self._watched, self._address, self._trip(), self._entry()).pages()
        yield from self._farewell()
        self.sign_in(newcomer)
        yield from Newcomer(self._watched, self._address).pages()

    def addresses(self) -> list[tuple[str, str]]:
        """Names and paths of pages that are opened by address alone."""
        trip, entry = (address.removeprefix(self._address) for address in (self._trip(), self._entry()))
        photo = self._first(r"/photos/[0-9a-f-]{36}$", f"{trip}/photos")
        return [
            ("trips", "/trips"), ("trip", trip), ("trip-new", "/trips/new"), ("trip-edit", f"{trip}/edit"),
            ("trip-delete", f"{trip}/delete"), ("summary", f"{trip}/summary"), ("entry", entry),
            ("entry-new", f"{trip}/entries/new"), ("entry-edit", f"{entry}/edit"), ("entry-delete", f"{entry}/delete"),
            ("photos", f"{trip}/photos"), ("photo-new", f"{trip}/photos/new"), ("photo", photo),
            ("photo-delete", f"{photo}/delete"), ("sign-out", "/sign-out"), ("not-found", "/nowhere"),
        ]  # fmt: skip

    def _by_keyboard(self) -> Iterator[str]:
        """The way past the menu, as the first thing that the keyboard finds."""
        self._page.goto(f"{self._address}/trips")
        self._page.keyboard.press("Tab")
        yield "skip-link"

    def _farewell(self) -> Iterator[str]:
        """Out, and what is at the door."""
        self._page.goto(f"{self._address}/trips")
        self._page.locator(".menu button").click()
        self._page.locator("#delete-drafts").check()
        self._page.locator("form[data-clears-drafts] button.primary").click()
        self._page.locator("a[href='/sign-in']").wait_for()
        yield "signed-out"
        self._page.goto(f"{self._address}/sign-in")
        yield "sign-in"
        self._watched.expect("422")
        self._page.locator("#name").fill("ben")
        self._page.locator("#groups").fill("x" * 61)
        self._page.locator("form.card button.primary").click()
        self._page.locator("[role=alert]").wait_for()
        yield "sign-in-refused"

    def _trip(self) -> str:
        self._page.goto(f"{self._address}/trips")
        link = self._page.locator(".ticket a").filter(has_text=TRIP).first.get_attribute("href")
        return f"{self._address}{link}"

    def _entry(self) -> str:
        """The one with the photos."""
        self._page.goto(self._trip())
        link = self._page.locator(".entry:has(.strip) .entry-actions a").first.get_attribute("href")
        return f"{self._address}{link}"

    def _first(self, pattern: str, path: str) -> str:
        self._page.goto(f"{self._address}{path}")
        links = self._page.locator("main a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        return next(str(link) for link in links if re.search(pattern, link))
