"""Files that are replaced whole, and whose lock says whether the process that wrote them still runs.

The kernel gives a lock (flock(2)) back however a process ends, so nothing has to be believed about process ids, which are used again.
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PAUSE_SECONDS: Final = 0.002
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it was read.

    Attributes:
        data: its bytes.
        is_held: does the process that wrote it still run?
    """

    data: bytes
    is_held: bool


def temporary(path: Path) -> Path:
    """Where a file is before it is complete; one place for each file."""
    return path.with_name(f"{path.name}.tmp")


def replace(path: Path, data: bytes) -> int:
    """Write a file at once, for its owner alone; the descriptor, which holds the lock of the file until it is closed.

    Raises:
        OSError: it cannot be written; what was there is there still.
    """
    unfinished = temporary(path)
    descriptor = os.open(unfinished, _NEW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        os.replace(unfinished, path)
    except BaseException:
        os.close(descriptor)
        with suppress(OSError):
            unfinished.unlink()
        raise
    return descriptor


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


@contextmanager
def locked(path: Path, seconds: float) -> Iterator[None]:
    """While nobody else is inside. Where nothing can be written, a file that is there already will do.

    Raises:
        TimeoutError: somebody else was for all that time.
        OSError: there is no such file, and it cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        descriptor = os.open(path, _OLD)
    try:
        _wait(descriptor, path, seconds)
        try:
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # a process that was forked meanwhile may hold it open
    finally:
        os.close(descriptor)


def _wait(descriptor: int, path: Path, seconds: float) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise TimeoutError(f"{path} was locked for {seconds:g} s") from None
            time.sleep(_PAUSE_SECONDS)
        else:
            return


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
