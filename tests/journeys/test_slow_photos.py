"""Photos that take longer to be looked into than somebody waits, and than the process lives."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from journeys.test_photos import HEADERS, Traveller, send
from support.processes import KEY, Running, clean_environment, running, running_api
from support.waiting import eventually


@contextmanager
def slow_service(folder: Path) -> Iterator[Running]:
    command = [sys.executable, "-m", "support.slow_service", str(folder)]
    with running(command, folder, clean_environment()) as service:
        yield service


def api_of(address: str) -> httpx.Client:
    return httpx.Client(base_url=f"{address}/api", headers=HEADERS, timeout=30)


def begun(folder: Path) -> int:
    """How often somebody has begun to look into a photo."""
    return len((folder / "begun").read_text()) if (folder / "begun").exists() else 0


def listed(aiko: Traveller) -> list[str]:
    return [photo["id"] for photo in aiko.api.get(aiko.photos).json()["items"]]


def test_it_is_looked_into_once_and_there_whoever_still_waits(tmp_path: Path) -> None:
    with slow_service(tmp_path) as service, api_of(service.address) as api:
        aiko = Traveller(api)
        upload = aiko.announce()
        assert send(upload).status_code == 204
        for _ in range(2):
            with pytest.raises(httpx.ReadTimeout):
                api.post(f"{aiko.photos}/{upload['photoId']}/completion", timeout=0.3)
        assert listed(aiko) == []
        (tmp_path / "go").touch()
        eventually(lambda: listed(aiko) == [upload["photoId"]], what="the photo")
        assert aiko.complete(upload).status_code == 200
        assert begun(tmp_path) == 1


def test_one_whose_process_was_killed_in_the_middle_is_completed_by_the_next_and_leaves_nothing(tmp_path: Path) -> None:
    with slow_service(tmp_path) as service, api_of(service.address) as api:
        aiko = Traveller(api)
        upload = aiko.announce()
        assert send(upload).status_code == 204
        told: list[Exception] = []

        def complete() -> None:
            try:
                aiko.complete(upload)
            except httpx.TransportError as error:
                told.append(error)

        asking = threading.Thread(target=complete)
        asking.start()
        eventually(lambda: begun(tmp_path) == 1, what="looking into the photo")
        service.process.kill()
        asking.join()
        assert len(told) == 1
    with (
        running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service,
        api_of(service.address) as again,
    ):
        aiko.api = again
        photo = aiko.complete(upload)
        assert (photo.status_code, listed(aiko)) == (200, [upload["photoId"]])
        original = photo.json()["original"]
        assert len(httpx.get(original["address"]).content) == original["byteSize"]
        kept = [path for path in (tmp_path / "photos" / "photos").rglob("*") if path.is_file()]
        assert len(kept) == 1 + len(photo.json()["thumbnails"])
