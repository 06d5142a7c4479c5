"""Files whose lock says whether the process that wrote them (`disk.replace_held`) still runs."""

from __future__ import annotations

import fcntl
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_OLD: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it was read.

    Attributes:
        data: its bytes.
        is_held: does the process that wrote it still run?
    """

    data: bytes
    is_held: bool


def read(path: Path, most: int) -> Found:
    """A file, and whether somebody holds it.

    Raises:
        OSError: it cannot be read.
        ValueError: it is none, or has more than `most` bytes.
    """
    descriptor = os.open(path, _OLD)
    try:
        here = os.fstat(descriptor)
        if not stat.S_ISREG(here.st_mode) or here.st_size > most:
            raise ValueError(f"no file of at most {most} bytes")
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(most)
        return Found(data, not (_is_free(descriptor) and _is_at(path, here)))
    finally:
        os.close(descriptor)


def _is_free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(path: Path, here: os.stat_result) -> bool:
    """Is this file still the one of that name? One that has just been replaced is free, and its writer runs."""
    try:
        found = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return (found.st_dev, found.st_ino) == (here.st_dev, here.st_ino)
