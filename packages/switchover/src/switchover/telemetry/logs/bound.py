"""What is logged through `structlog` itself, as lines of the same frame."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, MutableMapping
from typing import Any, Final

from switchover.errors import outlined
from switchover.telemetry.logs.lines import Lines, rfc3339
from switchover.telemetry.logs.records import Position

_LEVELS: Final = {"exception": "error", "warn": "warning", "fatal": "critical", "msg": "info", "log": "info"}

Framed = Callable[[Any, str, MutableMapping[str, Any]], tuple[tuple[dict[str, Any]], dict[str, Any]]]


class LineLogger:
    """Writes what structlog has processed. Its name is what `structlog.get_logger` is given."""

    def __init__(self, lines: Lines, *name: str) -> None:
        self._lines = lines
        self.name = name[0] if name else "structlog"

    def msg(self, fields: dict[str, Any]) -> None:
        """Write a line."""
        self._lines.tell(fields)

    debug = info = warning = warn = error = exception = critical = fatal = log = msg


def framed(service: str, position: Position) -> Framed:
    """The last of structlog's processors: puts an event into the frame."""

    def processor(
        logger: LineLogger, method: str, event: MutableMapping[str, Any]
    ) -> tuple[tuple[dict[str, Any]], dict[str, Any]]:
        here = position()
        frame: dict[str, Any] = {
            "time": rfc3339(time.time()),
            "level": _LEVELS.get(method, method),
            "event": event.pop("event", None),
            "service": service,
            "logger": logger.name,
            "trace_id": here.trace_id if here is not None else None,
            "span_id": here.span_id if here is not None else None,
        }
        error = _error(event.pop("exc_info", None))
        line = frame | {name: value for name, value in event.items() if name not in frame}
        return (line | ({"exception": outlined(error)} if error is not None else {}),), {}

    return processor


def _error(told: Any) -> BaseException | None:
    """The exception that `exc_info` means: itself, a triple, or true for the one that is being handled."""
    error: BaseException | None = told[1] if isinstance(told, tuple) else None
    if isinstance(told, BaseException):
        error = told
    return sys.exc_info()[1] if told is True else error
