"""The load of `switchover rehearse` for LiveTrip: pages, asked for as browsers do, from the processes that serve them.

Each page is held against what it said before. That a process called the service for it is known from what that process reports.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import httpx

from livetrip_adapters import SettingsError
from livetrip_web.registers.opening import opened_register
from livetrip_web.rehearsing.page import Page
from livetrip_web.rehearsing.visiting import URLS_VARIABLE, Tour, Visitor, planned_tour, visiting
from switchover.errors import RolloutRefused, ServiceUnavailable
from switchover.rehearsal import SafeCall

_TIMEOUT_SECONDS: Final = 10.0
_ID: Final = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@asynccontextmanager
async def calls() -> AsyncIterator[Sequence[SafeCall]]:
    """A page for every operation that the pages call and the travellers of `LIVETRIP_REHEARSAL_USERS` have something for.

    Raises:
        RolloutRefused: nobody is named, the environment is not that of the web processes, or pages cannot be opened.
    """
    tour = planned_tour()
    async with AsyncExitStack() as stack:
        visitors = await _signed_in(stack, tour)
        try:
            found = [await reads(visitor, f"page of traveller {number}") for number, visitor in enumerate(visitors)]
        except httpx.HTTPError as error:
            raise RolloutRefused("load", f"the pages at {', '.join(tour.urls)} {_ended(error)}") from None
        yield [call for calls in found for call in calls]


async def _signed_in(stack: AsyncExitStack, tour: Tour) -> list[Visitor]:
    sessions, limits = tour.settings.sessions.get_secret_value(), tour.settings.limits()
    try:
        register = await stack.enter_async_context(opened_register(sessions, limits))
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, limits=_limits(tour)))
        return await stack.enter_async_context(visiting(client, tour, register))
    except (SettingsError, ServiceUnavailable) as error:
        raise RolloutRefused("load", f"the travellers cannot be signed in: {error}") from None


def _ended(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"answer {error.response.status_code}: are LIVETRIP_WEB_SESSION_KEY and LIVETRIP_WEB_SESSIONS those of the web processes?"
    return f"do not answer ({type(error).__name__}): {URLS_VARIABLE} says where they are"


def _limits(tour: Tour) -> httpx.Limits:
    """Connections are kept for as long as they are used: pages are asked for again and again."""
    return httpx.Limits(max_keepalive_connections=20 * len(tour.urls))


async def reads(visitor: Visitor, name: str) -> list[SafeCall]:
    """The pages of one traveller, who has a number in the report instead of a name. Raises httpx.HTTPError."""

    def read(operation: str, path: str) -> SafeCall:
        opened = visitor.opener(path)

        async def said() -> Any:
            return list((await opened()).texts)

        return SafeCall(operation, said, name)

    found = [read("listTrips", "/trips")]
    for trip in _leading(await visitor.opener("/trips")(), f"/trips/{_ID}"):
        pages = (("getTrip", trip), ("getTripSummary", f"{trip}/summary"))
        lists = (("listEntries", f"{trip}/photos"), ("listPhotos", f"{trip}/photos"))
        found += [read(operation, path) for operation, path in (*pages, *lists)]
        diary, photos = await visitor.opener(trip)(), await visitor.opener(f"{trip}/photos")()
        found += [read("getEntry", path) for path in _leading(diary, f"{trip}/entries/{_ID}")]
        found += [read("getPhoto", path) for path in _leading(photos, f"{trip}/photos/{_ID}")]
    return found


def _leading(page: Page, pattern: str) -> list[str]:
    """The first link of a page to pages of one kind."""
    return [link for link in page.links if re.fullmatch(pattern, link)][:1]
