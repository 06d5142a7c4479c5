"""A page as a program reads it: what it says, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

_UNSEEN: Final = frozenset(("script", "style"))


@dataclass(frozen=True, slots=True)
class Page:
    """What does not differ from one time to the next, as tokens of forms and addresses of pictures do.

    Attributes:
        texts: in their order.
        links: as they are written.
    """

    texts: tuple[str, ...]
    links: tuple[str, ...]


def read_page(html: str) -> Page:
    """The page that a browser would show."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Page(tuple(reader.texts), tuple(reader.links))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.links: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        address = dict(attrs).get("href")
        if tag == "a" and address:
            self.links.append(address)

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not self._unseen:
            self.texts.append(text)
