"""One photo by a plain form, as a browser without scripts sends it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from livetrip_contract import PhotoLimitReached
from livetrip_web.pages.photo_form import LARGEST
from livetrip_web.storage import StorageFailed
from support.diary import MemoryDiary, MemoryStorage, Unreliable
from support.pages import Browser, Page
from switchover.errors import CallTimeout, ServiceUnavailable

MOSS = b"\xff\xd8\xffjpeg 640x480 taken 2026-11-21T07:30:00+09:00 at 34.99,135.68"


async def sent(
    browser: Browser, trip: str, content: bytes = MOSS, *, form: Page | None = None, query: str = "", **changes: str
) -> Page:
    """What comes of choosing a file in the form of the page of photos, and sending it."""
    page = form or await browser.open(f"{trip}/photos{query}")
    plain = page.form("/photos/new" + query)
    files = (
        {"photo": ("moss.jpg", content, "image/jpeg")} if content else {"photo": ("", b"", "application/octet-stream")}
    )
    return await posted(browser, plain.action, {**plain.fields, **changes}, files)


async def posted(browser: Browser, address: str, fields: dict[str, str], files: Any, **headers: str) -> Page:
    told = {"origin": browser.origin, "sec-fetch-site": "same-origin", **headers}
    answer = await browser.client.post(address, data=fields, files=files, headers=told)
    while answer.status_code == 303:
        answer = await browser.client.get(answer.headers["location"])
    return Page(answer)


async def photos(browser: Browser, trip: str) -> int:
    return [tag for tag, _ in (await browser.open(f"{trip}/photos")).tags].count("img")


async def test_a_photo_is_sent_and_shown(aiko: Browser) -> None:
    trip = await aiko.plan()
    page = await sent(aiko, trip)
    assert page.status == 200
    assert page.path.startswith(f"{trip}/photos/")
    assert "The photo has been added." in page.text
    assert "640 × 480 pixels" in page.text
    assert "34.99" not in page.text
    assert await photos(aiko, trip) == 1
    assert "34.99, 135.68" in (await sent(aiko, trip, keep_place="1")).text


async def test_it_belongs_to_the_entry_whose_page_one_came_from(aiko: Browser) -> None:
    trip = await aiko.plan()
    entry = next(
        link for link in (await aiko.write(trip)).links if "/entries/" in link and not link.endswith(("new", "edit"))
    )
    page = await sent(aiko, trip, query=f"?entry={entry.rpartition('/')[2]}")
    assert entry in page.links
    assert [tag for tag, _ in (await aiko.open(entry)).tags].count("img") == 1


async def test_a_form_that_is_sent_twice_makes_one_photo(aiko: Browser) -> None:
    trip = await aiko.plan()
    form = await aiko.open(f"{trip}/photos")
    first, second = await sent(aiko, trip, form=form), await sent(aiko, trip, form=form)
    assert first.path == second.path
    assert await photos(aiko, trip) == 1
    other = await sent(aiko, trip, MOSS.replace(b"640", b"320"), form=form)
    assert other.status == 409
    assert "This form was sent before" in other.text
    assert (await sent(aiko, trip, MOSS.replace(b"640", b"320"), form=other)).status == 200
    assert await photos(aiko, trip) == 2


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        (b"", 422, "Choose a photo first."),
        (b"<script>alert(1)</script>", 422, "This is no JPEG, PNG or WebP."),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", 422, "This is a HEIC photo"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", 422, "This is a HEIC photo"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", 422, "This is an AVIF picture"),
        (b"\0\0\0\x18ftypqt  \0\0\0\0qt  ", 422, "This is no JPEG, PNG or WebP."),
        (b"\xff\xd8\xffjpeg 9000x7000", 422, "It has more than 60 million pixels."),
        (b"\xff\xd8\xff and nothing that is a picture", 422, "It is not a picture that we can read"),
        (bytes(LARGEST + 1), 413, "This file is empty or larger than 64 MB."),
    ],
    ids=["none", "script", "heic", "heif", "avif", "film", "pixels", "letter", "large"],
)
async def test_what_cannot_be_taken_brings_the_form_back(aiko: Browser, content: bytes, status: int, told: str) -> None:
    trip = await aiko.plan()
    page = await sent(aiko, trip, content)
    assert page.status == status
    assert told in page.text
    assert (await sent(aiko, trip, form=page)).status == 200
    assert await photos(aiko, trip) == 1


async def test_a_photo_that_there_is_no_room_for_is_a_clear_page(aiko: Browser, live_trip: Unreliable) -> None:
    trip = await aiko.plan()
    form = await aiko.open(f"{trip}/photos")
    live_trip.failure = lambda: PhotoLimitReached("full", limit="uploads")
    page = await sent(aiko, trip, form=form)
    assert page.status == 409
    assert "200 photos were begun and never finished" in page.text


async def test_a_storage_that_is_down_is_told_and_the_form_can_be_sent_again(
    aiko: Browser, storage: MemoryStorage
) -> None:
    trip = await aiko.plan()
    storage.failure = StorageFailed("ConnectError")
    page = await sent(aiko, trip)
    assert page.status == 503
    assert "The photo could not be stored." in page.text
    storage.failure = None
    assert (await sent(aiko, trip, form=page)).status == 200


@pytest.mark.parametrize("failure", [CallTimeout("slow"), ServiceUnavailable("full")], ids=["slow", "full"])
async def test_a_photo_that_takes_long_to_be_looked_into_need_not_be_sent_again(
    aiko: Browser, live_trip: Unreliable, storage: MemoryStorage, failure: Exception
) -> None:
    def fails() -> None:
        live_trip.failure = lambda: failure

    trip = await aiko.plan()
    storage.then = fails
    page = await sent(aiko, trip)
    assert (page.status, page.headers["retry-after"]) == (503, "10")
    assert "The photo has arrived" in page.text
    again = await aiko.submit(page, "/completed")
    assert again.status == 503
    live_trip.failure = None
    finished = await aiko.submit(again, "/completed")
    assert "The photo has been added." in finished.text
    assert await photos(aiko, trip) == 1


async def test_a_diary_that_is_down_is_a_clear_page(aiko: Browser, live_trip: Unreliable) -> None:
    trip = await aiko.plan()
    form = await aiko.open(f"{trip}/photos")
    live_trip.failure = lambda: ServiceUnavailable("down")
    page = await sent(aiko, trip, form=form)
    assert page.status == 503
    assert "The diary cannot be reached" in page.text


async def test_what_no_page_of_ours_sent_is_refused(aiko: Browser, diary: MemoryDiary) -> None:
    trip = await aiko.plan()
    plain = (await aiko.open(f"{trip}/photos")).form("/photos/new")
    files = {"photo": ("moss.jpg", MOSS, "image/jpeg")}
    for fields, headers in (
        ({**plain.fields, "csrf": "forged"}, {}),
        ({"key": "a-key"}, {}),
        (plain.fields, {"origin": "https://evil.example"}),
        (plain.fields, {"sec-fetch-site": "cross-site"}),
    ):
        assert (await posted(aiko, plain.action, fields, files, **headers)).status == 403
    # The token behind the file is too late.
    late = [("photo", ("moss.jpg", MOSS, "image/jpeg")), *((n, (None, v)) for n, v in plain.fields.items())]
    assert (await posted(aiko, plain.action, {}, late)).status == 403
    assert diary.storage.objects == {}
    aiko.client.cookies.clear()
    assert (await posted(aiko, plain.action, plain.fields, files)).path == "/sign-in"


def _part(head: str, body: str = "x") -> str:
    return f"--b\r\n{head}\r\n\r\n{body}\r\n"


async def test_a_photo_is_not_taken_from_who_signed_out_while_it_came(aiko: Browser, diary: MemoryDiary) -> None:
    trip = await aiko.plan()
    plain = (await aiko.open(f"{trip}/photos")).form("/photos/new")

    async def body() -> AsyncIterator[bytes]:
        for name, value in plain.fields.items():
            yield _part(f'Content-Disposition: form-data; name="{name}"', value).encode()
        yield b'--b\r\nContent-Disposition: form-data; name="photo"; filename="moss.jpg"\r\n\r\n' + MOSS[:9]
        await aiko.submit(await aiko.open(trip), "/sign-out")
        yield MOSS[9:] + b"\r\n--b--\r\n"

    headers = {"origin": aiko.origin, "content-type": "multipart/form-data; boundary=b"}
    answer = await aiko.client.post(plain.action, content=body(), headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={trip}/photos/new")
    assert diary.storage.objects == {}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", lambda csrf: f"csrf={csrf}&key=k"),
        ("multipart/form-data", lambda csrf: _part('Content-Disposition: form-data; name="csrf"', csrf) + "--b--\r\n"),
        ("multipart/form-data; boundary=b", lambda csrf: "nothing of the kind"),
        ("multipart/form-data; boundary=b", lambda csrf: _part('Content-Disposition: form-data; name="csrf"', csrf)),
        (
            "multipart/form-data; boundary=b",
            lambda csrf: (
                _part('Content-Disposition: form-data; name="csrf"', csrf)
                + _part('Content-Disposition: form-data; name="photo"; filename="a"')
                + _part('Content-Disposition: form-data; name="photo"; filename="b"')
                + "--b--\r\n"
            ),
        ),
        (
            "multipart/form-data; boundary=b",
            lambda csrf: (
                _part('Content-Disposition: form-data; name="csrf"', csrf)
                + _part('Content-Disposition: form-data; name="key"', "x" * 2000)
                + "--b--\r\n"
            ),
        ),
        (
            "multipart/form-data; boundary=b",
            lambda csrf: _part('Content-Disposition: form-data; name="csrf"', csrf) * 100 + "--b--\r\n",
        ),
        ("multipart/form-data; boundary=b", lambda csrf: _part("Content-Type: text/plain", csrf) + "--b--\r\n"),
    ],
    ids=["urlencoded", "boundary", "letter", "cut off", "two files", "long field", "many fields", "unnamed"],
)
async def test_what_is_no_such_form_is_refused(aiko: Browser, kind: str, body: Callable[[str], str]) -> None:
    trip = await aiko.plan()
    csrf = (await aiko.open(f"{trip}/photos")).form("/photos/new").fields["csrf"]
    headers = {"origin": aiko.origin, "content-type": kind}
    answer = await aiko.client.post(f"{trip}/photos/new", content=body(csrf).encode(), headers=headers)
    assert answer.status_code == 400


async def test_every_entry_of_a_long_trip_can_be_chosen(aiko: Browser) -> None:
    trip = await aiko.plan()
    for minute in range(101):
        await aiko.write(trip, text=f"Number {minute}.", happened=f"2026-11-21T{minute // 60:02}:{minute % 60:02}")
    first = await aiko.open(f"{trip}/photos")
    assert "Number 99." in first.text
    assert "Number 100." not in first.text
    later = await aiko.open(next(link for link in first.links if "entries=" in link))
    assert "Number 100." in later.text
    last = next(str(told["value"]) for tag, told in later.tags if tag == "option" and len(str(told["value"])) == 36)
    chosen = await aiko.open(f"{trip}/photos?entry={last}")
    assert "Number 100." in chosen.text
    page = await sent(aiko, trip, query=f"?entry={last}")
    assert f"{trip}/entries/{last}" in page.links
