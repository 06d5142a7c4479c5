"""The load of a rehearsal in tests: reads of LiveTrip by several travellers, through the web-side workers.

WEB_WORKERS names their URLs, with commas; TRAVELLERS is JSON: a list of `[user, trip id, entry id]`.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import cycle
from typing import Any

import httpx

from livetrip_adapters import live_trip_port
from livetrip_contract import Caller, EntryDraft, TripDraft
from support.processes import KEY
from switchover import HttpxTransport, SharedKey
from switchover.rehearsal import SafeCall

Traveller = tuple[str, str, str]


async def seeded(service_url: str, users: Sequence[str]) -> list[Traveller]:
    """Give each user a trip with one entry."""
    found = []
    async with HttpxTransport(service_url) as transport:
        live_trip = live_trip_port().http(transport=transport, credentials=SharedKey(KEY))
        for user in users:
            draft = {"title": f"Trip of {user}", "startDate": "2027-04-01", "endDate": "2027-04-09"}
            trip = await live_trip.create_trip(Caller(user), TripDraft.model_validate(draft))
            entry = EntryDraft.model_validate({"text": "Arrived.", "happenedAt": "2027-04-01T12:00:00+09:00"})
            found.append((user, str(trip.id), str((await live_trip.add_entry(Caller(user), trip.id, entry)).id)))
    return found


@asynccontextmanager
async def calls() -> AsyncIterator[Sequence[SafeCall]]:
    """Every safe operation, for every traveller, each by one worker after the other."""
    workers = os.environ["WEB_WORKERS"].split(",")
    async with httpx.AsyncClient(timeout=10) as client:

        def asking(operation: str, user: str, **arguments: str) -> Callable[[], Awaitable[Any]]:
            turn = cycle(workers)

            async def ask() -> Any:
                asked = {"user": user, "arguments": arguments}
                answered = await client.post(f"{next(turn)}/{operation}", json=asked)
                return answered.raise_for_status().json()

            return ask

        found = []
        for number, (user, trip, entry) in enumerate(json.loads(os.environ["TRAVELLERS"])):
            for operation, arguments in (
                ("getHealth", {}),
                ("getSession", {}),
                ("listTrips", {}),
                ("getTrip", {"trip_id": trip}),
                ("getTripSummary", {"trip_id": trip}),
                ("listEntries", {"trip_id": trip}),
                ("getEntry", {"trip_id": trip, "entry_id": entry}),
            ):
                found.append(SafeCall(operation, asking(operation, user, **arguments), f"traveller {number}"))
        yield found
