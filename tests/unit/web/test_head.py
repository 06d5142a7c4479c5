"""HEAD is answered wherever GET is, with the same headers and without content (RFC 9110, section 9.3.2)."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any
from uuid import UUID

import httpx
import pytest

from livetrip_contract import Caller, PhotoUploadRequest
from livetrip_web import Web
from support.diary import MemoryDiary
from support.pages import Browser

PICTURE = b"jpeg 640x480 taken 2026-11-21T07:30:00+09:00 at 34.99,135.68"
NOT_HERE = {"/sign-in/issuer", "/sign-in/callback"}
"""There is no issuer."""


def shown_routes(web: Web) -> set[str]:
    """Every path that GET is answered at, with names for its parameters."""
    pages: Any = web._pages
    return {route.path_format for route in pages.routes if "GET" in route.methods}


async def photographed(diary: MemoryDiary, trip: UUID) -> UUID:
    aiko, live_trip = Caller("aiko"), diary.live_trip
    checksum = base64.b64encode(hashlib.sha256(PICTURE).digest()).decode()
    asked = {"contentType": "image/jpeg", "byteSize": len(PICTURE), "checksum": checksum}
    upload = await live_trip.request_photo_upload(aiko, trip, PhotoUploadRequest.model_validate(asked))
    diary.receive(upload, PICTURE)
    return (await live_trip.complete_photo_upload(aiko, trip, upload.photo_id)).id


async def everything(browser: Browser, diary: MemoryDiary) -> dict[str, str]:
    """Something to show at each path, by the names of its parameters."""
    trip = await browser.plan()
    page = await browser.write(trip)
    entry = next(link for link in page.links if re.search("/entries/.*/edit$", link))
    style = next(str(told["href"]) for tag, told in page.tags if tag == "link" and told.get("rel") == "stylesheet")
    return {
        "trip_id": trip.rpartition("/")[2],
        "entry_id": entry.split("/")[-2],
        "photo_id": str(await photographed(diary, UUID(trip.rpartition("/")[2]))),
        "width": "640",
        "digest": style.split("/")[-2],
        "name": style.split("/")[-1],
    }


def told(answer: httpx.Response) -> tuple[int, dict[str, str]]:
    """All but what names this one answer: the form that it leads to, and when an address ends that was signed for it."""
    named = {
        name: re.split(r"\?(?:key|until)=", value)[0] if name == "location" else value
        for name, value in answer.headers.items()
    }
    return answer.status_code, {name: value for name, value in named.items() if name != "x-trace-id"}


async def test_head_is_answered_as_get_is_wherever_get_is(aiko: Browser, web: Web, diary: MemoryDiary) -> None:
    known = await everything(aiko, diary)
    paths = shown_routes(web)
    assert {"/", "/trips/{trip_id}/photos/{photo_id}", "/static/{digest}/{name}"} <= paths
    for path in sorted(paths):
        address = re.sub(r"\{(\w+)\}", lambda name: known[name[1]], path)
        shown, asked = [await aiko.client.request(method, address) for method in ("GET", "HEAD")]
        assert told(asked) == told(shown), path
        assert shown.status_code in ({404} if path in NOT_HERE else {200, 302, 303}), path
        assert asked.content == b"", path
        assert int(asked.headers["content-length"]) == len(shown.content), path


@pytest.mark.parametrize(("path", "status"), [("/trips", 303), ("/nowhere", 404), ("/preferences", 405)])
async def test_what_is_refused_is_refused_without_content(browser: Browser, path: str, status: int) -> None:
    for method in ("GET", "HEAD"):
        answer = await browser.client.request(method, path)
        assert (answer.status_code, bool(answer.content)) == (status, method == "GET" and status != 303)


@pytest.mark.parametrize(("host", "status"), [("evil.example", 421), ("127.0.0.1:8080", 503)])
async def test_so_is_what_the_door_refuses(browser: Browser, web: Web, host: str, status: int) -> None:
    web.gate.close()
    answer = await browser.client.head("/sign-in", headers={"host": host})
    assert (answer.status_code, answer.content) == (status, b"")
