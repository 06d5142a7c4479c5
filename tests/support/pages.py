"""A browser without a screen: follows forms and links of an application, and keeps its cookies."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from livetrip_web import Web, WebSettings

HERE = "http://127.0.0.1:8080"


@dataclass
class PageForm:
    """A form of a page, as filled in as the page has it."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append((tag, told))
        if told.get("id"):
            self.ids.append(str(told["id"]))
        if tag == "form":
            self.forms.append(PageForm(told.get("action") or ""))
        elif tag == "a" and told.get("href"):
            self.links.append(str(told["href"]))
        elif tag == "select":
            self._select = told.get("name")
        elif tag == "option" and self._select and "selected" in told:
            self._fill(self._select, told.get("value"))
        elif tag == "textarea":
            self._area = told.get("name")
            self._fill(self._area, "")
        elif tag == "input":
            self._input(told)

    def _input(self, told: dict[str, str | None]) -> None:
        kind = told.get("type") or "text"
        if kind in ("radio", "checkbox") and "checked" not in told:
            return
        self._fill(told.get("name"), told.get("value"))

    def _fill(self, name: str | None, value: str | None) -> None:
        if name and self.forms:
            self.forms[-1].fields[name] = value or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            value = self.forms[-1].fields[self._area]
            self.forms[-1].fields[self._area] = value.removeprefix("\n")
            self._area = None
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area and self.forms:
            self.forms[-1].fields[self._area] += data
        self.text.append(data)


class Page:
    """An answer, as a browser shows it."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        self.headers = answer.headers
        self.url = str(answer.url)
        self.path = urlsplit(self.url).path
        self.html = answer.text
        reader = _Reader()
        reader.feed(self.html)
        reader.close()
        self.forms, self.links, self.ids, self.tags = reader.forms, reader.links, reader.ids, reader.tags
        self.text = " ".join(" ".join(reader.text).split())

    def form(self, action: str = "") -> PageForm:
        """The form that goes where this ends; the first in the page's main part, if nothing is said."""
        chosen = [one for one in self.forms if one.action.endswith(action)]
        if not action:
            chosen = [one for one in self.forms if one.action not in ("/sign-out", "/preferences")]
        assert chosen, f"no form for {action!r} at {self.url}: {self.text}"
        return chosen[0]


class Browser:
    """A browser, of an application in this process, or (None) of the one that listens at `origin`. `headers` go with every request."""

    def __init__(self, web: Web | None, *, origin: str = HERE, **headers: str) -> None:
        transport = None if web is None else httpx.ASGITransport(app=web, raise_app_exceptions=True)
        self.client = httpx.AsyncClient(transport=transport, base_url=origin, headers=headers, timeout=30)
        self.origin = origin

    async def open(self, address: str, **headers: str) -> Page:
        """A page, at the end of all redirects of this application."""
        return await self._followed(await self.client.get(address, headers=headers))

    async def send(self, address: str, fields: dict[str, str], **headers: str) -> Page:
        """Send fields, as a form of this application does."""
        told = {"origin": self.origin, "sec-fetch-site": "same-origin", **headers}
        return await self._followed(await self.client.post(address, data=fields, headers=told))

    async def submit(self, page: Page, action: str = "", **changes: str) -> Page:
        """Send a form of a page, with some fields filled in otherwise."""
        form = page.form(action)
        return await self.send(urljoin(page.url, form.action), {**form.fields, **changes})

    async def sign_in(self, name: str = "aiko", **fields: str) -> Page:
        """Come in by the development sign-in."""
        return await self.submit(await self.open("/sign-in"), name=name, **fields)

    async def plan(self, **fields: str) -> str:
        """Plan a trip; its address."""
        told = {"title": "Kyoto", "start_date": "2026-11-20", "end_date": "2026-11-24", **fields}
        page = await self.submit(await self.open("/trips/new"), **told)
        assert page.status == 200, page.text
        return page.path

    async def write(self, trip: str, **fields: str) -> Page:
        """Write an entry; the page that comes after."""
        told = {"text": "Moss.", "happened": "2026-11-21T07:30", "offset": "540", **fields}
        return await self.submit(await self.open(f"{trip}/entries/new"), **told)

    async def _followed(self, answer: httpx.Response) -> Page:
        for _ in range(5):
            if answer.status_code != 303 or not answer.headers["location"].startswith("/"):
                return Page(answer)
            answer = await self.client.get(answer.headers["location"])
        raise AssertionError("redirected without end")


def settings(**given: Any) -> Any:
    """Settings of a diary on this machine with a development sign-in, and whatever a test wants otherwise."""
    return WebSettings(**{"dev_sign_in": True, **given})
