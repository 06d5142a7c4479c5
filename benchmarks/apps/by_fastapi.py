"""FastAPI, as its tutorial has it."""

from __future__ import annotations

from uuid import UUID

from fastapi import FastAPI

from benchmarks.apps.model import AIKO, BACKEND
from livetrip_contract import Entry, EntryDraft, TripDetail

app = FastAPI()


@app.get("/api/trips/{trip_id}")
async def get_trip(trip_id: UUID) -> TripDetail:
    """GET of a trip."""
    return await BACKEND.get_trip(AIKO, trip_id)


@app.post("/api/trips/{trip_id}/entries", status_code=201)
async def add_entry(trip_id: UUID, draft: EntryDraft) -> Entry:
    """POST of an entry."""
    return await BACKEND.add_entry(AIKO, trip_id, draft)
