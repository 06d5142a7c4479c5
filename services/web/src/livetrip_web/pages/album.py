"""The photos that a page of a trip shows beside its entries."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from livetrip_contract import Caller, Entry, LiveTrip, Photo, PhotoPage, TripDetail

AT_ONCE: Final = 8
"""How many entries are asked for their photos at once, so that one page keeps nobody else waiting."""

OF_ENTRY: Final = 24
"""How many photos of an entry are shown where a trip has many; the entry's own page shows all of them."""


async def photos_of(
    diary: LiveTrip, caller: Caller, trip: TripDetail, entries: Iterable[Entry], first: PhotoPage
) -> list[Photo]:
    """Those of the entries, and what the first page of the trip's photos has of others.

    Args:
        diary: where to ask for more.
        caller: who looks.
        trip: whose.
        entries: that are shown.
        first: the first photos of the trip; if these are all of them, nothing else is asked for.
    """
    if first.next_cursor is None:
        return first.items
    places = asyncio.Semaphore(AT_ONCE)

    async def of(entry: Entry) -> list[Photo]:
        async with places:
            return (await diary.list_photos(caller, trip.id, entry_id=entry.id, limit=OF_ENTRY)).items

    found = await asyncio.gather(*map(of, entries))
    return [*(photo for photo in first.items if photo.entry_id is None), *(photo for some in found for photo in some)]
