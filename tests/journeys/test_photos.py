"""Photos and real processes: announced over HTTP, sent by plain PUT, seen in ranges, deleted, collected; in a folder and in a bucket."""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from support.processes import KEY, livetrip, running_api
from support.rclone import ACCESS_KEY_ID, BUCKET, SECRET_ACCESS_KEY, rclone
from switchover.trust import CALLER_HEADER, Identity, encode_identity
from unit.bff.pictures import exif, picture

MOSS = picture(size=(1600, 1200), exif=exif())
HEADERS = {"authorization": f"Bearer {KEY}", CALLER_HEADER: encode_identity(Identity("aiko"))}
PAGE = "https://diary.example"


class Traveller:
    """Whoever calls the service, and has nothing but what it answers."""

    def __init__(self, api: httpx.Client) -> None:
        self.api = api
        trip = self.api.post("/trips", json={"title": "Kyoto", "startDate": "2026-11-20", "endDate": "2026-11-24"})
        self.photos = f"/trips/{trip.json()['id']}/photos"

    def announce(self, content: bytes = MOSS) -> dict[str, Any]:
        checksum = base64.b64encode(hashlib.sha256(content).digest()).decode()
        wanted = {"contentType": "image/jpeg", "byteSize": len(content), "checksum": checksum}
        answer = self.api.post(self.photos, json=wanted)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def complete(self, upload: dict[str, Any]) -> httpx.Response:
        return self.api.post(f"{self.photos}/{upload['photoId']}/completion")


def send(upload: dict[str, Any], content: bytes = MOSS) -> httpx.Response:
    headers = {header["name"]: header["value"] for header in upload["headers"]}
    return httpx.request(upload["method"], upload["address"], content=content, headers=headers)


@contextmanager
def travelling(folder: Path, **environment: str) -> Iterator[Traveller]:
    with (
        running_api(folder, "--port", "0", LIVETRIP_SERVICE_KEY=KEY, **environment) as service,
        closing(httpx.Client(base_url=f"{service.address}/api", headers=HEADERS, timeout=30)) as api,
    ):
        yield Traveller(api)


def test_a_photo_goes_past_the_service_and_comes_back_in_ranges(tmp_path: Path) -> None:
    with travelling(tmp_path, LIVETRIP_PHOTOS_ORIGINS=PAGE) as aiko:
        upload = aiko.announce()
        assert aiko.complete(upload).json()["code"] == "photo_not_uploaded"
        preflight = httpx.options(upload["address"], headers={"origin": PAGE, "access-control-request-method": "PUT"})
        assert preflight.headers["access-control-allow-origin"] == PAGE
        assert httpx.put(upload["address"].partition("?")[0], content=MOSS).status_code == 403
        assert send(upload).status_code == 204
        photo = aiko.complete(upload).json()
        assert [small["width"] for small in photo["thumbnails"]] == [320, 1280]

        for file in (photo["original"], *photo["thumbnails"]):
            whole = httpx.get(file["address"])
            assert (whole.status_code, len(whole.content)) == (200, file["byteSize"])
            assert whole.headers["content-type"] == file["contentType"]
            part = httpx.get(file["address"], headers={"range": "bytes=10-19"})
            assert (part.status_code, part.content) == (206, whole.content[10:20])

        where = f"{aiko.photos}/{photo['id']}"
        assert aiko.api.delete(where).status_code == 204
        assert aiko.api.get(where).json()["code"] == "photo_not_found"

    database = f"sqlite:///{tmp_path / 'livetrip.sqlite3'}"
    assert livetrip("collect", cwd=tmp_path, LIVETRIP_DATABASE_URL=database).stdout == "removed 0 objects\n"
    with closing(sqlite3.connect(tmp_path / "livetrip.sqlite3")) as kept, kept:  # as if time had passed
        kept.execute("UPDATE discarded_objects SET due = '2026-01-01 00:00:00.000000'")
    assert livetrip("collect", cwd=tmp_path, LIVETRIP_DATABASE_URL=database).stdout == "removed 4 objects\n"
    assert [path.name for path in (tmp_path / "photos").rglob("*") if path.is_file()] == [".key"]


def test_bytes_that_are_sent_to_an_operation_are_told_where_to_go(tmp_path: Path) -> None:
    with travelling(tmp_path) as aiko:
        body = b'{"title": "' + b"x" * 256 * 1024 + b'"}'
        refused = aiko.api.post("/trips", content=body, headers={"content-type": "application/json"})
    assert refused.status_code == 413
    assert "at most 262144 bytes" in refused.json()["detail"]
    assert "requestPhotoUpload" in refused.json()["detail"]


def test_a_photo_goes_to_a_bucket_and_its_outage_is_told_as_one(tmp_path: Path) -> None:
    with ExitStack() as outer:
        storage = outer.enter_context(ExitStack())
        bucket = storage.enter_context(rclone(tmp_path / "bucket"))
        settings = {
            "LIVETRIP_PHOTOS_S3_BUCKET": BUCKET,
            "LIVETRIP_PHOTOS_S3_ENDPOINT": bucket.endpoint,
            "LIVETRIP_PHOTOS_S3_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "LIVETRIP_PHOTOS_S3_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        }
        aiko = outer.enter_context(travelling(tmp_path, **settings))
        upload = aiko.announce()
        assert upload["address"].startswith(f"{bucket.endpoint}/{BUCKET}/")
        assert send(upload).status_code == 200
        photo = aiko.complete(upload).json()
        assert len(httpx.get(photo["original"]["address"]).content) == photo["original"]["byteSize"]
        waiting = aiko.announce()
        storage.close()

        down = aiko.complete(waiting)

        assert (down.status_code, down.json()["code"]) == (503, "service_unavailable")
        assert down.headers["retry-after"] == "1"
        assert aiko.api.get("/health").status_code == 200
