"""Standard output and standard error that may go away: the command does its work all the same.

A reader may close the pipe (`switchover status | head -1`), the disk behind a redirection may be full, and a
process may be started without standard output at all. None of this may stop a rollback half-way or change what
its exit code says, so writing never fails here: the first error is kept, and what follows it is dropped.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TextIO

_STANDARD: Final = (0, 1, 2)


class _Lasting(io.FileIO):
    """A descriptor whose first failure is kept, and which drops everything after it."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self.error: OSError | None = None

    def write(self, data: Any, /) -> int:
        if self.error is None:
            try:
                return super().write(data)
            except OSError as error:
                self.error = error
        return memoryview(data).nbytes


class Output:
    """What became of standard output."""

    def __init__(self, raw: _Lasting | None = None) -> None:
        self._raw = raw

    @property
    def error(self) -> OSError | None:
        """The first error of writing to it. A closed pipe is none: its reader has read enough."""
        found = None if self._raw is None else self._raw.error
        return None if isinstance(found, BrokenPipeError) else found

    @property
    def is_gone(self) -> bool:
        """Whether nothing that is written arrives any more. A command without an end stops then."""
        return self._raw is not None and self._raw.error is not None


@contextmanager
def lasting_output() -> Iterator[Output]:
    """Replace both streams by ones whose writing does not fail, and restore them at the end."""
    _open_missing()
    before = sys.stdout, sys.stderr
    raw, sys.stdout = _lasting(before[0], 1)
    _, sys.stderr = _lasting(before[1], 2)
    try:
        yield Output(raw)
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        sys.stdout, sys.stderr = before


def _open_missing() -> None:
    """Open the null device in the place of standard descriptors that are closed.

    A file that is opened later would take their number, and receive what belongs to a terminal.
    """
    for number in _STANDARD:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free, which is this one


def _lasting(stream: TextIO | None, number: int) -> tuple[_Lasting | None, TextIO]:
    if stream is None:  # Python leaves it out where the descriptor was closed at the start
        raw = _Lasting(number)
        return raw, io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace")
    try:
        descriptor = stream.fileno()
        stream.flush()
    except (OSError, ValueError):  # no file, as under a test, or one that cannot be written to
        return None, stream
    raw = _Lasting(descriptor)
    errors = "backslashreplace" if stream.errors in (None, "strict") else stream.errors
    is_line = getattr(stream, "line_buffering", False)
    return raw, io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=stream.encoding, errors=errors, line_buffering=is_line
    )
