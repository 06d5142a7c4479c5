"""Where the bytes of photos are kept, and what looks into them, put together."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from livetrip_bff.images import PillowImageProcessor
from livetrip_bff.photos import Darkroom
from livetrip_bff.storage.files import ObjectFiles
from livetrip_bff.storage.local import LocalObjectStorage
from livetrip_bff.storage.signature import AddressSigner

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
class OpenDarkroom:
    """A darkroom, and the application behind its addresses; None where the storage answers them itself."""

    darkroom: Darkroom
    files: ObjectFiles | None


@asynccontextmanager
async def open_darkroom(photos: LocalPhotos) -> AsyncIterator[OpenDarkroom]:
    """Everything that photos need; its threads end at the end."""
    signer = AddressSigner(_key(photos.folder), time.time)
    storage = LocalObjectStorage(photos.folder, photos.base_url, signer)
    async with PillowImageProcessor() as images:
        yield OpenDarkroom(Darkroom(storage, images), ObjectFiles(storage, signer, photos.origins))


def _key(folder: Path) -> bytes:
    """The key that addresses are signed with: made once, kept beside the photos, the same for every process on the folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / KEY_FILE
    made = folder / f"{KEY_FILE}.{secrets.token_hex(8)}"
    if not path.exists():
        made.touch(mode=0o600)
        made.write_bytes(secrets.token_bytes(32))
        try:
            path.hardlink_to(made)
        except FileExistsError:  # another process was faster
            pass
        finally:
            made.unlink()
    return path.read_bytes()
