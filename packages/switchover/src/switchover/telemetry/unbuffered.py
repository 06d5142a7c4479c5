"""Text on a stream, past the buffer of a plain file, and past its lock."""

from __future__ import annotations

import io
import os
import select
from typing import Protocol


class Stream(Protocol):
    """A text stream."""

    def write(self, text: str, /) -> object:
        """Take text."""
        ...

    def flush(self) -> object:
        """Send it on its way."""
        ...


def write_text(stream: Stream, text: str, seconds: float | None) -> None:
    """Write text to a stream.

    Args:
        stream: where it goes.
        text: whole lines.
        seconds: how long to wait for a descriptor that takes nothing; None for ever.

    Raises:
        TimeoutError: it took nothing for that long.
        Exception: whatever the stream raises.
    """
    descriptor = _descriptor(stream)
    if descriptor is None:
        stream.write(text)
        stream.flush()
        return
    assert isinstance(stream, io.TextIOWrapper)
    data = text.encode(stream.encoding, stream.errors or "strict")
    while data:
        if seconds is not None:
            _await_writable(descriptor, seconds)
        try:
            data = data[os.write(descriptor, data) :]
        except BlockingIOError:  # another process has made it non-blocking for all that share it
            _await_writable(descriptor, seconds)


def _await_writable(descriptor: int, seconds: float | None) -> None:
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    if not poll.poll(None if seconds is None else seconds * 1000):
        raise TimeoutError


def _descriptor(stream: Stream) -> int | None:
    """The descriptor of a plain file, pipe or terminal, which is written past the stream's own buffer; None for any other stream.

    That buffer has a lock. A thread that waits in it for a reader keeps out everybody who prints, and the interpreter from ending.
    """
    if type(stream) is not io.TextIOWrapper or "\n".encode(stream.encoding) != b"\n":
        return None
    raw = getattr(stream.buffer, "raw", stream.buffer)
    return raw.fileno() if type(raw) is io.FileIO else None
