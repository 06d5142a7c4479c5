"""Travellers of our own who open pages, each under a session like that of a sign-in, for as long as the rehearsal lasts."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from typing import Final
from urllib.parse import urlsplit

import httpx

from livetrip_adapters import SettingsError
from livetrip_web.edge.cookies import SESSION, CookieStyle
from livetrip_web.edge.sealing import Seal
from livetrip_web.edge.session import Sessions
from livetrip_web.registers.register import SessionRegister
from livetrip_web.rehearsing.page import Page, read_page
from livetrip_web.settings import WebSettings, load_web_settings, origin_of
from switchover.errors import RolloutRefused, ServiceUnavailable

USERS_VARIABLE: Final = "LIVETRIP_REHEARSAL_USERS"
URLS_VARIABLE: Final = "LIVETRIP_REHEARSAL_URLS"


@dataclass(frozen=True, slots=True)
class Tour:
    """Who opens pages, and where.

    Attributes:
        users: travellers.
        urls: origins of the processes that serve pages, or of what stands before them.
        settings: of these processes.
    """

    users: tuple[str, ...]
    urls: tuple[str, ...]
    settings: WebSettings

    def headers(self, cookie: str) -> dict[str, str]:
        """What a browser would send that has this session."""
        style = CookieStyle(self.settings.is_secure)
        host = {} if self.settings.url is None else {"host": urlsplit(self.settings.url).netloc}
        return {"cookie": f"{style.name(SESSION)}={cookie}", "accept-language": "en", **host}


def planned_tour(environment: Mapping[str, str] = os.environ) -> Tour:
    """Read the environment, which is that of the web processes.

    Raises:
        RolloutRefused: somebody or something has yet to be named.
    """
    users = _listed(environment, USERS_VARIABLE)
    if not users:
        raise RolloutRefused(
            "load", f"{USERS_VARIABLE} has to name travellers of your own, with commas: their diaries are read"
        )
    try:
        settings = load_web_settings()
        urls = tuple(origin_of(url) for url in _listed(environment, URLS_VARIABLE)) or (_own(settings),)
    except (SettingsError, ValueError) as error:
        raise RolloutRefused("load", f"the pages cannot be asked for ({URLS_VARIABLE}): {error}") from None
    if settings.session_key is None and settings.session_key_file is None:
        raise RolloutRefused(
            "load",
            "LIVETRIP_WEB_SESSION_KEY has to be set, as for the web processes: it seals the travellers' sessions",
        )
    return Tour(users, urls, settings)


@asynccontextmanager
async def visiting(client: httpx.AsyncClient, tour: Tour, register: SessionRegister) -> AsyncIterator[list[Visitor]]:
    """The travellers, signed in. Raises ServiceUnavailable."""
    sessions = Sessions(Seal(tour.settings.sealing_key()), register, int(tour.settings.session_hours * 3600))
    begun = [sessions.of(user, user) for user in tour.users]
    try:
        for session in begun:
            await sessions.begin(session)
        yield [Visitor(client, tour, sessions.write(session)) for session in begun]
    finally:
        with suppress(ServiceUnavailable):  # they end by themselves as well
            for session in begun:
                await sessions.end(session)


class Visitor:
    """One traveller with a browser.

    Args:
        client: sends.
        tour: says where to.
        cookie: of a session.
    """

    def __init__(self, client: httpx.AsyncClient, tour: Tour, cookie: str) -> None:
        self._client, self._urls, self._headers = client, tour.urls, tour.headers(cookie)

    def opener(self, path: str) -> Callable[[], Awaitable[Page]]:
        """Opens one page again and again, at one process after the other. Raises httpx.HTTPError, also for a page that is none."""
        turn = cycle(self._urls)

        async def opened() -> Page:
            answer = await self._client.get(next(turn) + path, headers=self._headers)
            return read_page(answer.raise_for_status().text)

        return opened


def _listed(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in environment.get(name, "").split(",") if part.strip())


def _own(settings: WebSettings) -> str:
    if settings.url is None and not settings.port:
        raise ValueError("it has to name where the pages are, because LIVETRIP_WEB_PORT does not")
    return settings.url or f"http://127.0.0.1:{settings.port}"
