"""Sending on to a storage that checks signatures, on behalf of a browser that cannot."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from livetrip_bff.clock import SystemClock
from livetrip_bff.storage.s3 import S3ObjectStorage
from livetrip_bff.storage.sigv4 import S3Signer
from livetrip_contract import PhotoUpload, UploadHeader
from livetrip_core import Announcement, PhotoFormat
from livetrip_web.storage import HttpStorage, StorageFailed
from support.rclone import ACCESS_KEY_ID, BUCKET, REGION, SECRET_ACCESS_KEY, Bucket, rclone

MOSS = b"\xff\xd8\xff" + bytes(200_000)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with rclone(tmp_path_factory.mktemp("rclone")) as running:
        yield running


def upload_to(endpoint: str, key: str, content: bytes = MOSS) -> PhotoUpload:
    clock = SystemClock()
    storage = S3ObjectStorage(endpoint, BUCKET, S3Signer(ACCESS_KEY_ID, SECRET_ACCESS_KEY, REGION), clock)
    checksum = hashlib.sha256(content).hexdigest()
    announced = Announcement(format=PhotoFormat.JPEG, byte_size=len(content), checksum=checksum)
    until = clock.now() + timedelta(minutes=5)
    made = storage.upload_address(key, announced, expires_at=until)
    headers = [UploadHeader(name=name, value=value) for name, value in made.headers]
    return PhotoUpload(photo_id=uuid4(), method="PUT", address=made.address, headers=headers, expires_at=until)


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 64_000):
        yield content[start : start + 64_000]


async def test_what_was_announced_arrives_with_its_length_and_its_headers(bucket: Bucket) -> None:
    await HttpStorage().send(upload_to(bucket.endpoint, "uploads/1"), len(MOSS), pieces(MOSS))
    assert (bucket.folder / "uploads" / "1").read_bytes() == MOSS


async def test_what_the_storage_does_not_take_is_a_failure_that_tells_no_address(bucket: Bucket) -> None:
    upload = upload_to(bucket.endpoint, "uploads/2")
    with pytest.raises(StorageFailed, match="status 403") as refused:
        await HttpStorage().send(upload, len(MOSS) - 1, pieces(MOSS[:-1]))
    assert not (bucket.folder / "uploads" / "2").exists()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(StorageFailed, match="ConnectError") as unreached:
            await HttpStorage().send(upload_to(address, "uploads/3"), len(MOSS), pieces(MOSS))
    for failure in (refused, unreached):
        assert "uploads" not in str(failure.value)
    odd = upload.model_copy(update={"address": "ftp://storage/uploads/4"})
    with pytest.raises(StorageFailed):
        await HttpStorage().send(odd, len(MOSS), pieces(MOSS))
