"""A storage in memory, and somebody who looks into pictures that are lines of text."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from livetrip_core.errors import PhotoRejected
from livetrip_core.photo import Announcement, PhotoFormat
from livetrip_core.place import Coordinates
from livetrip_core.ports import Clock, Development, Rendering, UploadAddress

THUMBNAIL: Final = 320
MAX_PIXELS: Final = 60_000_000

_PICTURE: Final = re.compile(
    rb"(?:\xff\xd8\xff)?(jpeg|png|webp) (\d{1,5})x(\d{1,5})(?: taken (\S+))?(?: at (-?[\d.]+),(-?[\d.]+))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class _Promise:
    key: str
    announced: Announcement
    expires_at: datetime


class InMemoryObjectStorage:
    """An `ObjectStorage` in memory.

    Attributes:
        objects: what lies in it, by key.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._promises: dict[str, _Promise] = {}
        self.objects: dict[str, bytes] = {}

    def upload_address(self, key: str, announced: Announcement, *, expires_at: datetime) -> UploadAddress:
        """Where exactly the announced bytes can be sent to."""
        address = f"memory://storage/{key}?upload={len(self._promises)}"
        self._promises[address] = _Promise(key, announced, expires_at)
        return UploadAddress(method="PUT", address=address, headers=[("content-type", announced.format.value)])

    def download_address(self, key: str, *, expires_at: datetime) -> str:
        """Where an object can be fetched from."""
        return f"memory://storage/{key}?until={expires_at.timestamp():.0f}"

    async def read(self, key: str, *, at_most: int) -> bytes | None:
        """An object, cut off one byte after `at_most`; None if there is none."""
        content = self.objects.get(key)
        return None if content is None else content[: at_most + 1]

    async def write(self, key: str, content: bytes, kind: PhotoFormat) -> None:
        """Keep an object."""
        self.objects[key] = content

    async def remove(self, key: str) -> None:
        """Forget an object."""
        self.objects.pop(key, None)

    async def tidy(self, *, older_than: timedelta) -> None:
        """Nothing is ever half sent here."""

    def send(self, upload: UploadAddress, content: bytes) -> None:
        """What a browser does with an upload's address.

        Raises:
            PermissionError: the address has expired, or was made for other bytes.
        """
        promise = self._promises[upload.address]
        announced = promise.announced
        if self._clock.now() >= promise.expires_at:
            raise PermissionError("expired")
        if (len(content), hashlib.sha256(content).hexdigest()) != (announced.byte_size, announced.checksum):
            raise PermissionError("not what was announced")
        self.objects[promise.key] = content

    def fetch(self, address: str) -> bytes:
        """What a browser does with a picture's address.

        Raises:
            PermissionError: the address has expired.
            KeyError: there is no such object.
        """
        key, _, until = address.removeprefix("memory://storage/").partition("?until=")
        if self._clock.now().timestamp() >= int(until):
            raise PermissionError("expired")
        return self.objects[key]


class TextImageProcessor:
    """An `ImageProcessor` for pictures that say what they show: `jpeg 40x30 taken 2026-11-21T07:30:00+09:00 at 34.99,135.68`.

    They may begin as a JPEG does, for those who look at the beginning alone.
    """

    async def checksum(self, content: bytes) -> str:
        """SHA-256 of bytes."""
        return hashlib.sha256(content).hexdigest()

    async def develop(self, content: bytes, kind: PhotoFormat) -> Development:
        """Free a picture of everything else, and make a thumbnail of the larger ones."""
        match = _PICTURE.fullmatch(content)
        if match is None:
            raise PhotoRejected("not_an_image")
        name, width, height, taken_at, latitude, longitude = (
            part.decode() if part else None for part in match.groups()
        )
        if f"image/{name}" != kind.value:
            raise PhotoRejected("type_differs")
        original = _rendering(kind, int(width or 0), int(height or 0))
        if original.width * original.height > MAX_PIXELS:
            raise PhotoRejected("too_many_pixels")
        place = Coordinates(latitude=float(latitude), longitude=float(longitude)) if latitude and longitude else None
        return Development(original=original, thumbnails=_smaller(original), taken_at=taken_at, coordinates=place)


def _smaller(original: Rendering) -> list[Rendering]:
    if original.width <= THUMBNAIL:
        return []
    return [_rendering(PhotoFormat.WEBP, THUMBNAIL, max(1, original.height * THUMBNAIL // original.width))]


def _rendering(kind: PhotoFormat, width: int, height: int) -> Rendering:
    content = f"{kind.value.removeprefix('image/')} {width}x{height}".encode()
    return Rendering(content=content, format=kind, width=width, height=height)
