"""Objects as files, and the addresses that let others at them."""

from __future__ import annotations

import asyncio
import hashlib
import os
import resource
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetrip_bff.storage.files import ObjectFiles
from livetrip_bff.storage.keys import is_key
from livetrip_bff.storage.local import LocalObjectStorage
from livetrip_bff.storage.signature import AddressSigner, Grant
from livetrip_core import Announcement, PhotoFormat
from switchover.errors import ServiceUnavailable
from unit.bff.pictures import picture

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BASE = "http://photos.test/files"
KEY = b"k" * 32
MOSS = picture(size=(32, 24))
PAGE = "https://diary.test"


class Shop:
    """A storage in a folder, and a browser at its addresses."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.now = NOW
        self.folder = folder
        self.signer = AddressSigner(KEY, self.seconds)
        self.storage = LocalObjectStorage(folder, BASE, self.signer)
        files = ObjectFiles(self.storage, self.signer, **more)
        transport = httpx.ASGITransport(files, root_path="/files")
        self.browser = httpx.AsyncClient(transport=transport)

    def seconds(self) -> float:
        return self.now.timestamp()

    def announced(self, content: bytes = MOSS) -> Announcement:
        checksum = hashlib.sha256(content).hexdigest()
        return Announcement(format=PhotoFormat.JPEG, byte_size=len(content), checksum=checksum)

    async def put(self, address: str, content: bytes = MOSS, **headers: str) -> httpx.Response:
        return await self.browser.put(address, content=content, headers={"content-type": "image/jpeg"} | headers)

    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]

    def upload(self, key: str = "uploads/1") -> str:
        until = NOW + timedelta(minutes=15)
        return self.storage.upload_address(key, self.announced(), expires_at=until).address

    def download(self, key: str = "uploads/1") -> str:
        return self.storage.download_address(key, expires_at=NOW + timedelta(minutes=15))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "photos")


async def test_what_is_sent_can_be_fetched(shop: Shop) -> None:
    upload = shop.storage.upload_address("uploads/1", shop.announced(), expires_at=NOW + timedelta(minutes=15))
    sent = await shop.browser.request(upload.method, upload.address, content=MOSS, headers=dict(upload.headers))
    assert sent.status_code == 204
    assert await shop.storage.read("uploads/1", at_most=len(MOSS)) == MOSS

    fetched = await shop.browser.get(shop.download())
    assert (fetched.status_code, fetched.content) == (200, MOSS)
    assert fetched.headers["content-type"] == "image/jpeg"
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in fetched.headers["content-security-policy"]
    assert fetched.headers["cache-control"].startswith("private")
    head = await shop.browser.head(shop.download())
    assert (head.content, head.headers["content-length"]) == (b"", str(len(MOSS)))
    again = await shop.browser.get(shop.download(), headers={"if-none-match": fetched.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [
        ("bytes=0-9", 206, MOSS[:10]),
        ("bytes=10-", 206, MOSS[10:]),
        ("bytes=-5", 206, MOSS[-5:]),
        (f"bytes=0-{len(MOSS) * 2}", 206, MOSS),
        (f"bytes=-{len(MOSS) * 2}", 206, MOSS),
        ("bytes=5-3", 200, MOSS),
        ("bytes=-", 200, MOSS),
        ("bytes=0-1,3-4", 200, MOSS),
        ("pages=1-2", 200, MOSS),
        (f"bytes={len(MOSS)}-", 416, None),
        ("bytes=-0", 416, None),
    ],
)
async def test_a_part_of_a_file_can_be_fetched(shop: Shop, asked: str, status: int, expected: bytes | None) -> None:
    await shop.put(shop.upload())
    answer = await shop.browser.get(shop.download(), headers={"range": asked})
    assert answer.status_code == status
    if expected is None:
        assert answer.headers["content-range"] == f"bytes */{len(MOSS)}"
    else:
        assert answer.content == expected
    if status == 206:
        assert answer.headers["content-range"].endswith(f"/{len(MOSS)}")


async def test_a_part_of_a_file_that_has_changed_is_not_mixed_with_the_old_one(shop: Shop) -> None:
    await shop.put(shop.upload())
    answer = await shop.browser.get(shop.download(), headers={"range": "bytes=0-1", "if-range": '"another"'})
    assert (answer.status_code, answer.content) == (200, MOSS)


def changed(address: str, name: str, value: str) -> str:
    url = httpx.URL(address)
    return str(url.copy_set_param(name, value))


@pytest.mark.parametrize(
    "change",
    [
        lambda address: changed(address, "signature", "A" * 43),
        lambda address: changed(address, "signature", ""),
        lambda address: changed(address, "expires", "99999999999"),
        lambda address: changed(address, "size", "1"),
        lambda address: changed(address, "type", "text/html"),
        lambda address: changed(address, "checksum", "0" * 64),
        lambda address: address.replace("uploads/1", "uploads/2"),
        lambda address: address + "&more=1",
        lambda address: address + "&size=1",
        lambda address: address.partition("?")[0],
        lambda address: address.replace("expires=", "expires=0"),
        lambda address: address.replace("expires=", "expires=%30"),
        lambda address: address + "&a" * 50,
        lambda address: address.replace("size=", "size=%FF"),
    ],
)
async def test_a_changed_address_is_refused(shop: Shop, change: Any) -> None:
    answer = await shop.put(change(shop.upload()))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert await shop.storage.read("uploads/1", at_most=9) is None


async def test_an_address_is_good_for_one_method_and_for_a_while(shop: Shop) -> None:
    upload, download = shop.upload(), shop.download()
    assert (await shop.browser.get(upload)).status_code == 403
    assert (await shop.put(download)).status_code == 403
    assert (await shop.browser.delete(upload)).status_code == 405
    assert (await shop.browser.get(download)).status_code == 404
    shop.now += timedelta(minutes=15)
    assert (await shop.put(upload)).status_code == 403
    assert (await shop.browser.get(download)).status_code == 403


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (MOSS + b"!", {}),
        (MOSS[:-1], {}),
        (b"x" * len(MOSS), {}),
        (MOSS, {"content-type": "text/html"}),
        (MOSS + b"!", {"content-length": str(len(MOSS))}),
        (MOSS[:-1], {"content-length": str(len(MOSS))}),
    ],
)
async def test_only_what_was_announced_is_taken(shop: Shop, content: bytes, headers: dict[str, str]) -> None:
    answer = await shop.put(shop.upload(), content, **headers)
    assert answer.status_code == 403
    assert shop.files() == []


async def test_what_does_not_say_its_size_is_not_taken(shop: Shop) -> None:
    async def parts() -> Any:
        yield MOSS

    answer = await shop.browser.put(shop.upload(), content=parts(), headers={"content-type": "image/jpeg"})
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


async def test_a_sender_that_goes_away_leaves_nothing_behind(shop: Shop) -> None:
    parts = urlsplit(shop.upload())
    scope = {"type": "http", "method": "PUT", "path": parts.path, "root_path": "/files", "query_string": parts.query.encode(),
             "headers": [(b"content-length", b"%d" % len(MOSS)), (b"content-type", b"image/jpeg")]}  # fmt: skip
    incoming = iter([{"type": "http.request", "body": MOSS[:5], "more_body": True}, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(incoming)

    async def send(message: Any) -> None:
        sent.append(message)

    await ObjectFiles(shop.storage, shop.signer)(scope, receive, send)
    assert sent[0]["status"] == 400
    assert shop.files() == []


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/",
        "a//b",
        "../a",
        "a/../b",
        "a/.hidden",
        ".a",
        "A",
        "a b",
        "a/",
        "/a",
        "a\0b",
        "x" * 201,
        "ä",
        "a..b",
        "a.b.c",
    ],
)
async def test_what_is_no_key_names_no_file(shop: Shop, key: str) -> None:
    assert not is_key(key)
    with pytest.raises(ValueError, match="segments of a-z, 0-9"):
        shop.download(key)
    query = shop.signer.query(Grant(method="GET", key=key, expires=2**40))
    try:
        answer = await shop.browser.get(f"{BASE}/{key}?{query}")
    except httpx.InvalidURL:
        return
    assert answer.status_code == 403


@given(st.text(max_size=60))
def test_every_key_stays_inside_the_folder(text: str) -> None:
    if is_key(text):
        folder = Path("/photos")
        assert (folder / text).resolve().is_relative_to(folder)


async def test_pages_of_other_origins_are_let_in_by_name_only(tmp_path: Path) -> None:
    shop = Shop(tmp_path, origins=frozenset({PAGE}))
    asked = {"origin": PAGE, "access-control-request-method": "PUT"}
    preflight = await shop.browser.options(shop.upload(), headers=asked)
    assert preflight.headers["access-control-allow-origin"] == PAGE
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    assert (await shop.put(shop.upload(), origin=PAGE)).headers["access-control-allow-origin"] == PAGE
    other = await shop.put(shop.upload(), origin="https://elsewhere.test")
    assert "access-control-allow-origin" not in other.headers
    assert other.headers["vary"] == "Origin"
    refused = await shop.browser.get(changed(shop.download(), "signature", "x"), headers={"origin": PAGE})
    assert refused.headers["access-control-allow-origin"] == PAGE


async def test_without_other_origins_nothing_is_said_about_them(shop: Shop) -> None:
    preflight = await shop.browser.options(shop.upload(), headers={"origin": PAGE})
    assert (preflight.status_code, "access-control-allow-origin" in preflight.headers) == (204, False)


async def test_objects_are_written_read_and_removed(shop: Shop) -> None:
    await shop.storage.write("photos/1/a/original", b"abc", PhotoFormat.PNG)
    assert await shop.storage.read("photos/1/a/original", at_most=2) == b"abc"
    assert await shop.storage.read("photos/1/a/original", at_most=1) == b"ab"
    path = shop.storage.path("photos/1/a/original")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    await shop.storage.remove("photos/1/a/original")
    await shop.storage.remove("photos/1/a/original")
    assert await shop.storage.read("photos/1/a/original", at_most=2) is None
    assert not shop.storage.path("photos/1").exists()


async def test_a_storage_that_cannot_be_reached_says_so(tmp_path: Path) -> None:
    (tmp_path / "photos").write_bytes(b"no folder")
    shop = Shop(tmp_path / "photos")
    with pytest.raises(ServiceUnavailable):
        await shop.storage.write("uploads/1", b"abc", PhotoFormat.PNG)
    answer = await shop.put(shop.upload())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_a_signer_keeps_its_key_to_itself_and_takes_no_short_one() -> None:
    assert "k" * 8 not in repr(AddressSigner(KEY, lambda: 0.0))
    with pytest.raises(ValueError, match="at least 32 bytes"):
        AddressSigner(b"short", lambda: 0.0)


async def test_what_was_never_finished_is_tidied_up_after_a_while(shop: Shop) -> None:
    await shop.put(shop.upload())
    left = shop.folder / ".incoming" / "left"
    left.write_bytes(b"abc")
    await shop.storage.tidy(older_than=timedelta(minutes=1))
    assert left.exists()
    written = left.stat().st_mtime - 3600
    os.utime(left, (written, written))
    await shop.storage.tidy(older_than=timedelta(hours=1, minutes=1))
    assert left.exists()
    await shop.storage.tidy(older_than=timedelta(hours=1))
    assert not left.exists()
    assert await shop.storage.read("uploads/1", at_most=len(MOSS)) == MOSS


async def test_an_upload_that_takes_longer_than_its_address_is_good_is_given_up(shop: Shop) -> None:
    parts = urlsplit(shop.upload())
    scope = {"type": "http", "method": "PUT", "path": parts.path, "root_path": "/files", "query_string": parts.query.encode(),
             "headers": [(b"content-length", b"%d" % len(MOSS)), (b"content-type", b"image/jpeg")]}  # fmt: skip
    sent: list[Any] = []
    shop.now += timedelta(minutes=14, seconds=59.9)

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    await asyncio.wait_for(ObjectFiles(shop.storage, shop.signer)(scope, receive, send), 30)
    assert sent[0]["status"] == 403
    assert b"has expired while" in sent[1]["body"]
    assert shop.files() == []


async def test_a_full_disk_is_told_as_such_and_leaves_nothing_behind(shop: Shop) -> None:
    """The limit on the size of a file stands for the end of the disk: writing fails in the middle."""
    content = bytes(4_000_000)
    checksum = hashlib.sha256(content).hexdigest()
    large = Announcement(format=PhotoFormat.JPEG, byte_size=len(content), checksum=checksum)
    address = shop.storage.upload_address("uploads/1", large, expires_at=NOW + timedelta(minutes=1)).address
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, hard))
    try:
        answer = await shop.put(address, content)
        with pytest.raises(ServiceUnavailable):
            await shop.storage.write("photos/1", content, PhotoFormat.PNG)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (answer.status_code, answer.json()["code"]) == (507, "insufficient_storage")
    assert shop.files() == []
