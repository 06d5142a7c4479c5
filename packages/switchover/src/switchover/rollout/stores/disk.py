"""Files that are whole at any moment, whatever ends in between, and a lock that processes share. For Linux and macOS."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from switchover.errors import StoreUnavailable

_LOCK_PAUSE: Final = 0.005
_BLOCK: Final = 4096


def replace_file(path: Path, content: bytes, *, is_durable: bool = True) -> None:
    """Put a file with this content in the place of another, at once. Durable: it outlives a loss of power that follows. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            if is_durable:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    if is_durable:
        sync_folder(path.parent)


def append_line(path: Path, line: bytes) -> None:
    """Add a line, durably. The rest of one that was cut off, which nobody was ever told of, makes way for it. Raises OSError."""
    is_new = not path.exists()
    with path.open("ab+") as file:
        file.truncate(_end_of_lines(file.fileno(), os.fstat(file.fileno()).st_size))
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make durable which files a folder holds. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock of all processes of this machine. Raises StoreUnavailable when others hold it for `seconds`, OSError."""
    import fcntl  # noqa: PLC0415 - not on every system

    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        until = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise StoreUnavailable(f"{path} has been locked by another process for {seconds:g} s") from None
                time.sleep(_LOCK_PAUSE)
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)  # a process that was forked meanwhile may hold it open
    finally:
        os.close(handle)


def last_line(path: Path) -> bytes:
    """The last line that is whole; empty if there is none. Raises OSError."""
    if not path.exists():
        return b""
    with path.open("rb") as file:
        end = _end_of_lines(file.fileno(), os.fstat(file.fileno()).st_size)
        start = _end_of_lines(file.fileno(), max(0, end - 1))
        return os.pread(file.fileno(), end - start, start)


def _end_of_lines(handle: int, end: int) -> int:
    """Where the last line that is whole ends, of what lies before `end`."""
    while end > 0:
        start = max(0, end - _BLOCK)
        at = os.pread(handle, end - start, start).rfind(b"\n")
        if at >= 0:
            return start + at + 1
        end = start
    return 0
