"""The service with an image processor that waits: it says so in a file `begun`, and goes on once there is a file `go`.

`python -m support.slow_service FOLDER`, as `livetrip-api` with a SQLite file and photos in that folder; whoever can reach it is trusted.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from livetrip_adapters import PhotoFiles, live_trip_port
from livetrip_adapters.photos import FILES_PATH
from livetrip_bff import LiveTripBackend, LocalPhotos, migrate
from livetrip_bff.clock import SystemClock
from livetrip_bff.darkroom import open_darkroom
from livetrip_bff.database import open_units_of_work
from livetrip_bff.identifiers import UuidV7Identifiers
from livetrip_bff.photos import Darkroom
from livetrip_core import Development, ImageProcessor, PhotoFormat
from support.waiting import eventually
from switchover.port.hosting import Address, host


class WaitingImageProcessor:
    """Another image processor, once it may."""

    def __init__(self, images: ImageProcessor, folder: Path) -> None:
        self._images, self._folder = images, folder

    async def checksum(self, content: bytes) -> str:
        """See `ImageProcessor`."""
        return await self._images.checksum(content)

    async def develop(self, content: bytes, kind: PhotoFormat) -> Development:
        """See `ImageProcessor`. Each time, `begun` has one more character."""
        with (self._folder / "begun").open("a") as begun:
            begun.write("x")
        await asyncio.to_thread(eventually, (self._folder / "go").exists, 60, what="the word to go on")
        return await self._images.develop(content, kind)


async def _serve(folder: Path) -> None:
    url, clock = f"sqlite:///{folder / 'livetrip.sqlite3'}", SystemClock()
    await migrate(url)
    async with (
        open_units_of_work(url) as store,
        open_darkroom(LocalPhotos(folder / "photos", "http://127.0.0.1"), clock) as opened,
    ):
        images = WaitingImageProcessor(opened.darkroom.images, folder)
        darkroom, files = Darkroom(opened.darkroom.storage, images), opened.files
        backend = LiveTripBackend(store, clock, UuidV7Identifiers(clock), darkroom, version="1.3.0", files=files)

        def ready(address: Address) -> None:
            assert files is not None
            files.reached_at(address.url + FILES_PATH)
            print(f"listening on {address.url}", flush=True)

        service = live_trip_port().serve(backend, trust="open", mounts=PhotoFiles(files).mounts)
        try:
            await host(service, Address("127.0.0.1", 0), on_ready=ready)
        finally:
            await backend.photos.aclose()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
