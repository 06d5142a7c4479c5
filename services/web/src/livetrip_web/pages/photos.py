"""Photos: listed, announced and completed by the script that uploads them, looked at, deleted. Their bytes do not come through here."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import ValidationError

from livetrip_contract import PhotoUploadRequest
from livetrip_web.forms.form import Form, UnreadableForm, key_of
from livetrip_web.pages.paging import cursor_of
from livetrip_web.pages.photo_form import entry_choices, finish
from livetrip_web.pages.visit import Visit, go, new_key
from livetrip_web.pages.writing import show_form
from switchover import calling

KEPT_SECONDS: Final = 600
"""How long a browser keeps where a picture is, at most."""
SPARE_SECONDS: Final = 60
"""How long the address of a picture is still good when a browser forgets it, so that the picture can come."""

_NAMES = {"content_type": "contentType", "byte_size": "byteSize", "checksum": "checksum", "entry_id": "entryId"}


@get("/trips/{trip_id:uuid}/photos")
async def list_photos(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """A trip's photos, and where more can be added."""
    diary, caller, cursor = request.live_trip, request.caller, cursor_of(request)
    trip, photos = await asyncio.gather(
        diary.get_trip(caller, trip_id), diary.list_photos(caller, trip_id, cursor=cursor, limit=60)
    )
    choices = await entry_choices(request, trip_id)
    return show_form(
        request, "photos.html", trip=trip, photos=photos, is_first=cursor is None, key=new_key(), **choices
    )


@post("/trips/{trip_id:uuid}/photos/uploads")
async def announce(request: Visit, trip_id: FromPath[UUID]) -> Response[Any]:
    """Where a photo can be sent to, for the script."""
    caller, form = request.caller, await request.sent()
    wanted = _wanted(form)
    with calling(idempotency_key=key_of(form)):
        upload = await request.live_trip.request_photo_upload(caller, trip_id, wanted)
    told = {**upload.model_dump(mode="json", by_alias=True), "address": request.visible(str(upload.address))}
    return Response(told, status_code=201)


@post("/trips/{trip_id:uuid}/photos/{photo_id:uuid}/completed")
async def complete(request: Visit, trip_id: FromPath[UUID], photo_id: FromPath[UUID]) -> Response[Any]:
    """A photo has been sent, says the script, or whoever was told to ask again."""
    form = await request.sent()
    if not request.wants_json:
        return await finish(request, trip_id, photo_id, key_of(form))
    with calling(idempotency_key=key_of(form)):
        photo = await request.live_trip.complete_photo_upload(request.caller, trip_id, photo_id)
    return Response({"id": str(photo.id), "page": f"/trips/{trip_id}/photos/{photo.id}"}, status_code=200)


@get("/trips/{trip_id:uuid}/photos/{photo_id:uuid}")
async def look(request: Visit, trip_id: FromPath[UUID], photo_id: FromPath[UUID]) -> Response[Any]:
    """One photo."""
    photo, trip = await asyncio.gather(
        request.live_trip.get_photo(request.caller, trip_id, photo_id),
        request.live_trip.get_trip(request.caller, trip_id),
    )
    return request.page("photo.html", trip=trip, photo=photo)


@get("/trips/{trip_id:uuid}/photos/{photo_id:uuid}/pictures/{width:int}")
async def picture(
    request: Visit, trip_id: FromPath[UUID], photo_id: FromPath[UUID], width: FromPath[int]
) -> Response[Any]:
    """Redirect to one rendition of a photo, by its width in pixels, at an address that is good now.

    A page may stay open for longer than an address is good. Browsers keep the redirect until shortly before that, for this
    session alone (`vary`), and so they fetch a picture once.
    """
    photo = await request.live_trip.get_photo(request.caller, trip_id, photo_id)
    found = next((file for file in (photo.original, *photo.thumbnails) if file.width == width), None)
    if found is None:
        raise NotFoundException
    left = int(photo.expires_at.timestamp() - request.app.state.clock()) - SPARE_SECONDS
    headers = {"cache-control": f"private, max-age={max(0, min(left, KEPT_SECONDS))}", "vary": "cookie"}
    return Redirect(request.visible(str(found.address)), status_code=302, headers=headers)


@get("/trips/{trip_id:uuid}/photos/{photo_id:uuid}/delete")
async def ask_to_delete(request: Visit, trip_id: FromPath[UUID], photo_id: FromPath[UUID]) -> Response[Any]:
    """Is it meant?"""
    photo = await request.live_trip.get_photo(request.caller, trip_id, photo_id)
    return request.page("photo_delete.html", photo=photo, key=new_key())


@post("/trips/{trip_id:uuid}/photos/{photo_id:uuid}/delete")
async def delete(request: Visit, trip_id: FromPath[UUID], photo_id: FromPath[UUID]) -> Response[Any]:
    """Delete a photo."""
    caller, form = request.caller, await request.sent()
    with calling(idempotency_key=key_of(form)):
        await request.live_trip.delete_photo(caller, trip_id, photo_id)
    request.guest.tell("photo_deleted")
    return go(f"/trips/{trip_id}/photos")


def _wanted(form: Form) -> PhotoUploadRequest:
    value: dict[str, Any] = {alias: form[name] for name, alias in _NAMES.items() if form.get(name)}
    try:
        return PhotoUploadRequest.model_validate({**value, "keepPlace": form.get("keep_place") == "1"})
    except ValidationError as error:
        raise UnreadableForm from error


router = Router("/", route_handlers=[list_photos, announce, complete, look, picture, ask_to_delete, delete])
