"""Entries: written, read, edited, deleted."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from typing import Any, Final, cast
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath

from livetrip_contract import TripDetail
from livetrip_web.forms import entry as entries
from livetrip_web.forms.form import Form, draft_of, key_of
from livetrip_web.forms.merging import BASE, base_text, resolve
from livetrip_web.forms.trip import version
from livetrip_web.forms.zone import offsets, zones
from livetrip_web.pages.changing import Contradiction, Kind, asked_before, save
from livetrip_web.pages.paging import cursor_of
from livetrip_web.pages.visit import Switched, Visit, go, new_key
from livetrip_web.pages.writing import REFUSALS, show_again, show_form, show_new
from livetrip_web.words import dates
from switchover import calling

KIND: Final = Kind(entries.UNITS, entries.canonical, entries.typed, entries.shown)


@get("/trips/{trip_id:uuid}/entries/new")
async def begin(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """An empty form, for now; the browser's own clock and offset, where it runs scripts."""
    trip = await request.live_trip.get_trip(request.caller, trip_id)
    local, offset = _now(request, trip)
    at = f"/trips/{trip_id}/entries/new"
    return show_new(request, "entry_new.html", at, **_choices(trip_id, entries.empty(local, offset)))


@post("/trips/{trip_id:uuid}/entries")
async def write(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """Write an entry."""
    form = await request.typed()
    key, choices = key_of(form), _choices(trip_id, entries.typed(form))
    try:
        caller, draft = request.sender(form), entries.draft(form)
        with calling(idempotency_key=key):
            written = await request.live_trip.add_entry(caller, trip_id, draft)
    except REFUSALS as error:
        at = f"/trips/{trip_id}/entries/new"
        return show_again(request, "entry_new.html", form, choices.pop("fields"), error, at=at, **choices)
    request.guest.tell("entry_written", draft_of(form), str(written.id))
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
    shown = entries.shown(entry)
    base, choices = base_text(entries.UNITS, shown), _choices(trip_id, shown)
    return show_form(
        request, "entry_edit.html", key=new_key(), entry_id=entry_id, version=entry.version, base=base, **choices
    )


@post("/trips/{trip_id:uuid}/entries/{entry_id:uuid}/edit")
async def change(request: Visit, trip_id: FromPath[UUID], entry_id: FromPath[UUID]) -> Response[Any]:
    """Change an entry, together with what was changed meanwhile; show both versions where they contradict."""
    form, diary = resolve(await request.typed(), entries.UNITS), request.live_trip
    key, known, choices = key_of(form), version(form), _choices(trip_id, entries.typed(form))
    try:
        caller = request.sender(form)
        is_merged = await save(
            KIND,
            form,
            key,
            lambda given: diary.update_entry(caller, trip_id, entry_id, entries.change(given)),
            lambda: diary.get_entry(caller, trip_id, entry_id),
        )
    except Contradiction as error:
        return _conflict(request, trip_id, entry_id, error, form)
    except REFUSALS as error:
        if isinstance(error, Switched) and (asked := asked_before(KIND, form)) is not None:
            return _conflict(request, trip_id, entry_id, asked, form)
        told = {"entry_id": entry_id, "version": known, "base": form.get(BASE, "")}
        fields, at = choices.pop("fields"), f"/trips/{trip_id}/entries/{entry_id}/edit"
        return show_again(request, "entry_edit.html", form, fields, error, at=at, **told, **choices)
    request.guest.tell("entry_merged" if is_merged else "entry_changed", draft_of(form))
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
    return {"trip_id": trip_id, "fields": fields, "offsets": offsets(fields["offset"]), "zones": zones()}


def _now(request: Visit, trip: TripDetail) -> tuple[str, int]:
    """A local time and an offset in minutes to begin with: now, by the clocks of the place where the last entry was written."""
    away = (trip.entries[-1].happened_at.utcoffset() if trip.entries else None) or timedelta()
    now = datetime.fromtimestamp(cast("float", request.app.state.clock()), timezone(away))
    return now.strftime("%Y-%m-%dT%H:%M"), int(away.total_seconds() // 60)


def _conflict(request: Visit, trip_id: UUID, entry_id: UUID, error: Contradiction, form: Form) -> Response[Any]:
    merged, theirs = error.merged, error.theirs
    offset_names = {
        minutes: dates.offset_name(away)
        for fields in (merged.fields, theirs)
        for minutes, away in offsets(fields["offset"])
    }
    return request.page(
        "entry_conflict.html",
        status=409,
        at=f"/trips/{trip_id}/entries/{entry_id}/edit",
        trip_id=trip_id,
        entry_id=entry_id,
        version=error.version,
        key=new_key(),
        draft=draft_of(form),
        mine=merged.fields,
        theirs=theirs,
        base=base_text(entries.UNITS, theirs),
        conflicts=merged.conflicts,
        offsets=offset_names,
    )


router = Router("/", route_handlers=[begin, write, read, edit, change, ask_to_delete, delete])
