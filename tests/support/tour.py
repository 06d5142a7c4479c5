"""Every page of the diary, of somebody who has written and photographed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from playwright.sync_api import Page

TRIP: Final = "Kyoto in autumn"
_COLOURS: Final = (("#26413c", "#c98b5a"), ("#7a3b2e", "#e7d3b1"), ("#34495e", "#b8c6d1"))


class Tour:
    """A tab that goes from page to page.

    Arguments:
        page: the tab; nobody is signed in yet.
        address: of a diary with the sample data.
    """

    def __init__(self, page: Page, address: str) -> None:
        self._page, self._address = page, address

    def sign_in(self) -> None:
        """As aiko, whose trips they are; whatever the language is."""
        self._page.goto(f"{self._address}/sign-in")
        self._page.locator("#name").fill("aiko")
        self._page.locator("form.card button.primary").click()
        self._page.locator(".ticket").first.wait_for()

    def photograph(self) -> None:
        """Three photos, sent from the page of an entry of the trip, unless they are there already."""
        self._page.goto(f"{self._trip()}/photos")
        if self._page.locator(".gallery").count():
            return
        self._page.locator("#entry").select_option(index=2)
        pictures = [
            {"name": f"moss-{number}.jpg", "mimeType": "image/jpeg", "buffer": _picture(number)}
            for number in range(len(_COLOURS))
        ]
        self._page.locator("#files").set_input_files(pictures)  # type: ignore[arg-type]  # its TypedDict is private
        for picture in pictures:
            self._page.locator(".upload[data-state=done]").filter(has_text=str(picture["name"])).wait_for()

    def pages(self) -> Iterator[str]:
        """The name of each page, while the tab shows it."""
        for name, path in self.addresses():
            self._page.goto(f"{self._address}{path}")
            yield name
        yield from self._refused()
        yield from self._conflict()
        self._page.goto(f"{self._address}/trips")
        self._page.locator(".menu button").click()
        self._page.locator("a[href='/sign-in']").wait_for()
        yield "signed-out"
        self._page.goto(f"{self._address}/sign-in")
        yield "sign-in"

    def addresses(self) -> list[tuple[str, str]]:
        """Names and paths of pages that are opened by address alone."""
        trip = self._trip().removeprefix(self._address)
        entry = self._first(r"/entries/[0-9a-f-]{36}$", trip)
        photo = self._first(r"/photos/[0-9a-f-]{36}$", f"{trip}/photos")
        return [
            ("trips", "/trips"), ("trip", trip), ("trip-new", "/trips/new"), ("trip-edit", f"{trip}/edit"),
            ("trip-delete", f"{trip}/delete"), ("summary", f"{trip}/summary"), ("entry", entry),
            ("entry-new", f"{trip}/entries/new"), ("entry-edit", f"{entry}/edit"), ("entry-delete", f"{entry}/delete"),
            ("photos", f"{trip}/photos"), ("photo", photo), ("photo-delete", f"{photo}/delete"), ("not-found", "/nowhere"),
        ]  # fmt: skip

    def _refused(self) -> Iterator[str]:
        """A form that comes back."""
        self._page.goto(f"{self._address}/trips/new")
        self._page.locator("form.sheet").evaluate("form => { form.noValidate = true; }")
        self._page.locator("form.sheet button.primary").click()
        self._page.locator("[role=alert]").wait_for()
        yield "trip-refused"

    def _conflict(self) -> Iterator[str]:
        """A form that meets a newer version: what it knew is made older than it is."""
        self._page.goto(f"{self._trip()}/edit")
        self._page.locator("#description").fill("Temples, trains, and no hurry at all.")
        self._page.locator("form.sheet button.primary").click()
        self._page.locator("[role=status]").wait_for()
        self._page.goto(f"{self._trip()}/edit")
        self._page.locator("[name=version]").evaluate("field => { field.value = '1'; }")
        self._page.locator("#description").fill("Temples and trains, and as little hurry as five days allow.")
        self._page.locator("form.sheet button.primary").click()
        self._page.locator(".versions").first.wait_for()
        yield "conflict"

    def _trip(self) -> str:
        self._page.goto(f"{self._address}/trips")
        link = self._page.locator(".ticket a").filter(has_text=TRIP).first.get_attribute("href")
        return f"{self._address}{link}"

    def _first(self, pattern: str, path: str) -> str:
        self._page.goto(f"{self._address}{path}")
        links = self._page.locator("main a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        return next(str(link) for link in links if re.search(pattern, link))


def _picture(number: int) -> bytes:
    """Something like a landscape."""
    sky, ground = _COLOURS[number]
    image = Image.new("RGB", (1600, 1100 + 100 * number), sky)
    draw = ImageDraw.Draw(image)
    draw.ellipse((900, 120, 1150, 370), fill=ground)
    draw.polygon([(0, 900), (500, 480), (900, 800), (1250, 560), (1600, 860), (1600, 1400), (0, 1400)], fill=ground)
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG")
    return buffer.getvalue()
