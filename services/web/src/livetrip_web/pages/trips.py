"""Trips: listed, planned, opened as a timeline, edited, deleted."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath

from livetrip_contract import EntryPage, Trip, TripDetail
from livetrip_web.forms import trip as trips
from livetrip_web.forms.form import Form, draft_of, key_of
from livetrip_web.forms.merging import BASE, base_text, resolve
from livetrip_web.pages.album import photos_of
from livetrip_web.pages.changing import Contradiction, Kind, asked_before, save
from livetrip_web.pages.paging import cursor_of
from livetrip_web.pages.timeline import timeline
from livetrip_web.pages.visit import Switched, Visit, go, new_key
from livetrip_web.pages.writing import REFUSALS, show_again, show_form, show_new
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
    return show_new(request, "trip_new.html", "/trips/new", fields=dict.fromkeys(trips.FIELDS, ""))


@post("/trips")
async def create(request: Visit) -> Response[Any]:
    """Plan a trip."""
    form = await request.typed()
    key = key_of(form)
    try:
        caller, draft = request.sender(form), trips.draft(form)
        with calling(idempotency_key=key):
            made = await request.live_trip.create_trip(caller, draft)
    except REFUSALS as error:
        return show_again(request, "trip_new.html", form, trips.typed(form), error, at="/trips/new")
    request.guest.tell("trip_planned", draft_of(form))
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
    written = request.guest.notice.about if request.guest.notice is not None else ""
    if cursor is None and following is not None and written not in ("", *(str(entry.id) for entry in entries)):
        return go(f"/trips/{trip_id}/entries/{written}")
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
    shown = _shown(trip)
    told: dict[str, Any] = {"version": trip.version, "base": base_text(trips.UNITS, shown), "fields": shown}
    return show_form(request, "trip_edit.html", trip=trip, key=new_key(), **told)


@post("/trips/{trip_id:uuid}/edit")
async def change(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """Change a trip, together with what was changed meanwhile; show both versions where they contradict."""
    form, diary = resolve(await request.typed(), trips.UNITS), request.live_trip
    key, known, named = key_of(form), trips.version(form), _Named(trip_id, form.get("title", ""))
    try:
        caller = request.sender(form)
        is_merged = await save(
            KIND,
            form,
            key,
            lambda given: diary.update_trip(caller, trip_id, trips.change(given)),
            lambda: diary.get_trip(caller, trip_id),
        )
    except Contradiction as error:
        return _conflict(request, trip_id, error, form)
    except REFUSALS as error:
        if isinstance(error, Switched) and (asked := asked_before(KIND, form)) is not None:
            return _conflict(request, trip_id, asked, form)
        told: dict[str, Any] = {"version": known, "base": form.get(BASE, ""), "trip": named}
        at = f"/trips/{trip_id}/edit"
        return show_again(request, "trip_edit.html", form, trips.typed(form), error, at=at, **told)
    request.guest.tell("trip_merged" if is_merged else "trip_changed", draft_of(form))
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


def _shown(trip: TripDetail) -> dict[str, str]:
    return trips.shown(Trip.model_validate(trip.model_dump(exclude={"entries", "next_cursor"})))


KIND: Final = Kind(trips.UNITS, trips.canonical, trips.typed, _shown)


def _conflict(request: Visit, trip_id: UUID, error: Contradiction, form: Form) -> Response[Any]:
    return request.page(
        "trip_conflict.html",
        status=409,
        at=f"/trips/{trip_id}/edit",
        trip_id=trip_id,
        version=error.version,
        key=new_key(),
        draft=draft_of(form),
        mine=error.merged.fields,
        theirs=error.theirs,
        base=base_text(trips.UNITS, error.theirs),
        conflicts=error.merged.conflicts,
    )


router = Router(
    "/", route_handlers=[list_trips, plan, create, open_trip, summarise, edit, change, ask_to_delete, delete]
)
