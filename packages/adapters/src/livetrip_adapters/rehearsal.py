"""The load of `switchover rehearse` for LiveTrip: safe reads of travellers of our own, by LiveTrip as this environment wires it.

The process that rehearses routes its reads like any other, and is one more worker of the fleet; each answer is held against the one from
before. That the others obey is known from what they report, not from these reads.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

from livetrip_adapters.container import open_live_trip
from livetrip_adapters.port import live_trip_port
from livetrip_adapters.settings import BackendMode, Settings, SettingsError, load_settings
from livetrip_contract import Caller, LiveTrip
from switchover import Recorder
from switchover.errors import RolloutRefused
from switchover.port.dynamic import as_json, invoke, plan_for
from switchover.rehearsal import SafeCall

USERS_VARIABLE: Final = "LIVETRIP_REHEARSAL_USERS"
_VARYING: Final[Mapping[str, tuple[str, ...]]] = {
    # Addresses of photos are signed anew for each answer.
    "listPhotos": ("/items/*/expiresAt", "/items/*/original/address", "/items/*/thumbnails/*/address"),
    "getPhoto": ("/expiresAt", "/original/address", "/thumbnails/*/address"),
}


@asynccontextmanager
async def calls() -> AsyncIterator[Sequence[SafeCall]]:
    """Every safe operation that the travellers of `LIVETRIP_REHEARSAL_USERS` have something for: one without an entry is not asked for one.

    Raises:
        RolloutRefused: nobody is named, or the environment cannot be used, or does not have calls routed.
    """
    users, settings = _users(os.environ), _routed()
    recorder = Recorder()
    try:
        async with open_live_trip(settings, recorder) as live_trip:
            yield [call for number, user in enumerate(users) for call in await reads(live_trip, Caller(user), number)]
    finally:
        recorder.close()


def _users(environment: Mapping[str, str]) -> list[str]:
    users = [name for part in environment.get(USERS_VARIABLE, "").split(",") if (name := part.strip())]
    if not users:
        raise RolloutRefused(
            "load", f"{USERS_VARIABLE} has to name travellers of your own, with commas: their diaries are read"
        )
    return users


def _routed() -> Settings:
    try:
        settings = load_settings()
    except SettingsError as error:
        raise RolloutRefused("load", str(error)) from None
    if settings.backend_mode is not BackendMode.SERVICE or settings.rollout is None:
        raise RolloutRefused(
            "load",
            "a rehearsal moves calls: it needs BACKEND_MODE=service and LIVETRIP_ROLLOUT, as the web processes have",
        )
    return settings


async def reads(live_trip: LiveTrip, caller: Caller, number: int) -> list[SafeCall]:
    """The reads of one traveller, who has a number in the report instead of a name."""
    made = partial(_read, live_trip, caller, number)
    found = [made("getHealth", {}), made("getSession", {}), made("listTrips", {})]
    for trip in (await live_trip.list_trips(caller, limit=1)).items:
        at: dict[str, Any] = {"trip_id": trip.id}
        found += [made(name, at) for name in ("getTrip", "getTripSummary", "listEntries", "listPhotos")]
        entries = (await live_trip.list_entries(caller, trip.id, limit=1)).items
        found += [made("getEntry", {**at, "entry_id": entry.id}) for entry in entries]
        photos = (await live_trip.list_photos(caller, trip.id, limit=1)).items
        found += [made("getPhoto", {**at, "photo_id": photo.id}) for photo in photos]
    return found


def _read(live_trip: LiveTrip, caller: Caller, number: int, operation: str, arguments: Mapping[str, Any]) -> SafeCall:
    plan = plan_for(live_trip_port().plans, operation)

    async def read() -> Any:
        return as_json(plan, await invoke(plan, live_trip, caller, {k: str(v) for k, v in arguments.items()}))

    return SafeCall(operation, read, f"traveller {number}", _VARYING.get(operation, ()))
