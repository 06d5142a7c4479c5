"""Looking into pictures: what is seen gets through, nothing else does."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile

from livetrip_bff.images import PillowImageProcessor, messages
from livetrip_bff.images.assistant import COMMAND, Assistant
from livetrip_bff.images.developing import MAX_PIXELS, develop
from livetrip_bff.images.worker import NICENESS
from livetrip_core import Coordinates, PhotoFormat, PhotoRejected
from switchover.errors import ServiceUnavailable
from unit.bff.pictures import SECRET, exif, picture, profile

KINDS = [kind.value for kind in PhotoFormat]


def opened(content: bytes) -> ImageFile.ImageFile:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_keeps_its_looks_and_gets_smaller_ones(kind: str) -> None:
    developed = develop(picture(kind, (2000, 1000)), PhotoFormat(kind))
    original = opened(developed.original.content)
    assert (original.size, original.get_format_mimetype()) == ((2000, 1000), kind)
    assert (developed.original.width, developed.original.height) == (2000, 1000)
    assert [(small.width, small.height) for small in developed.thumbnails] == [(320, 160), (1280, 640)]
    for small in developed.thumbnails:
        assert opened(small.content).size == (small.width, small.height)
        assert small.format is PhotoFormat.WEBP


def test_a_picture_that_is_small_already_has_no_smaller_one() -> None:
    assert develop(picture(size=(320, 4)), PhotoFormat.JPEG).thumbnails == []


def test_the_thumbnail_of_a_very_tall_picture_is_narrower_where_it_would_be_too_tall_for_webp() -> None:
    thumbnails = develop(picture("image/png", (500, 60_000)), PhotoFormat.PNG).thumbnails
    assert [(small.width, small.height) for small in thumbnails] == [(137, 16_383)]
    assert opened(thumbnails[0].content).size == (137, 16_383)


def test_of_a_jpeg_that_has_further_pictures_the_first_is_kept() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), "red").save(
        buffer, "MPO", save_all=True, append_images=[Image.new("RGB", (160, 120), "blue")], exif=exif()
    )
    developed = develop(buffer.getvalue(), PhotoFormat.JPEG)
    assert (developed.original.width, developed.original.height) == (640, 480)
    assert developed.taken_at == "2026-11-21T07:30:00+09:00"
    kept = opened(developed.original.content)
    assert (kept.format, getattr(kept, "n_frames", 1), dict(kept.getexif())) == ("JPEG", 1, {})
    with pytest.raises(PhotoRejected):
        develop(buffer.getvalue(), PhotoFormat.PNG)


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_can_be_seen_gets_through(kind: str) -> None:
    told = picture(kind, exif=exif(), icc_profile=profile())
    assert SECRET.encode() in told
    developed = develop(told, PhotoFormat(kind))
    for rendering in (developed.original, *developed.thumbnails):
        assert SECRET.encode() not in rendering.content
        kept = opened(rendering.content)
        assert dict(kept.getexif()) == {}
        assert set(kept.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "loop",
            "background",
            "timestamp",
            "duration",
        }


@pytest.mark.parametrize("kind", ["image/png", "image/webp"])
def test_what_is_seen_through_stays_so(kind: str) -> None:
    image = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    buffer = io.BytesIO()
    image.save(buffer, format=kind.removeprefix("image/"))
    pixel = opened(develop(buffer.getvalue(), PhotoFormat(kind)).original.content).convert("RGBA").getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert pixel[3] == 0


@pytest.mark.parametrize("hidden", [None, 40_000])
def test_sixteen_bits_of_grey_stay_grey(hidden: int | None) -> None:
    image = Image.new("I;16", (3, 1))
    for column, grey in enumerate((0, 40_000, 65_535)):
        image.putpixel((column, 0), grey)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **({} if hidden is None else {"transparency": hidden}))
    kept = opened(develop(buffer.getvalue(), PhotoFormat.PNG).original.content).convert("RGBA")
    opaque = 255 if hidden is None else 0
    assert [kept.getpixel((column, 0)) for column in range(3)] == [
        (0, 0, 0, 255),
        (156, 156, 156, opaque),
        (255, 255, 255, 255),
    ]


def test_a_picture_is_turned_the_right_way_up() -> None:
    turned = develop(picture(size=(640, 480), exif=exif(orientation=6)), PhotoFormat.JPEG)
    image = opened(turned.original.content)
    assert image.size == (480, 640)
    above, below = image.getpixel((240, 10)), image.getpixel((240, 630))
    assert isinstance(above, tuple)
    assert isinstance(below, tuple)
    assert (above[0] > above[2], below[0] > below[2]) == (True, False)


@pytest.mark.parametrize(
    ("differences", "taken_at"),
    [
        ({}, "2026-11-21T07:30:00+09:00"),
        ({"offset": None}, "2026-11-21T07:30:00"),
        ({"offset": "+25:00"}, "2026-11-21T07:30:00"),
        ({"offset": "Z"}, "2026-11-21T07:30:00"),
        ({"taken": None}, None),
        ({"taken": "2026:02:30 07:30:00"}, None),
        ({"taken": "0000:00:00 00:00:00"}, None),
        ({"taken": "yesterday"}, None),
    ],
)
def test_the_time_is_as_the_camera_wrote_it(differences: dict[str, Any], taken_at: str | None) -> None:
    assert develop(picture(exif=exif(**differences)), PhotoFormat.JPEG).taken_at == taken_at


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (((34.0, 59.0, 30.84), "N", (135.0, 41.0, 1.32), "E"), (34.991900, 135.683700)),
        (((34.0, 59.0, 30.84), "S", (135.0, 41.0, 1.32), "W"), (-34.991900, -135.683700)),
        (((91.0, 0.0, 0.0), "N", (135.0, 41.0, 1.32), "E"), None),
        (((34.0, 59.0, 30.84), "N", (181.0, 0.0, 0.0), "E"), None),
        (((34.0, 59.0, 30.84), "X", (135.0, 41.0, 1.32), "E"), None),
        (None, None),
    ],
)
def test_the_place_is_where_the_camera_was(place: Any, expected: tuple[float, float] | None) -> None:
    found = develop(picture(exif=exif(place=place)), PhotoFormat.JPEG).coordinates
    assert found == (Coordinates(latitude=expected[0], longitude=expected[1]) if expected else None)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not_an_image"),
        (b"a letter", "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_an_image"),
        (picture("image/png"), "type_differs"),
        (picture()[:-200], "not_an_image"),
        (picture()[:30], "not_an_image"),
        (bomb(60_000, 60_000), "too_many_pixels"),
        (bomb(10_000, 6_001), "too_many_pixels"),
    ],
    ids=["nothing", "text", "svg", "another type", "cut off", "a head alone", "a bomb", "a few pixels too many"],
)
def test_what_is_no_such_picture_is_rejected(content: bytes, reason: str) -> None:
    kind = PhotoFormat.PNG if reason == "too_many_pixels" else PhotoFormat.JPEG
    with pytest.raises(PhotoRejected) as rejected:
        develop(content, kind)
    assert rejected.value.reason == reason


def test_a_picture_that_lies_about_its_end_is_rejected() -> None:
    with pytest.raises(PhotoRejected) as rejected:
        develop(bomb(100, 100), PhotoFormat.PNG)
    assert rejected.value.reason == "not_an_image"


BASE = picture(size=(64, 48), exif=exif(), icc_profile=profile())


@given(st.data())
def test_a_damaged_picture_is_developed_or_rejected_and_nothing_else(data: st.DataObject) -> None:
    damaged = bytearray(BASE)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        developed = develop(bytes(damaged), PhotoFormat.JPEG)
    except PhotoRejected:
        return
    assert SECRET.encode() not in developed.original.content


def test_whoever_looks_into_pictures_stands_back_and_ends_with_the_processor() -> None:
    assistant = Assistant()
    assert assistant.pid is None
    assistant.develop(picture(), PhotoFormat.JPEG, MAX_PIXELS)
    pid = assistant.pid
    assert pid is not None
    assert os.getpriority(os.PRIO_PROCESS, pid) == min(os.getpriority(os.PRIO_PROCESS, 0) + NICENESS, 19)
    assistant.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_worker_that_ends_is_an_outage_and_the_next_picture_has_another() -> None:
    assistant = Assistant()
    assistant.develop(picture(), PhotoFormat.JPEG, MAX_PIXELS)
    assert assistant.pid is not None
    os.kill(assistant.pid, signal.SIGKILL)
    with pytest.raises(ServiceUnavailable):
        assistant.develop(picture(), PhotoFormat.JPEG, MAX_PIXELS)
    assert assistant.develop(picture(size=(400, 300)), PhotoFormat.JPEG, MAX_PIXELS).original.width == 400
    assistant.dismiss()
    with pytest.raises(ServiceUnavailable):
        assistant.develop(picture(), PhotoFormat.JPEG, MAX_PIXELS)
    assistant.close()


async def test_what_is_being_looked_into_is_given_up_at_the_end() -> None:
    async with PillowImageProcessor(workers=1) as images:
        await images.develop(picture(), PhotoFormat.JPEG)
        looking = asyncio.create_task(images.develop(picture(size=(6000, 5000)), PhotoFormat.JPEG))
        await asyncio.sleep(0)
    with pytest.raises((ServiceUnavailable, asyncio.CancelledError)):
        await looking


def test_a_worker_ends_when_nobody_can_tell_it_anything() -> None:
    ended = subprocess.run(COMMAND, input=b"", capture_output=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
    half = subprocess.run(
        COMMAND, input=b'{"kind": "image/jpeg", "lengths": [9]}\n12', capture_output=True, timeout=60, check=False
    )
    assert (half.returncode, half.stdout, half.stderr) == (0, b"", b"")


def test_a_worker_whose_answer_nobody_reads_ends_without_a_word() -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        head = {"kind": "image/jpeg", "max_pixels": MAX_PIXELS, "seconds": 60}
        messages.write(cast("BinaryIO", process.stdin), head, [picture()])
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_a_worker_knows_no_key_and_hears_no_signal_that_is_for_whoever_started_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIVETRIP_SERVICE_KEY", SECRET)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    assistant = Assistant()
    try:
        assistant.develop(picture(), PhotoFormat.JPEG, MAX_PIXELS)
        assert assistant.pid is not None
        known = Path(f"/proc/{assistant.pid}/environ").read_text("utf-8")
        assert "PATH=" in known
        assert SECRET not in known
        assert os.getsid(assistant.pid) == assistant.pid
    finally:
        assistant.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_worker_tells_what_there_is_to_tell(kind: str) -> None:
    content = picture(kind, (640, 480), exif=exif())
    async with PillowImageProcessor(workers=1) as images:
        assert await images.develop(content, PhotoFormat(kind)) == develop(content, PhotoFormat(kind))
        with pytest.raises(PhotoRejected) as caught:
            await images.develop(b"Dear diary", PhotoFormat(kind))
    assert caught.value.reason == "not_an_image"


async def test_pictures_are_looked_into_beside_the_event_loop() -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0)
            beats += 1

    beating = asyncio.create_task(beat())
    async with PillowImageProcessor() as images:
        developed = await images.develop(picture(size=(3000, 2000)), PhotoFormat.JPEG)
    beating.cancel()
    assert developed.original.width == 3000
    assert beats > 100
