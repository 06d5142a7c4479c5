"""Raw Starlette: parsed by hand, written by pydantic-core."""

from __future__ import annotations

from uuid import UUID

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.apps.model import AIKO, BACKEND
from livetrip_contract import EntryDraft


async def get_trip(request: Request) -> Response:
    """GET of a trip."""
    trip = await BACKEND.get_trip(AIKO, UUID(request.path_params["trip_id"]))
    return Response(trip.__pydantic_serializer__.to_json(trip, by_alias=True), media_type="application/json")


async def add_entry(request: Request) -> Response:
    """POST of an entry."""
    draft = EntryDraft.model_validate_json(await request.body())
    entry = await BACKEND.add_entry(AIKO, UUID(request.path_params["trip_id"]), draft)
    return Response(entry.__pydantic_serializer__.to_json(entry, by_alias=True), 201, media_type="application/json")


app = Starlette(
    routes=[
        Route("/api/trips/{trip_id}", get_trip),
        Route("/api/trips/{trip_id}/entries", add_entry, methods=["POST"]),
    ]
)
