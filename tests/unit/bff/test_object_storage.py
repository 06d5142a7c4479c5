"""What every storage of photos does alike: in memory, in a folder, and in a bucket."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import httpx
import pytest

from livetrip_bff.clock import SystemClock
from livetrip_bff.storage.files import ObjectFiles
from livetrip_bff.storage.local import LocalObjectStorage
from livetrip_bff.storage.s3 import S3ObjectStorage
from livetrip_bff.storage.signature import AddressSigner
from livetrip_bff.storage.sigv4 import S3Signer
from livetrip_core import Announcement, ObjectStorage, PhotoFormat, UploadAddress
from livetrip_core.fakes import InMemoryObjectStorage
from support.rclone import ACCESS_KEY_ID, BUCKET, REGION, SECRET_ACCESS_KEY
from unit.bff.pictures import picture

MOSS = picture(size=(32, 24))


class Browser(Protocol):
    """Whoever has an address."""

    async def send(self, upload: UploadAddress, content: bytes) -> bool: ...

    async def fetch(self, address: str) -> bytes | None: ...


class NoBrowser:
    """Has addresses of a storage in memory."""

    def __init__(self, storage: InMemoryObjectStorage) -> None:
        self._storage = storage

    async def send(self, upload: UploadAddress, content: bytes) -> bool:
        try:
            self._storage.send(upload, content)
        except PermissionError:
            return False
        return True

    async def fetch(self, address: str) -> bytes | None:
        try:
            return self._storage.fetch(address)
        except (PermissionError, KeyError):
            return None


class HttpBrowser:
    """Asks over HTTP."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def send(self, upload: UploadAddress, content: bytes) -> bool:
        answer = await self.client.request(upload.method, upload.address, content=content, headers=dict(upload.headers))
        return answer.is_success

    async def fetch(self, address: str) -> bytes | None:
        answer = await self.client.get(address)
        return answer.content if answer.is_success else None


Place = tuple[ObjectStorage, Browser]


@pytest.fixture(params=["memory", "folder", "bucket"])
async def place(request: Any, tmp_path: Path) -> AsyncIterator[Place]:
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        if request.param == "memory":
            memory = InMemoryObjectStorage(clock)
            yield memory, NoBrowser(memory)
        elif request.param == "folder":
            signer = AddressSigner(b"k" * 32, lambda: clock.now().timestamp())
            local = LocalObjectStorage(tmp_path / "photos", "http://photos.test/files", signer)
            transport = httpx.ASGITransport(ObjectFiles(local, signer), root_path="/files")
            client = await stack.enter_async_context(httpx.AsyncClient(transport=transport))
            yield local, HttpBrowser(client)
        else:
            endpoint = request.getfixturevalue("bucket").endpoint
            s3_signer = S3Signer(ACCESS_KEY_ID, SECRET_ACCESS_KEY, REGION)
            s3 = await stack.enter_async_context(S3ObjectStorage(endpoint, BUCKET, s3_signer, clock))
            yield s3, HttpBrowser(await stack.enter_async_context(httpx.AsyncClient()))


@pytest.fixture
def key() -> str:
    return f"uploads/{uuid4().hex}"


def announced(content: bytes = MOSS) -> Announcement:
    checksum = hashlib.sha256(content).hexdigest()
    return Announcement(format=PhotoFormat.JPEG, byte_size=len(content), checksum=checksum)


def soon() -> datetime:
    return SystemClock().now() + timedelta(minutes=15)


async def test_what_is_sent_can_be_read_and_fetched(place: Place, key: str) -> None:
    storage, browser = place
    upload = storage.upload_address(key, announced(), expires_at=soon())
    assert await browser.send(upload, MOSS)
    assert await storage.read(key, at_most=len(MOSS)) == MOSS
    assert await browser.fetch(storage.download_address(key, expires_at=soon())) == MOSS


async def test_something_larger_or_smaller_is_not_taken(place: Place, key: str) -> None:
    storage, browser = place
    upload = storage.upload_address(key, announced(), expires_at=soon())
    assert not await browser.send(upload, MOSS + b"!")
    assert not await browser.send(upload, MOSS[:-1])
    assert await storage.read(key, at_most=1) is None


async def test_reading_stops_one_byte_after_what_is_wanted(place: Place, key: str) -> None:
    storage, _ = place
    await storage.write(key, b"abc", PhotoFormat.PNG)
    assert [await storage.read(key, at_most=count) for count in (1, 2, 3, 9)] == [b"ab", b"abc", b"abc", b"abc"]


async def test_the_last_that_is_written_stays_until_it_is_removed(place: Place, key: str) -> None:
    storage, browser = place
    await storage.write(key, b"first", PhotoFormat.PNG)
    await storage.write(key, b"second", PhotoFormat.PNG)
    address = storage.download_address(key, expires_at=soon())
    assert await browser.fetch(address) == b"second"
    await storage.remove(key)
    await storage.remove(key)
    assert await storage.read(key, at_most=9) is None
    assert await browser.fetch(address) is None


async def test_nothing_is_there_that_nobody_wrote(place: Place, key: str) -> None:
    storage, browser = place
    assert await storage.read(key, at_most=9) is None
    assert await browser.fetch(storage.download_address(key, expires_at=soon())) is None


async def test_tidying_leaves_what_is_complete(place: Place, key: str) -> None:
    storage, _ = place
    await storage.write(key, b"abc", PhotoFormat.PNG)
    await storage.tidy(older_than=timedelta(0))
    assert await storage.read(key, at_most=9) == b"abc"
