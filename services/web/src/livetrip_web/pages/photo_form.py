"""One photo by a plain form, for browsers without scripts: it comes here, and is sent on to where photos are kept.

The diary is asked for nothing but what a script would ask it for; bytes go to the storage and never to the diary.
"""

from __future__ import annotations

import asyncio
import base64
import re
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, cast
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath
from pydantic import ValidationError

from livetrip_contract import (
    Entry,
    EntryNotFound,
    IdempotencyKeyReused,
    PhotoContentType,
    PhotoRejected,
    PhotoUploadRequest,
)
from livetrip_web.forms.form import Form, FormRefused, UnreadableForm, key_of
from livetrip_web.forms.multipart import TooLarge
from livetrip_web.forms.spool import Spool, spool
from livetrip_web.pages.failures import failure_of, is_unavailable
from livetrip_web.pages.paging import cursor_of
from livetrip_web.pages.visit import Visit, go, new_key
from livetrip_web.pages.writing import show_form
from livetrip_web.storage import Storage, StorageFailed
from switchover import CallError, calling

LARGEST: Final = 64 * 1024 * 1024
AT_ONCE: Final = 8
"""How many photos are taken at once; whoever comes while that many are on their way waits, with nothing taken."""

OFFERED: Final = 100
"""How many entries are offered at once."""

_REFUSALS: Final = (TooLarge, FormRefused, PhotoRejected, IdempotencyKeyReused, StorageFailed)
"""What the form can come back for."""

_KINDS: Final = (
    (re.compile(rb"\xff\xd8\xff"), PhotoContentType.image_jpeg),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), PhotoContentType.image_png),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), PhotoContentType.image_webp),
)
_REFUSED_KINDS: Final = (
    (re.compile(rb".{4}ftyp(?:.{4}){0,12}avi[fs]", re.DOTALL), "wrong.photo_avif"),
    (re.compile(rb".{4}ftyp(?:he[iv][cmsx]|mif1|msf1)", re.DOTALL), "wrong.photo_heic"),
)
"""What phones and browsers save that is refused by name: a brand of the file type box (ISO/IEC 14496-12, 23008-12)."""


@get("/trips/{trip_id:uuid}/photos/new")
async def begin(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """The form alone."""
    return await _form(request, trip_id)


@post("/trips/{trip_id:uuid}/photos/new")
async def send(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """Take a photo, and send it on. The form comes back with what is wrong with it."""
    try:
        return await _taken(request, trip_id)
    except _REFUSALS as error:
        return await _form(request, trip_id, **_told(error))


async def finish(request: Visit, trip_id: UUID, photo_id: UUID, key: str) -> Response[Any]:
    """Have a photo completed that has been sent; if that takes too long, a page that asks again."""
    try:
        with calling(idempotency_key=key):
            await request.live_trip.complete_photo_upload(request.caller, trip_id, photo_id)
    except CallError as error:
        if not is_unavailable(error):
            raise
        told: dict[str, Any] = {"trip_id": trip_id, "photo_id": photo_id, "key": new_key()}
        headers = {"retry-after": str(failure_of(error).retry_after)}
        return request.page("photo_unfinished.html", status=503, headers=headers, **told)
    request.guest.tell("photo_added")
    return go(f"/trips/{trip_id}/photos/{photo_id}")


async def entry_choices(request: Visit, trip_id: UUID) -> dict[str, Any]:
    """The entries that a photo can belong to, some at a time: the one of the address first, wherever it is in the trip."""
    diary, caller, cursor = request.live_trip, request.caller, cursor_of(request, "entries")
    page, chosen = await asyncio.gather(
        diary.list_entries(caller, trip_id, cursor=cursor, limit=OFFERED), _chosen(request, trip_id)
    )
    others = [entry for entry in page.items if chosen is None or entry.id != chosen.id]
    return {
        "entries": [chosen, *others] if chosen is not None else others,
        "chosen": str(chosen.id) if chosen is not None else "",
        "later_entries": page.next_cursor,
        "are_first_entries": cursor is None,
    }


async def _chosen(request: Visit, trip_id: UUID) -> Entry | None:
    try:
        entry_id = UUID(request.query_params.get("entry", ""))
        return await request.live_trip.get_entry(request.caller, trip_id, entry_id)
    except (ValueError, EntryNotFound):
        return None


async def _taken(request: Visit, trip_id: UUID) -> Response[Any]:
    request.caller  # noqa: B018 - nothing is taken from somebody who has not signed in
    places = cast("AbstractAsyncContextManager[None]", request.app.state.places)
    async with places, spool() as file:
        form = await request.sent_with_file(file, most=LARGEST)
        return await _sent(request, trip_id, form, file)


def _told(error: Exception) -> dict[str, Any]:
    """What the form says when it comes back."""
    match error:
        case TooLarge():
            return {"status": 413, "wrong": {"photo": "wrong.photo_large"}}
        case FormRefused():
            return {"status": 422, "wrong": error.wrong}
        case PhotoRejected():
            return {"status": 422, "wrong": {"photo": f"failure.{failure_of(error).word}.text"}}
        case IdempotencyKeyReused():
            return {"status": 409, "problem": "problem.sent_before"}
    return {"status": 503, "problem": "problem.photo_not_stored"}


async def _sent(request: Visit, trip_id: UUID, form: Form, file: Spool) -> Response[Any]:
    key, wanted = key_of(form), await _wanted(form, file)
    with calling(idempotency_key=key):
        upload = await request.live_trip.request_photo_upload(request.caller, trip_id, wanted)
    storage = cast("Storage", request.app.state.storage)
    await storage.send(upload, file.size, file.content())
    return await finish(request, trip_id, upload.photo_id, f"{key}.sent")


async def _wanted(form: Form, file: Spool) -> PhotoUploadRequest:
    if file.size == 0:
        raise FormRefused({"photo": "wrong.photo_missing"})
    checksum = await file.end()
    kind = next((kind for magic, kind in _KINDS if magic.match(file.start)), None)
    if kind is None:
        named = (word for magic, word in _REFUSED_KINDS if magic.match(file.start))
        raise FormRefused({"photo": next(named, "wrong.photo_type")})
    value = {
        "contentType": kind,
        "byteSize": file.size,
        "checksum": base64.b64encode(checksum).decode(),
        "entryId": form.get("entry_id") or None,
        "keepPlace": form.get("keep_place") == "1",
    }
    try:
        return PhotoUploadRequest.model_validate(value)
    except ValidationError as error:
        raise UnreadableForm from error


async def _form(request: Visit, trip_id: UUID, *, status: int = 200, **values: Any) -> Response[Any]:
    trip = await request.live_trip.get_trip(request.caller, trip_id)
    choices = await entry_choices(request, trip_id)
    told: dict[str, Any] = {"trip": trip, "key": new_key(), "at": request.address, **choices, **values}
    return show_form(request, "photo_new.html", status=status, **told)


router = Router("/", route_handlers=[begin, send])
