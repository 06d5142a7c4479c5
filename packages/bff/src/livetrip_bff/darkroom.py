"""Where the bytes of photos are kept, and what looks into them, put together."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from livetrip_bff.errors import UnusablePhotos
from livetrip_bff.images import PillowImageProcessor
from livetrip_bff.photos import Darkroom
from livetrip_bff.storage.files import ObjectFiles
from livetrip_bff.storage.local import LocalObjectStorage
from livetrip_bff.storage.signature import MIN_KEY_BYTES, AddressSigner
from livetrip_core import Clock

if TYPE_CHECKING:
    from livetrip_bff.storage.s3 import S3ObjectStorage

KEY_FILE: Final = ".key"


@dataclass(frozen=True, slots=True)
class LocalPhotos:
    """Photos in a folder of this machine.

    Attributes:
        folder: where they lie.
        base_url: where whoever has an address finds `ObjectFiles`, without a slash at the end.
        origins: of pages (`https://diary.example`) that send and fetch from elsewhere.
    """

    folder: Path
    base_url: str
    origins: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class S3Photos:
    """Photos in a bucket that speaks S3.

    Attributes:
        endpoint: `https://host[:port]`, reached by this process and by whoever has an address.
        bucket: what is in it at other keys than those of photos is left alone.
        region: as the addresses are signed for.
    """

    endpoint: str
    bucket: str
    region: str
    access_key_id: str
    secret_access_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenDarkroom:
    """A darkroom, and the application behind its addresses; None where the storage answers them itself."""

    darkroom: Darkroom
    files: ObjectFiles | None


@asynccontextmanager
async def open_darkroom(photos: LocalPhotos | S3Photos, clock: Clock) -> AsyncIterator[OpenDarkroom]:
    """Everything that photos need; its threads and connections end at the end.

    Raises:
        UnusablePhotos: the folder cannot be used, or what speaks S3 is not installed.
    """
    async with PillowImageProcessor() as images:
        if isinstance(photos, LocalPhotos):
            signer = AddressSigner(_key(photos.folder), time.time)
            local = LocalObjectStorage(photos.folder, photos.base_url, signer)
            yield OpenDarkroom(Darkroom(local, images), ObjectFiles(local, signer, photos.origins))
        else:
            async with _s3(photos, clock) as storage:
                yield OpenDarkroom(Darkroom(storage, images), None)


def _s3(photos: S3Photos, clock: Clock) -> S3ObjectStorage:
    try:
        # An extra, imported where it is used.
        from livetrip_bff.storage.s3 import S3ObjectStorage  # noqa: PLC0415
        from livetrip_bff.storage.sigv4 import S3Signer  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise UnusablePhotos(f"{error.name} is not installed: it comes with livetrip-bff[s3]") from error
    signer = S3Signer(photos.access_key_id, photos.secret_access_key, photos.region)
    return S3ObjectStorage(photos.endpoint, photos.bucket, signer, clock)


def _key(folder: Path) -> bytes:
    """The key that addresses are signed with: made once, kept beside the photos, the same for every process on the folder."""
    try:
        key = _made_or_found(folder)
    except OSError as error:
        raise UnusablePhotos(f"the folder of photos cannot be used: {error.strerror}") from error
    if len(key) < MIN_KEY_BYTES:
        raise UnusablePhotos(f"{KEY_FILE} in the folder of photos is damaged; without it, a new one is made")
    return key


def _made_or_found(folder: Path) -> bytes:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / KEY_FILE
    if not path.exists():
        made = folder / f"{KEY_FILE}.{secrets.token_hex(8)}"
        made.touch(mode=0o600)
        made.write_bytes(secrets.token_bytes(MIN_KEY_BYTES))
        try:
            path.hardlink_to(made)
        except FileExistsError:  # another process was faster
            pass
        finally:
            made.unlink()
    return path.read_bytes()
