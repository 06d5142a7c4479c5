"""Entries: written, read, edited, deleted."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from typing import Any, cast
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath

from livetrip_contract import Entry, TripDetail, VersionConflict
from livetrip_web.forms import entry as entries
from livetrip_web.forms.form import Form, key_of, resolved
from livetrip_web.forms.trip import version
from livetrip_web.pages.paging import cursor_of
from livetrip_web.pages.visit import Visit, go, new_key
from livetrip_web.pages.writing import REFUSALS, show_again, show_form
from livetrip_web.words import dates
from switchover import calling


@get("/trips/{trip_id:uuid}/entries/new")
async def begin(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """An empty form, for now; the browser's own clock and offset, where it runs scripts."""
    trip = await request.live_trip.get_trip(request.caller, trip_id)
    local, offset = _now(request, trip)
    return show_form(request, "entry_new.html", key=new_key(), **_choices(trip_id, entries.empty(local, offset)))


@post("/trips/{trip_id:uuid}/entries")
async def write(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """Write an entry."""
    caller, form = request.caller, await request.sent()
    key, choices = key_of(form), _choices(trip_id, entries.typed(form))
    try:
        draft = entries.draft(form)
        with calling(idempotency_key=key):
            written = await request.live_trip.add_entry(caller, trip_id, draft)
    except REFUSALS as error:
        return show_again(request, "entry_new.html", form, choices.pop("fields"), error, **choices)
    request.guest.tell("entry_written", key)
    return go(f"/trips/{trip_id}#entry-{written.id}")


@get("/trips/{trip_id:uuid}/entries/{entry_id:uuid}")
async def read(request: Visit, trip_id: FromPath[UUID], entry_id: FromPath[UUID]) -> Response[Any]:
    """One entry, like a page of the diary."""
    diary, caller, cursor = request.live_trip, request.caller, cursor_of(request)
    entry, trip, photos = await asyncio.gather(
        diary.get_entry(caller, trip_id, entry_id),
        diary.get_trip(caller, trip_id),
        diary.list_photos(caller, trip_id, entry_id=entry_id, cursor=cursor, limit=60),
    )
    return request.page("entry.html", trip=trip, entry=entry, photos=photos, is_first=cursor is None)


@get("/trips/{trip_id:uuid}/entries/{entry_id:uuid}/edit")
async def edit(request: Visit, trip_id: FromPath[UUID], entry_id: FromPath[UUID]) -> Response[Any]:
    """The entry in a form."""
    entry = await request.live_trip.get_entry(request.caller, trip_id, entry_id)
    choices = _choices(trip_id, entries.shown(entry))
    return show_form(request, "entry_edit.html", key=new_key(), entry_id=entry_id, version=entry.version, **choices)


@post("/trips/{trip_id:uuid}/entries/{entry_id:uuid}/edit")
async def change(request: Visit, trip_id: FromPath[UUID], entry_id: FromPath[UUID]) -> Response[Any]:
    """Change an entry, or show both versions if somebody was faster."""
    caller, form = request.caller, resolved(await request.sent(), entries.FIELDS)
    key, known, choices = key_of(form), version(form), _choices(trip_id, entries.typed(form))
    try:
        with calling(idempotency_key=key):
            await request.live_trip.update_entry(caller, trip_id, entry_id, entries.change(form))
    except VersionConflict:
        return _conflict(request, await request.live_trip.get_entry(caller, trip_id, entry_id), form)
    except REFUSALS as error:
        fields = choices.pop("fields")
        return show_again(request, "entry_edit.html", form, fields, error, entry_id=entry_id, version=known, **choices)
    request.guest.tell("entry_changed", key)
    return go(f"/trips/{trip_id}/entries/{entry_id}")


@get("/trips/{trip_id:uuid}/entries/{entry_id:uuid}/delete")
async def ask_to_delete(request: Visit, trip_id: FromPath[UUID], entry_id: FromPath[UUID]) -> Response[Any]:
    """Is it meant?"""
    entry = await request.live_trip.get_entry(request.caller, trip_id, entry_id)
    return request.page("entry_delete.html", entry=entry, key=new_key())


@post("/trips/{trip_id:uuid}/entries/{entry_id:uuid}/delete")
async def delete(request: Visit, trip_id: FromPath[UUID], entry_id: FromPath[UUID]) -> Response[Any]:
    """Delete an entry."""
    caller, form = request.caller, await request.sent()
    with calling(idempotency_key=key_of(form)):
        await request.live_trip.delete_entry(caller, trip_id, entry_id)
    request.guest.tell("entry_deleted")
    return go(f"/trips/{trip_id}")


def _choices(trip_id: UUID, fields: dict[str, str]) -> dict[str, Any]:
    """What the form of an entry shows, and what it offers."""
    return {"trip_id": trip_id, "fields": fields, "offsets": entries.offsets(fields["offset"])}


def _now(request: Visit, trip: TripDetail) -> tuple[str, int]:
    """A local time and an offset in minutes to begin with: now, by the clocks of the place where the last entry was written."""
    away = (trip.entries[-1].happened_at.utcoffset() if trip.entries else None) or timedelta()
    now = datetime.fromtimestamp(cast("float", request.app.state.clock()), timezone(away))
    return now.strftime("%Y-%m-%dT%H:%M"), int(away.total_seconds() // 60)


def _conflict(request: Visit, current: Entry, form: Form) -> Response[Any]:
    theirs = entries.shown(current)
    mine = {**entries.typed(form), entries.MOOD_SHOWN: theirs[entries.MOOD_SHOWN]}
    differing = [name for name in entries.FIELDS if mine[name] != theirs[name]]
    offsets = {
        minutes: dates.offset_name(away)
        for field in (mine, theirs)
        for minutes, away in entries.offsets(field["offset"])
    }
    told: dict[str, Any] = {"mine": mine, "theirs": theirs, "differing": differing, "offsets": offsets}
    return request.page("entry_conflict.html", status=409, entry=current, key=new_key(), **told)


router = Router("/", route_handlers=[begin, write, read, edit, change, ask_to_delete, delete])
