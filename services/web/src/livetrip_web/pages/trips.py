"""Trips: listed, planned, opened as a timeline, edited, deleted."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath

from livetrip_contract import EntryPage, IdempotencyKeyReused, Trip, TripDatesReversed, TripDetail, VersionConflict
from livetrip_web.forms import trip as trips
from livetrip_web.forms.form import Form, FormRefused, UnreadableForm, key_of, resolved
from livetrip_web.pages.failures import failure_of, is_unavailable
from livetrip_web.pages.timeline import timeline
from livetrip_web.pages.visit import Visit, go, new_key
from switchover import CallError, calling

PAGE: Final = 40
"""Entries that a page shows besides the first ten."""

_CURSOR: Final = re.compile(r"[0-9a-f]{48}", re.ASCII)


def cursor_of(request: Visit) -> str | None:
    """Where the list goes on, if the address says so.

    Raises:
        UnreadableForm: it is no cursor.
    """
    cursor = request.query_params.get("cursor")
    if cursor is not None and not _CURSOR.fullmatch(cursor):
        raise UnreadableForm
    return cursor


@get("/trips")
async def list_trips(request: Visit) -> Response[Any]:
    """The caller's trips, latest start first."""
    page = await request.live_trip.list_trips(request.caller, cursor=cursor_of(request), limit=PAGE)
    return request.page("trips.html", page=page, is_first="cursor" not in request.query_params)


@get("/trips/new")
async def plan(request: Visit) -> Response[Any]:
    """An empty form."""
    assert request.caller
    return _form(request, "trip_new.html", fields=dict.fromkeys(trips.FIELDS, ""), key=new_key())


@post("/trips")
async def create(request: Visit) -> Response[Any]:
    """Plan a trip."""
    caller, form = request.caller, await request.sent()
    key = key_of(form)
    try:
        draft = trips.draft(form)
        with calling(idempotency_key=key):
            made = await request.live_trip.create_trip(caller, draft)
    except (FormRefused, TripDatesReversed, IdempotencyKeyReused, CallError) as error:
        return _again(request, "trip_new.html", form, error)
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
    days, loose = timeline(trip, entries, photos.items)
    return request.page(
        "trip.html", trip=trip, summary=summary, days=days, loose=loose, following=following, is_first=cursor is None
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
    return _form(
        request, "trip_edit.html", trip=trip, fields=trips.shown(_plain(trip)), version=trip.version, key=new_key()
    )


@post("/trips/{trip_id:uuid}/edit")
async def change(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """Change a trip."""
    caller, form = request.caller, resolved(await request.sent(), trips.FIELDS)
    key, known = key_of(form), trips.version(form)
    try:
        with calling(idempotency_key=key):
            await request.live_trip.update_trip(caller, trip_id, trips.change(form))
    except VersionConflict:
        current = await request.live_trip.get_trip(caller, trip_id)
        return _conflict(request, _plain(current), form)
    except (FormRefused, TripDatesReversed, IdempotencyKeyReused, CallError) as error:
        return _again(
            request, "trip_edit.html", form, error, version=known, trip=_Named(trip_id, form.get("title", ""))
        )
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


def _form(
    request: Visit, template: str, /, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> Response[Any]:
    filled = {"wrong": {}, "problem": None, **values}
    return request.page(template, status=status, headers=headers, **filled)


def _again(request: Visit, name: str, form: Form, error: Exception, **values: Any) -> Response[Any]:
    """The form once more, with what was typed and what is wrong with it."""
    key = key_of(form)
    told: dict[str, Any] = {"fields": trips.typed(form), **values}
    match error:
        case FormRefused():
            return _form(request, name, status=422, wrong=error.wrong, key=key, **told)
        case TripDatesReversed():
            return _form(request, name, status=422, wrong={"end_date": "wrong.end_before_start"}, key=new_key(), **told)
        case IdempotencyKeyReused():
            return _form(request, name, status=409, problem="problem.sent_before", key=new_key(), **told)
        case CallError() if is_unavailable(error):
            headers = {"retry-after": str(failure_of(error).retry_after)}
            return _form(request, name, status=503, headers=headers, problem="problem.unavailable", key=key, **told)
    raise error


def _conflict(request: Visit, current: Trip, form: Form) -> Response[Any]:
    mine, theirs = trips.typed(form), trips.shown(current)
    differing = [name for name in trips.FIELDS if mine[name] != theirs[name]]
    return request.page(
        "trip_conflict.html", status=409, trip=current, mine=mine, theirs=theirs, differing=differing, key=new_key()
    )


router = Router(
    "/", route_handlers=[list_trips, plan, create, open_trip, summarise, edit, change, ask_to_delete, delete]
)
