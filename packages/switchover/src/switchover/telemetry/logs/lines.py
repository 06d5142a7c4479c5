"""Lines on a stream: each in one piece, whoever writes beside, and a stream that breaks breaks nobody else."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import weakref
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, Protocol

import structlog

from switchover.telemetry.logs.plain import plain

CALL_FRAME: Final = (
    "time", "level", "event", "service", "operation", "wiring", "reason", "outcome", "failure", "refusal", "duration_ms",
    "trace_id", "span_id", "user_id",
)  # fmt: skip
"""The keys of a call's line, in this order; all are always there."""

RECORD_FRAME: Final = ("time", "level", "event", "service", "logger", "trace_id", "span_id")
"""The keys that every other line begins with."""

_PIECE: Final = 4096 - 256
"""Bytes that are written at once: what other processes write to the same pipe does not come between (PIPE_BUF of Linux is 4096), with
room for a line about lost ones.
"""

_encode: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
"""ASCII, so that every stream takes it, whatever its encoding. `json.dumps` would make an encoder for every line."""

_render: Final = structlog.processors.JSONRenderer(lambda fields, **_: _encode(fields))


class Stream(Protocol):
    """Where lines go: a text stream."""

    def write(self, text: str, /) -> object:
        """Take a line, newline included."""
        ...

    def flush(self) -> object:
        """Send it on its way."""
        ...


class Lines:
    """Writes JSON lines of one service to one stream.

    A line that cannot be written is counted, and the count is written as soon as the stream takes lines again.

    Args:
        service: what every line names as its origin.
        stream: where lines go; standard error, as it is when a line is written, if nothing is said.

    Attributes:
        lost: how many lines were not written, and not told of yet.
    """

    def __init__(self, service: str, stream: Stream | None = None) -> None:
        self.service = service
        self.lost = 0
        self._stream = stream
        self._writing = threading.Lock()
        _all_lines.add(self)

    def tell(self, fields: Mapping[str, Any]) -> None:
        """Write one line; never raises for a stream that does not take it."""
        self._take([line_of(fields)])

    def tell_texts(self, lines: Iterable[str]) -> None:
        """The same for lines that are JSON already, in ASCII: several at once, as far as a pipe keeps them in one piece."""
        piece: list[str] = []
        size = 0
        for line in lines:
            size += len(line) + 1
            if size > _PIECE and piece:
                self._take(piece)
                piece, size = [], len(line) + 1
            piece.append(line)
        if piece:
            self._take(piece)

    def _take(self, lines: list[str]) -> None:
        with self._writing:
            stream = self._stream if self._stream is not None else sys.stderr
            try:
                stream.write("\n".join([*self._loss(), *lines, ""]))
                stream.flush()
            except (OSError, ValueError, AttributeError):  # full, closed, or (without a console) not there at all
                self.lost += len(lines)
            else:
                self.lost = 0

    def _loss(self) -> list[str]:
        return [line_of(self.own("log_lines_lost", count=self.lost))] if self.lost else []

    def own(self, event: str, **fields: Any) -> dict[str, Any]:
        """What the log says about itself."""
        frame = {"time": rfc3339(time.time()), "level": "warning", "event": event, "logger": "switchover.telemetry"}
        return dict.fromkeys(RECORD_FRAME) | frame | {"service": self.service} | fields

    def after_fork(self) -> None:
        """Whoever holds the lock is a thread of another process."""
        self._writing = threading.Lock()


def line_of(fields: Mapping[str, Any]) -> str:
    """JSON of whatever the fields hold: what has no JSON is told by its type, and nothing by its `repr`."""
    return rendered(plain(fields))


def rendered(fields: dict[str, Any]) -> str:
    """JSON of fields that hold JSON values alone."""
    text = _render(None, "", fields)
    assert isinstance(text, str)
    return text


def rfc3339(seconds: float) -> str:
    """A time in UTC with microseconds (RFC 3339, section 5.6); `seconds` since 1970."""
    whole, part = divmod(round(seconds * 1_000_000), 1_000_000)
    return f"{_second(whole)}.{part:06d}Z"


@lru_cache(4)  # many lines are of one second, and its text costs more than the rest of a line's time
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).isoformat()[: len("2026-11-24T18:00:00")]


_all_lines: weakref.WeakSet[Lines] = weakref.WeakSet()


def _after_fork() -> None:
    for lines in list(_all_lines):
        lines.after_fork()


os.register_at_fork(after_in_child=_after_fork)
