"""JSON lines on a stream: each in one piece, without waiting for the stream. A stream that fails or stalls harms nothing else."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from switchover.extras import extra
from switchover.telemetry.background import EXIT_SECONDS, PIECE, BackgroundStream
from switchover.telemetry.logs.plain import plain
from switchover.telemetry.unbuffered import Stream

with extra("logs"):
    import structlog

CALL_FRAME: Final = (
    "time", "level", "event", "service", "operation", "wiring", "reason", "outcome", "failure", "refusal", "replayed",
    "duration_ms", "trace_id", "span_id", "user_id",
)  # fmt: skip
"""The keys of a call's line, in this order; all are always there."""

RECORD_FRAME: Final = ("time", "level", "event", "service", "logger", "trace_id", "span_id")
"""The keys that every other line begins with."""

_encode: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
"""ASCII, so that every stream takes it, whatever its encoding. `json.dumps` would make an encoder for every line."""

_render: Final = structlog.processors.JSONRenderer(lambda fields, **_: _encode(fields))


class Lines:
    """Writes JSON lines of one service to one stream, in the background.

    A line that finds the queue full, or that the stream does not take, is counted, and the count is written where it is missing
    (`log_lines_lost`) as soon as the stream takes lines again.

    Args:
        service: what every line names as its origin.
        stream: where lines go; standard error, as it is when a line is written, if nothing is said.
    """

    def __init__(self, service: str, stream: Stream | None = None) -> None:
        self.service = service
        self._stream = BackgroundStream(
            stream, report=lambda count: line_of(_own(service, "log_lines_lost", count=count))
        )

    @property
    def lost(self) -> int:
        """How many lines were not written, and not reported yet."""
        return self._stream.lost

    def tell(self, fields: Mapping[str, Any]) -> None:
        """Queue one line; never waits, and never raises because of the stream."""
        self._stream.write(line_of(fields) + "\n")

    def tell_texts(self, lines: Iterable[str]) -> None:
        """The same for lines that are JSON already, in ASCII: several at once, as far as a pipe keeps them in one piece."""
        piece: list[str] = []
        size = 0
        for line in lines:
            size += len(line) + 1
            if size > PIECE and piece:
                self._stream.write("\n".join([*piece, ""]))
                piece, size = [], len(line) + 1
            piece.append(line)
        if piece:
            self._stream.write("\n".join([*piece, ""]))

    def tell_plain(self, text: str) -> None:
        """Queue text that is not JSON, between the lines."""
        self._stream.write(text)

    def drain(self, seconds: float = EXIT_SECONDS) -> bool:
        """Wait until every line so far is written or given up; whether that happened within `seconds`."""
        return self._stream.drain(seconds)

    def own(self, event: str, **fields: Any) -> dict[str, Any]:
        """What the log says about itself."""
        return _own(self.service, event, **fields)


def _own(service: str, event: str, **fields: Any) -> dict[str, Any]:
    frame = {"time": rfc3339(time.time()), "level": "warning", "event": event, "logger": "switchover.telemetry"}
    return dict.fromkeys(RECORD_FRAME) | frame | {"service": service} | fields


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
