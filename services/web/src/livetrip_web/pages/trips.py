"""Trips: listed, planned, opened as a timeline, edited, deleted."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath

from livetrip_contract import EntryPage, Trip, TripDetail, VersionConflict
from livetrip_web.forms import trip as trips
from livetrip_web.forms.form import Form, key_of, resolved
from livetrip_web.pages.album import photos_of
from livetrip_web.pages.paging import cursor_of
from livetrip_web.pages.timeline import timeline
from livetrip_web.pages.visit import Visit, go, new_key
from livetrip_web.pages.writing import REFUSALS, show_again, show_form
from switchover import calling

PAGE: Final = 40
"""Entries that a page shows besides the first ten."""


@get("/trips")
async def list_trips(request: Visit) -> Response[Any]:
    """The caller's trips, latest start first."""
    page = await request.live_trip.list_trips(request.caller, cursor=cursor_of(request), limit=PAGE)
    return request.page("trips.html", page=page, is_first="cursor" not in request.query_params)


@get("/trips/new")
async def plan(request: Visit) -> Response[Any]:
    """An empty form."""
    assert request.caller
    return show_form(request, "trip_new.html", fields=dict.fromkeys(trips.FIELDS, ""), key=new_key())


@post("/trips")
async def create(request: Visit) -> Response[Any]:
    """Plan a trip."""
    caller, form = request.caller, await request.sent()
    key = key_of(form)
    try:
        draft = trips.draft(form)
        with calling(idempotency_key=key):
            made = await request.live_trip.create_trip(caller, draft)
    except REFUSALS as error:
        return show_again(request, "trip_new.html", form, trips.typed(form), error)
    request.guest.tell("trip_planned", key)
    return go(f"/trips/{made.id}")


@get("/trips/{trip_id:uuid}")
async def open_trip(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """A trip as a timeline of its days."""
    caller, cursor, diary = request.caller, cursor_of(request), request.live_trip
    trip, summary, photos = await asyncio.gather(
        diary.get_trip(caller, trip_id),
        diary.get_trip_summary(caller, trip_id),
        diary.list_photos(caller, trip_id, limit=100),
    )
    entries, following = await _entries(request, trip, cursor)
    days, loose = timeline(trip, entries, await photos_of(diary, caller, trip, entries, photos))
    return request.page(
        "trip.html",
        trip=trip,
        summary=summary,
        days=days,
        loose=loose,
        following=following,
        is_first=cursor is None,
        has_more_photos=photos.next_cursor is not None,
    )


@get("/trips/{trip_id:uuid}/summary")
async def summarise(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """A trip in numbers."""
    trip, summary = await asyncio.gather(
        request.live_trip.get_trip(request.caller, trip_id), request.live_trip.get_trip_summary(request.caller, trip_id)
    )
    return request.page("summary.html", trip=trip, summary=summary)


@get("/trips/{trip_id:uuid}/edit")
async def edit(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """The trip in a form."""
    trip = await request.live_trip.get_trip(request.caller, trip_id)
    return show_form(
        request, "trip_edit.html", trip=trip, fields=trips.shown(_plain(trip)), version=trip.version, key=new_key()
    )


@post("/trips/{trip_id:uuid}/edit")
async def change(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """Change a trip."""
    caller, form = request.caller, resolved(await request.sent(), trips.FIELDS)
    key, known, named = key_of(form), trips.version(form), _Named(trip_id, form.get("title", ""))
    try:
        with calling(idempotency_key=key):
            await request.live_trip.update_trip(caller, trip_id, trips.change(form))
    except VersionConflict:
        current = await request.live_trip.get_trip(caller, trip_id)
        return _conflict(request, _plain(current), form)
    except REFUSALS as error:
        return show_again(request, "trip_edit.html", form, trips.typed(form), error, version=known, trip=named)
    request.guest.tell("trip_changed", key)
    return go(f"/trips/{trip_id}")


@get("/trips/{trip_id:uuid}/delete")
async def ask_to_delete(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """Is it meant?"""
    trip = await request.live_trip.get_trip(request.caller, trip_id)
    summary = await request.live_trip.get_trip_summary(request.caller, trip_id)
    return request.page("trip_delete.html", trip=trip, summary=summary, key=new_key())


@post("/trips/{trip_id:uuid}/delete")
async def delete(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """Delete a trip, with everything in it."""
    caller, form = request.caller, await request.sent()
    with calling(idempotency_key=key_of(form)):
        await request.live_trip.delete_trip(caller, trip_id)
    request.guest.tell("trip_deleted")
    return go("/trips")


class _Named:
    """What a form about a trip has to know of it."""

    def __init__(self, trip_id: UUID, title: str) -> None:
        self.id, self.title = trip_id, title


async def _entries(request: Visit, trip: TripDetail, cursor: str | None) -> tuple[list[Any], str | None]:
    """Entries of one page, and where the next one begins."""
    if cursor is None and trip.next_cursor is None:
        return trip.entries, None
    page: EntryPage = await request.live_trip.list_entries(
        request.caller, trip.id, cursor=cursor or trip.next_cursor, limit=PAGE
    )
    first = trip.entries if cursor is None else []
    return [*first, *page.items], page.next_cursor


def _plain(trip: TripDetail) -> Trip:
    return Trip.model_validate(trip.model_dump(exclude={"entries", "next_cursor"}))


def _conflict(request: Visit, current: Trip, form: Form) -> Response[Any]:
    mine, theirs = trips.typed(form), trips.shown(current)
    differing = [name for name in trips.FIELDS if mine[name] != theirs[name]]
    return request.page(
        "trip_conflict.html", status=409, trip=current, mine=mine, theirs=theirs, differing=differing, key=new_key()
    )


router = Router(
    "/", route_handlers=[list_trips, plan, create, open_trip, summarise, edit, change, ask_to_delete, delete]
)
