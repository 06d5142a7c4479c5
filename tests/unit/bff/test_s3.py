"""A bucket, judged by a server that checks signatures: what is not exactly what was signed is refused."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

import livetrip_contract as contract
from livetrip_bff import LiveTripBackend, S3Photos, UnusablePhotos
from livetrip_bff.clock import SystemClock
from livetrip_bff.darkroom import open_darkroom
from livetrip_bff.identifiers import UuidV7Identifiers
from livetrip_bff.images import PillowImageProcessor
from livetrip_bff.photos import Darkroom
from livetrip_bff.storage.s3 import S3ObjectStorage
from livetrip_bff.storage.sigv4 import S3Signer
from livetrip_core import Announcement, PhotoFormat, UploadAddress
from livetrip_core.fakes import InMemoryUnitOfWorkFactory
from support.rclone import ACCESS_KEY_ID, BUCKET, REGION, SECRET_ACCESS_KEY, Bucket
from switchover.errors import ServiceUnavailable
from unit.bff.pictures import picture
from unit.bff.samples import AIKO, trip_draft

MOSS = picture(size=(320, 240))
CLOCK = SystemClock()
SIGNER = S3Signer(ACCESS_KEY_ID, SECRET_ACCESS_KEY, REGION)
WAIT_SECONDS = 20.0


@pytest.fixture
async def storage(bucket: Bucket) -> AsyncIterator[S3ObjectStorage]:
    async with S3ObjectStorage(bucket.endpoint, BUCKET, SIGNER, CLOCK) as opened:
        yield opened


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


def announced(content: bytes = MOSS) -> Announcement:
    checksum = hashlib.sha256(content).hexdigest()
    return Announcement(format=PhotoFormat.JPEG, byte_size=len(content), checksum=checksum)


def address_for(storage: S3ObjectStorage, key: str) -> UploadAddress:
    return storage.upload_address(key, announced(), expires_at=CLOCK.now() + timedelta(minutes=15))


def changed(address: str, **parameters: str) -> str:
    return str(
        httpx.URL(address).copy_merge_params({name.replace("_", "-"): value for name, value in parameters.items()})
    )


OTHER_CHECKSUM = base64.b64encode(hashlib.sha256(b"other").digest()).decode()


@pytest.mark.parametrize(
    ("change", "headers"),
    [
        (lambda address: changed(address, X_Amz_Signature="0" * 64), {}),
        (lambda address: changed(address, X_Amz_Expires="86400"), {}),
        (lambda address: changed(address, X_Amz_Date="20991231T000000Z"), {}),
        (lambda address: changed(address, X_Amz_SignedHeaders="host"), {}),
        (lambda address: address.replace("/uploads/", "/uploads/other-"), {}),
        (lambda address: address.partition("?")[0], {}),
        (lambda address: address, {"content-type": "text/html"}),
        (lambda address: address, {"x-amz-checksum-sha256": OTHER_CHECKSUM}),
        (lambda address: address, {"x-amz-checksum-sha256": None}),
        (lambda address: address, {"x-amz-acl": "public-read"}),
    ],
    ids=["signature", "expiry", "date", "headers", "key", "anonymous", "type", "checksum", "no-checksum", "more"],
)
async def test_what_was_not_signed_is_refused(
    storage: S3ObjectStorage, browser: httpx.AsyncClient, bucket: Bucket, change: Any, headers: dict[str, str | None]
) -> None:
    key = f"uploads/{uuid4().hex}"
    upload = address_for(storage, key)
    sent = {name: value for name, value in {**dict(upload.headers), **headers}.items() if value is not None}

    answer = await browser.put(change(upload.address), content=MOSS, headers=sent)

    assert answer.status_code in (400, 403)
    assert not [path for path in bucket.folder.rglob("*") if key.removeprefix("uploads/") in path.name]


@pytest.mark.parametrize("content", [MOSS + b"!", MOSS[:-1], b""])
async def test_something_of_another_length_is_refused(
    storage: S3ObjectStorage, browser: httpx.AsyncClient, content: bytes
) -> None:
    upload = address_for(storage, "uploads/length")
    answer = await browser.put(upload.address, content=content, headers=dict(upload.headers))
    assert answer.status_code == 403
    assert await storage.read("uploads/length", at_most=1) is None


async def test_an_address_is_good_for_one_method(storage: S3ObjectStorage, browser: httpx.AsyncClient) -> None:
    upload = address_for(storage, "uploads/method")
    download = storage.download_address("uploads/method", expires_at=CLOCK.now() + timedelta(minutes=1))
    assert (await browser.put(upload.address, content=MOSS, headers=dict(upload.headers))).status_code == 200
    assert (await browser.get(upload.address)).status_code == 403
    assert (await browser.delete(upload.address)).status_code == 403
    assert (await browser.delete(download)).status_code == 403
    assert (await browser.put(download, content=MOSS)).status_code == 403
    assert (await browser.get(download, headers={"range": "bytes=0-2"})).content == MOSS[:3]


async def test_nobody_gets_in_without_an_address(bucket: Bucket, browser: httpx.AsyncClient) -> None:
    for path in ("", "/photos", "/photos/uploads/1"):
        assert (await browser.get(bucket.endpoint + path)).status_code in (400, 403)
    assert (await browser.delete(f"{bucket.endpoint}/photos")).status_code in (400, 403)


async def test_an_address_expires(storage: S3ObjectStorage, browser: httpx.AsyncClient) -> None:
    await storage.write("photos/1", MOSS, PhotoFormat.JPEG)
    address = storage.download_address("photos/1", expires_at=CLOCK.now() + timedelta(seconds=1))
    async with asyncio.timeout(WAIT_SECONDS):
        while (await browser.get(address)).is_success:
            continue
    assert await storage.read("photos/1", at_most=len(MOSS)) == MOSS


async def test_a_storage_that_knows_another_key_is_as_good_as_none(bucket: Bucket) -> None:
    stranger = S3Signer(ACCESS_KEY_ID, "another-secret", REGION)
    async with S3ObjectStorage(bucket.endpoint, BUCKET, stranger, CLOCK) as storage:
        for attempt in (
            storage.read("uploads/1", at_most=1),
            storage.write("uploads/1", b"abc", PhotoFormat.PNG),
            storage.remove("uploads/1"),
        ):
            with pytest.raises(ServiceUnavailable, match="status 403"):
                await attempt


async def test_a_storage_that_is_down_is_told_as_such() -> None:
    async with S3ObjectStorage("http://127.0.0.1:9", BUCKET, SIGNER, CLOCK) as storage:
        for attempt in (
            storage.read("uploads/1", at_most=1),
            storage.write("uploads/1", b"abc", PhotoFormat.PNG),
            storage.remove("uploads/1"),
        ):
            with pytest.raises(ServiceUnavailable) as caught:
                await attempt
            assert caught.value.retry_after == 1


def test_a_secret_is_in_no_words_about_a_bucket() -> None:
    photos = S3Photos("https://s3.test", BUCKET, REGION, ACCESS_KEY_ID, SECRET_ACCESS_KEY)
    assert SECRET_ACCESS_KEY not in f"{photos!r} {SIGNER!r}"


async def test_a_bucket_is_opened_and_has_no_files_of_this_process(bucket: Bucket) -> None:
    place = S3Photos(bucket.endpoint, BUCKET, REGION, ACCESS_KEY_ID, SECRET_ACCESS_KEY)
    async with open_darkroom(place, CLOCK) as opened:
        assert opened.files is None
        await opened.darkroom.storage.write("photos/2", b"abc", PhotoFormat.PNG)


async def test_a_bucket_without_what_speaks_to_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "livetrip_bff.storage.sigv4", None)
    with pytest.raises(UnusablePhotos, match=r"livetrip-bff\[s3\]"):
        async with open_darkroom(S3Photos("https://s3.test", BUCKET, REGION, "a", "b"), CLOCK):
            raise AssertionError("it opened")


class Diary:
    """A backend with photos in the bucket."""

    def __init__(self, storage: S3ObjectStorage, images: PillowImageProcessor, browser: httpx.AsyncClient) -> None:
        store = InMemoryUnitOfWorkFactory()
        darkroom = Darkroom(storage, images)
        self.backend = LiveTripBackend(store, CLOCK, UuidV7Identifiers(CLOCK), darkroom, version="1.3.0")
        self.browser = browser

    async def announce(self) -> tuple[contract.Trip, contract.PhotoUpload]:
        trip = await self.backend.create_trip(AIKO, trip_draft())
        wanted = contract.PhotoUploadRequest(
            content_type=contract.PhotoContentType.image_jpeg,
            byte_size=len(MOSS),
            checksum=base64.b64encode(hashlib.sha256(MOSS).digest()).decode(),
        )
        return trip, await self.backend.request_photo_upload(AIKO, trip.id, wanted)

    async def send(self, upload: contract.PhotoUpload, content: bytes) -> None:
        headers = {header.name: header.value for header in upload.headers}
        answer = await self.browser.request(upload.method, upload.address, content=content, headers=headers)
        assert answer.status_code == 200


@pytest.fixture
async def diary(storage: S3ObjectStorage, browser: httpx.AsyncClient) -> AsyncIterator[Diary]:
    async with PillowImageProcessor() as images:
        yield Diary(storage, images, browser)


async def test_other_bytes_under_the_checksum_that_was_signed_are_found_by_completion(diary: Diary) -> None:
    """This server checks that the checksum's header is as signed, and not that the bytes have that checksum."""
    trip, upload = await diary.announce()
    await diary.send(upload, bytes(len(MOSS)))
    with pytest.raises(contract.PhotoRejected) as rejected:
        await diary.backend.complete_photo_upload(AIKO, trip.id, upload.photo_id)
    assert rejected.value.reason == "checksum_differs"


async def test_what_is_sent_after_completion_changes_nothing_that_anybody_sees(diary: Diary) -> None:
    trip, upload = await diary.announce()
    await diary.send(upload, MOSS)
    photo = await diary.backend.complete_photo_upload(AIKO, trip.id, upload.photo_id)
    seen = (await diary.browser.get(photo.original.address)).content

    await diary.send(upload, bytes(len(MOSS)))

    again = await diary.backend.complete_photo_upload(AIKO, trip.id, upload.photo_id)
    assert (await diary.browser.get(photo.original.address)).content == seen
    assert (await diary.browser.get(again.original.address)).content == seen
    assert len(seen) == photo.original.byte_size
