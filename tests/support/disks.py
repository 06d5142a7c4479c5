"""Disks that take nothing more: really full, really read-only, or as good as full for this process."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

KIB: Final = 1024


def can_mount() -> bool:
    """Whether this process may mount file systems, as it may as root of a container that allows it."""
    if os.geteuid() != 0:
        return False
    return subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0


@contextmanager
def no_more_bytes() -> Iterator[None]:
    """Every write to a file fails in this process (EFBIG), as on a full disk. Anyone may set this limit, and take it back."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class SmallDisk:
    """A file system of its own, in memory. `folder`: where it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def full(self) -> Iterator[None]:
        """There is no room for a single byte (ENOSPC)."""
        ballast = self.folder / "ballast"
        try:
            with ballast.open("wb", buffering=0) as file:
                for size in (64 * KIB, KIB, 1):
                    _fill(file.fileno(), bytes(size))
            yield
        finally:
            ballast.unlink(missing_ok=True)

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """It may only be read (EROFS). Nothing on it may be open for writing when this begins."""
        self._mount("-o", "remount,ro")
        try:
            yield
        finally:
            self._mount("-o", "remount,rw")

    def _mount(self, *options: str) -> None:
        subprocess.run(["mount", *options, str(self.folder)], check=True)


def _fill(file: int, block: bytes) -> None:
    while True:
        try:
            os.write(file, block)
        except OSError:
            return


@contextmanager
def small_disk(folder: Path, kib: int = 512) -> Iterator[SmallDisk]:
    """Such a disk. See `can_mount`."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k,mode=0755", "none", str(folder)], check=True)
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
