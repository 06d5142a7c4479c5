"""Files that are whole at any moment, whatever ends in between, and locks that processes share. For Linux and macOS.

The kernel gives a lock (flock(2)) back however a process ends, so nothing has to be believed about process ids, which are used again.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

_PAUSE_SECONDS: Final = 0.002
_BLOCK: Final = 4096
_WRITTEN: Final = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW


def replace_file(path: Path, content: bytes, *, is_durable: bool = True, mode: int | None = None) -> None:
    """Put a file with this content in the place of another, at once.

    Args:
        path: where.
        content: all of it.
        is_durable: it outlives a loss of power that follows.
        mode: who may read it, whatever the process's mask says; by the mask unless given.

    Raises:
        OSError: it cannot be written; what was there is there still. It names `path`.
    """

    def prepare(descriptor: int) -> None:
        if mode is not None:
            os.fchmod(descriptor, mode)

    beside = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    with _about(path):
        descriptor = os.open(beside, _WRITTEN | os.O_EXCL, 0o666)
        os.close(_put(descriptor, content, beside, path, prepare=prepare, is_durable=is_durable))
        if is_durable:
            sync_folder(path.parent)


def unfinished(path: Path) -> Path:
    """Where a file of `replace_held` is before it is complete; one place for each file."""
    return path.with_name(f"{path.name}.tmp")


def replace_held(path: Path, content: bytes) -> int:
    """The same, for its owner alone and not durably; the descriptor, which holds the lock of the file until it is closed.

    Raises:
        OSError: it cannot be written; what was there is there still. It names `path`.
    """
    beside = unfinished(path)
    with _about(path):
        descriptor = os.open(beside, _WRITTEN | os.O_TRUNC, 0o600)
        return _put(descriptor, content, beside, path, prepare=_take, is_durable=False)


def append_line(path: Path, line: bytes) -> None:
    """Add a line, durably. The rest of a line that was cut off makes way for it.

    Raises:
        OSError: the line is not there, or only a part of it, or it may not outlive a loss of
            power; `shorten` to `end_of_lines` from before takes it back.
    """
    is_new = not path.exists()
    with _about(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            size = os.fstat(descriptor).st_size
            end = _end_of_lines(descriptor, size)
            if end != size:
                os.ftruncate(descriptor, end)
            _write(descriptor, line + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            sync_folder(path.parent)


def end_of_lines(path: Path) -> int:
    """Where the last whole line of a file ends, in bytes; 0 if the file is missing.

    Raises OSError.
    """
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return _end_of_lines(file.fileno(), os.fstat(file.fileno()).st_size)


def shorten(path: Path, end: int) -> None:
    """Cut off, durably, what a file has beyond `end` bytes.

    A file that is missing stays missing. Raises OSError.
    """
    if not path.exists():
        return
    with _about(path):
        descriptor = os.open(path, os.O_WRONLY)
        try:
            if os.fstat(descriptor).st_size > end:
                os.ftruncate(descriptor, end)
                os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def regular_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading without ever waiting for it.

    Raises:
        OSError: it cannot be opened, or it is a symbolic link, a folder, a pipe or a device.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(descriptor)


def last_line(path: Path) -> bytes:
    """The last line that is whole; empty if there is none. Raises OSError."""
    if not path.exists():
        return b""
    with path.open("rb") as file:
        end = _end_of_lines(file.fileno(), os.fstat(file.fileno()).st_size)
        start = _end_of_lines(file.fileno(), max(0, end - 1))
        return os.pread(file.fileno(), end - start, start)


def sync_folder(folder: Path) -> None:
    """Make durable which files a folder holds. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path, seconds: float, *, mode: int = 0o666) -> Iterator[None]:
    """While no other process, and no other thread, is inside. Where nothing can be written, a file that is there already will do.

    Args:
        path: the lock's file, which is made with `mode` and stays.
        seconds: how long others are waited for.
        mode: who may use it, as far as the process's mask lets them.

    Raises:
        TimeoutError: others were inside for all that time.
        OSError: there is no such file, and it cannot be made.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, mode)
    except OSError:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        _wait(handle, path, seconds)
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)  # a process that was forked meanwhile may hold it open
    finally:
        os.close(handle)


@contextmanager
def _about(path: Path) -> Iterator[None]:
    """Have failures name the file that was meant, and not the one beside it, which is gone by then."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _put(
    descriptor: int, content: bytes, beside: Path, path: Path, *, prepare: Callable[[int], None], is_durable: bool
) -> int:
    """Write a file that is open beside another, and put it in its place. It is closed and gone if that fails."""
    try:
        prepare(descriptor)
        _write(descriptor, content)
        if is_durable:
            os.fsync(descriptor)
        beside.replace(path)
    except BaseException:
        os.close(descriptor)
        with suppress(OSError):
            beside.unlink()
        raise
    return descriptor


def _write(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _take(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _wait(handle: int, path: Path, seconds: float) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            _take(handle)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise TimeoutError(f"{path} has been locked by another process for {seconds:g} s") from None
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _end_of_lines(handle: int, end: int) -> int:
    """Where the last line that is whole ends, of what lies before `end`."""
    while end > 0:
        start = max(0, end - _BLOCK)
        at = os.pread(handle, end - start, start).rfind(b"\n")
        if at >= 0:
            return start + at + 1
        end = start
    return 0
