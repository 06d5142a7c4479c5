"""Objects as files of a folder."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from livetrip_bff.storage.keys import require_key
from livetrip_bff.storage.signature import AddressSigner, Grant
from livetrip_core import Announcement, PhotoFormat, UploadAddress
from switchover.disk import sync_folder
from switchover.errors import ServiceUnavailable

INCOMING: Final = ".incoming"
"""Where files lie that are not complete. No key can name anything in it."""


class LocalObjectStorage:
    """An `ObjectStorage` in a folder; its addresses are answered by `ObjectFiles`.

    Arguments:
        folder: made if it is not there, for its owner alone.
        base_url: where `ObjectFiles` answers, without a slash at the end.
        signer: signs the addresses; the one that `ObjectFiles` judges them by.

    Attributes:
        base_url: of the addresses from now on.
    """

    def __init__(self, folder: Path, base_url: str, signer: AddressSigner) -> None:
        self._folder = folder
        self.base_url = base_url
        self._signer = signer

    def upload_address(self, key: str, announced: Announcement, *, expires_at: datetime) -> UploadAddress:
        """Where exactly the announced bytes can be sent to."""
        kind = announced.format.value
        grant = Grant(
            method="PUT",
            key=require_key(key),
            expires=int(expires_at.timestamp()),
            size=announced.byte_size,
            type=kind,
            checksum=announced.checksum,
        )
        return UploadAddress(method="PUT", address=self._address(grant), headers=[("content-type", kind)])

    def download_address(self, key: str, *, expires_at: datetime) -> str:
        """Where an object can be fetched from."""
        return self._address(Grant(method="GET", key=require_key(key), expires=int(expires_at.timestamp())))

    async def read(self, key: str, *, at_most: int) -> bytes | None:
        """An object, cut off one byte after `at_most`; None if there is none."""
        return await asyncio.to_thread(self._read, key, at_most + 1)

    async def write(self, key: str, content: bytes, kind: PhotoFormat) -> None:
        """Keep an object."""
        await asyncio.to_thread(self._write, key, content)

    async def remove(self, key: str) -> None:
        """Forget an object, and the folders that it leaves empty."""
        await asyncio.to_thread(self._remove, key)

    def path(self, key: str) -> Path:
        """The file of an object, whether or not there is one."""
        return self._folder / require_key(key)

    async def tidy(self, *, older_than: timedelta) -> None:
        """Remove files that were left incomplete, if they are older by the clock of the file system."""
        await asyncio.to_thread(self._tidy, older_than.total_seconds())

    @asynccontextmanager
    async def incoming(self, key: str) -> AsyncIterator[BinaryIO]:
        """A file that takes the place of the object once everything has been written to it, and never otherwise.

        Opening it and putting it into its place wait for the disk, beside the event loop. Raises OSError.
        """
        file = await asyncio.to_thread(self._begun)
        try:
            yield file
        except BaseException:
            await asyncio.to_thread(_given_up, file)
            raise
        await asyncio.to_thread(_finished, file, self.path(key))

    def _begun(self) -> BinaryIO:
        folder = self._folder / INCOMING
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open(folder / secrets.token_hex(16), "xb", opener=_for_the_owner)

    def _tidy(self, age: float) -> None:
        folder = self._folder / INCOMING
        with _answering():
            left = list(folder.glob("*"))
            if not left:
                return
            # The folder may be another machine's, whose clock set the times of the files: it tells its time by this.
            os.utime(folder)
            now = folder.stat().st_mtime
            for path in left:
                try:
                    if path.stat().st_mtime < now - age:
                        path.unlink()
                except FileNotFoundError:  # somebody was faster, or has just finished
                    continue

    def _address(self, grant: Grant) -> str:
        return f"{self.base_url}/{grant.key}?{self._signer.query(grant)}"

    def _read(self, key: str, count: int) -> bytes | None:
        with _answering():
            try:
                with self.path(key).open("rb") as file:
                    return file.read(count)
            except (FileNotFoundError, NotADirectoryError):
                return None

    def _write(self, key: str, content: bytes) -> None:
        with _answering():
            file = self._begun()
            try:
                file.write(content)
            except BaseException:
                _given_up(file)
                raise
            _finished(file, self.path(key))

    def _remove(self, key: str) -> None:
        path = self.path(key)
        with _answering():
            path.unlink(missing_ok=True)
        for folder in path.parents:
            if self._folder in (folder, folder.parent):  # shared by many, who may just be putting something into it
                return
            try:
                folder.rmdir()
            except OSError:  # something else is in it, or somebody was faster
                return


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ServiceUnavailable("The photo storage does not answer.", retry_after=1) from error


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _given_up(file: BinaryIO) -> None:
    with suppress(OSError):  # what could not be written is not to be written once more by closing
        file.close()
    Path(file.name).unlink(missing_ok=True)


def _finished(file: BinaryIO, path: Path) -> None:
    """Put a file that is complete into its place, in a way that survives a power cut."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with file:
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
    except BaseException:
        _given_up(file)
        raise
    sync_folder(path.parent)
