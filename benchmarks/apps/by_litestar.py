"""Plain Litestar, as its tutorial has it."""

from __future__ import annotations

from uuid import UUID

from litestar import Litestar, get, post
from litestar.params import FromPath

from benchmarks.apps.model import AIKO, BACKEND
from livetrip_contract import Entry, EntryDraft, TripDetail


@get("/api/trips/{trip_id:uuid}")
async def get_trip(trip_id: FromPath[UUID]) -> TripDetail:
    """GET of a trip."""
    return await BACKEND.get_trip(AIKO, trip_id)


@post("/api/trips/{trip_id:uuid}/entries")
async def add_entry(trip_id: FromPath[UUID], data: EntryDraft) -> Entry:
    """POST of an entry."""
    return await BACKEND.add_entry(AIKO, trip_id, data)


app = Litestar(route_handlers=[get_trip, add_entry], openapi_config=None, logging_config=None)
