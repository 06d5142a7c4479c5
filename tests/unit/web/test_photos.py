"""Photos, as pages and as answers to the script that sends them."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from typing import Any

import pytest

from livetrip_contract import PhotoUpload
from livetrip_web import make_web
from livetrip_web.pages.album import OF_ENTRY
from support.diary import MemoryDiary, Ticking, Unreliable
from support.pages import Browser, settings
from switchover.errors import ServiceUnavailable

PICTURE = b"jpeg 640x480 taken 2026-11-21T07:30:00+09:00 at 34.99,135.68"
JSON = {"accept": "application/json"}


def announced(token: str, content: bytes = PICTURE, **changes: str) -> dict[str, str]:
    checksum = base64.b64encode(hashlib.sha256(content).digest()).decode()
    told = {"content_type": "image/jpeg", "byte_size": str(len(content)), "checksum": checksum, "keep_place": "1"}
    return {"csrf": token, "key": "a-key-of-a-test", **told, **changes}


async def token_of(browser: Browser, trip: str) -> str:
    page = await browser.open(f"{trip}/photos")
    told = next(told for tag, told in page.tags if "data-uploader" in told)
    assert f"/trips/{told['data-trip']}" == trip
    return str(told["data-csrf"])


async def asked(browser: Browser, address: str, fields: dict[str, str]) -> tuple[int, dict[str, Any]]:
    answer = await browser.client.post(address, data=fields, headers={"origin": browser.origin, **JSON})
    told: dict[str, Any] = answer.json()
    return answer.status_code, told


async def sent(
    browser: Browser, diary: MemoryDiary, trip: str, content: bytes = PICTURE, **changes: str
) -> tuple[int, dict[str, Any]]:
    token = await token_of(browser, trip)
    status, upload = await asked(browser, f"{trip}/photos/uploads", announced(token, content, **changes))
    assert status == 201, upload
    diary.receive(PhotoUpload.model_validate(upload), content)
    return await asked(browser, f"{trip}/photos/{upload['photoId']}/completed", {"csrf": token, "key": "another-key"})


async def fetched_from(browser: Browser, path: str) -> str:
    """Where the diary sends a browser for a picture."""
    answer = await browser.client.get(path)
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith("memory://storage/")
    return str(answer.headers["location"])


async def test_a_photo_is_announced_sent_past_us_completed_and_shown(aiko: Browser, diary: MemoryDiary) -> None:
    trip = await aiko.plan()
    status, told = await sent(aiko, diary, trip)
    assert status == 200
    photo = await aiko.open(told["page"])
    for said in ("21 November 2026, 07:30 UTC+9", "640 × 480 pixels", "34.99, 135.68"):
        assert said in photo.text
    for address in (trip, f"{trip}/photos", told["page"]):
        pictures = [told for tag, told in (await aiko.open(address)).tags if tag == "img"]
        assert len(pictures) == 1
        assert await fetched_from(aiko, str(pictures[0]["src"]))
        assert pictures[0]["alt"] == "Photo taken on 21 November 2026, 07:30 UTC+9"


async def test_a_photo_belongs_to_an_entry(aiko: Browser, diary: MemoryDiary) -> None:
    trip = await aiko.plan()
    entry = next(
        link for link in (await aiko.write(trip)).links if "/entries/" in link and not link.endswith(("new", "edit"))
    )
    page = await aiko.open(f"{trip}/photos?entry={entry.rpartition('/')[2]}")
    assert any(
        tag == "option" and "selected" in told and str(told["value"]) == entry.rpartition("/")[2]
        for tag, told in page.tags
    )
    _, told = await sent(aiko, diary, trip, b"jpeg 40x30", entry_id=entry.rpartition("/")[2])
    assert entry in (await aiko.open(told["page"])).links
    assert [tag for tag, _ in (await aiko.open(entry)).tags].count("img") == 1


async def test_photos_of_one_minute_are_told_apart(aiko: Browser, diary: MemoryDiary) -> None:
    trip = await aiko.plan()
    page = await aiko.write(trip, place="Saihō-ji <西芳寺>")
    entry = next(link for link in page.links if re.fullmatch(r".*/entries/[0-9a-f-]{36}", link))
    for number in range(2):
        token = await token_of(aiko, trip)
        changes = {"key": f"key-{number}", "entry_id": entry.rpartition("/")[2]}
        _, upload = await asked(aiko, f"{trip}/photos/uploads", announced(token, PICTURE, **changes))
        diary.receive(PhotoUpload.model_validate(upload), PICTURE)
        done = {"csrf": token, "key": f"done-{number}"}
        await asked(aiko, f"{trip}/photos/{upload['photoId']}/completed", done)
    taken = "Photo taken on 21 November 2026, 07:30 UTC+9"
    for address, place in ((trip, ", Saihō-ji <西芳寺>"), (entry, ", Saihō-ji <西芳寺>"), (f"{trip}/photos", "")):
        alts = [told["alt"] for tag, told in (await aiko.open(address)).tags if tag == "img"]
        assert alts == [f"{taken}{place} (1)", f"{taken}{place} (2)"]


async def test_an_entry_of_a_trip_with_many_photos_is_shown_with_its_own(aiko: Browser, diary: MemoryDiary) -> None:
    trip = await aiko.plan()
    for when in ("07:30", "08:30"):
        await aiko.write(trip, happened=f"2026-11-21T{when}")
    first, second = [link for link in (await aiko.open(trip)).links if re.fullmatch(r".*/entries/[0-9a-f-]{36}", link)]
    token = await token_of(aiko, trip)
    for number in range(102):
        entry = (first, second)[number > 100].rpartition("/")[2]
        changes = {"key": f"key-{number}", "entry_id": entry if number else ""}
        _, upload = await asked(aiko, f"{trip}/photos/uploads", announced(token, b"jpeg 40x30", **changes))
        diary.receive(PhotoUpload.model_validate(upload), b"jpeg 40x30")
        told = {"csrf": token, "key": f"done-{number}"}
        await asked(aiko, f"{trip}/photos/{upload['photoId']}/completed", told)
    shown = [str(told["src"]) for tag, told in (await aiko.open(trip)).tags if tag == "img"]
    of_second = [str(told["src"]) for tag, told in (await aiko.open(second)).tags if tag == "img"]
    assert len(of_second) == 1
    assert len(shown) == 1 + OF_ENTRY + 1
    assert len(set(shown)) == len(shown)


async def test_pages_have_no_address_that_expires(aiko: Browser, diary: MemoryDiary) -> None:
    trip = await aiko.plan()
    _, told = await sent(aiko, diary, trip, b"jpeg 2000x1500")
    for page in (trip, f"{trip}/photos", told["page"], f"{told['page']}/delete"):
        assert "memory://" not in (await aiko.open(page)).html
    original = f"{told['page']}/pictures/2000"
    assert original in (await aiko.open(told["page"])).links
    answer = await aiko.client.get(original)
    assert (answer.headers["vary"], answer.headers["cache-control"][:16]) == ("cookie", "private, max-age")
    assert "set-cookie" not in answer.headers
    small = f"{told['page']}/pictures/320"
    assert await fetched_from(aiko, small) != await fetched_from(aiko, original)
    assert (await aiko.open(f"{told['page']}/pictures/321")).status == 404
    aiko.client.cookies.clear()
    assert (await aiko.open(original)).path == "/sign-in"


async def test_an_address_is_forgotten_by_the_browser_before_it_expires(
    aiko: Browser, diary: MemoryDiary, clock: Ticking
) -> None:
    clock.now = time.time()
    await aiko.sign_in()
    trip = await aiko.plan()
    _, told = await sent(aiko, diary, trip)
    kept = []
    for minutes in (0, 7, 15):
        clock.now = time.time() + minutes * 60
        answer = await aiko.client.get(f"{told['page']}/pictures/640")
        kept.append(int(answer.headers["cache-control"].rpartition("=")[2]))
    assert kept[0] == 600
    assert 400 < kept[1] <= 420
    assert kept[2] == 0


async def test_browsers_are_given_the_visible_address(aiko: Browser, live_trip: Unreliable, diary: MemoryDiary) -> None:
    trip = await aiko.plan()
    _, photo = await sent(aiko, diary, trip)
    web = make_web(live_trip, settings(), visible_address=lambda address: "/files/" + address.rpartition("/")[2])
    browser = Browser(web)
    async with browser.client:
        await browser.sign_in()
        token = await token_of(browser, trip)
        _, upload = await asked(browser, f"{trip}/photos/uploads", announced(token))
        assert upload["address"].startswith("/files/")
        picture = await browser.client.get(f"{photo['page']}/pictures/640")
        assert picture.headers["location"].startswith("/files/")


async def test_a_photo_is_deleted_when_that_is_meant(aiko: Browser, diary: MemoryDiary) -> None:
    trip = await aiko.plan()
    _, told = await sent(aiko, diary, trip)
    deleted = await aiko.submit(await aiko.open(f"{told['page']}/delete"))
    assert deleted.path == f"{trip}/photos"
    assert "The photo has been deleted." in deleted.text
    assert (await aiko.open(told["page"])).status == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"content_type": "text/html"},
        {"byte_size": "0"},
        {"byte_size": "67108865"},
        {"byte_size": "many"},
        {"checksum": "x"},
        {"entry_id": "x"},
        {"key": ""},
    ],
)
async def test_what_cannot_be_announced_is_refused_in_json(aiko: Browser, changes: dict[str, str]) -> None:
    trip = await aiko.plan()
    status, told = await asked(
        aiko, f"{trip}/photos/uploads", announced(await token_of(aiko, trip), PICTURE, **changes)
    )
    assert (status, told["code"]) == (400, "unreadable")
    assert len(told["traceId"]) == 32


async def test_what_arrived_as_something_else_is_told_so(aiko: Browser, diary: MemoryDiary) -> None:
    trip = await aiko.plan()
    status, told = await sent(aiko, diary, trip, b"<script>alert(1)</script>")
    assert (status, told["code"]) == (422, "photo_rejected")


async def test_a_photo_with_too_many_pixels_is_told_so(aiko: Browser, diary: MemoryDiary) -> None:
    status, told = await sent(aiko, diary, await aiko.plan(), b"jpeg 9000x7000")
    assert (status, told["code"]) == (422, "photo_rejected.too_many_pixels")
    assert told["detail"].startswith("It has more than 60 million pixels.")


async def test_what_has_not_arrived_is_a_conflict(aiko: Browser) -> None:
    trip = await aiko.plan()
    token = await token_of(aiko, trip)
    _, upload = await asked(aiko, f"{trip}/photos/uploads", announced(token))
    status, told = await asked(aiko, f"{trip}/photos/{upload['photoId']}/completed", {"csrf": token, "key": "k"})
    assert (status, told["code"]) == (409, "conflict")


async def test_the_script_is_told_of_a_service_that_is_down_and_of_a_session_that_is_over(
    aiko: Browser, live_trip: Unreliable
) -> None:
    trip = await aiko.plan()
    token = await token_of(aiko, trip)
    live_trip.failure = lambda: ServiceUnavailable("down")
    assert (await asked(aiko, f"{trip}/photos/uploads", announced(token)))[0] == 503
    assert (await asked(aiko, f"{trip}/photos/uploads", announced("forged")))[0] == 403
    aiko.client.cookies.clear()
    assert (await asked(aiko, f"{trip}/photos/uploads", announced(token)))[0] == 401
