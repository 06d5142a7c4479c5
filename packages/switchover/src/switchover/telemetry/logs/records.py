"""Records of `logging` as lines of the same frame as those of calls."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any, Final

from switchover.errors import outlined
from switchover.telemetry.logs.lines import RECORD_FRAME, Lines, rfc3339
from switchover.telemetry.trace import TraceContext

_WARNING: Final = re.compile(r".+?:\d+: \w+")
"""Where a warning came from, and its class. What it says may be a value: pydantic's do."""

Position = Callable[[], TraceContext | None]
"""Where in a trace this thread or task is; None outside of one."""

_BY_ITSELF: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", *RECORD_FRAME}
"""What every record has, and what uvicorn writes for terminals; all else was given with `extra`."""


def nowhere() -> TraceContext | None:
    """The position of a process that takes part in no trace."""
    return None


class LineHandler(logging.Handler):
    """Writes records as lines. Of an exception it writes classes and where it was raised, never what it says."""

    def __init__(self, lines: Lines, position: Position) -> None:
        super().__init__()
        self.lines = lines
        self._position = position

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; one whose text cannot be made is written without it. Never waits, and never raises."""
        try:
            line = line_of_record(record, self.lines.service, self._position())
        except Exception as error:  # whoever logs does not fail because of what is logged
            line = self.lines.own("record_unreadable", level="error", failure=type(error).__name__)
        self.lines.tell(line)


def line_of_record(record: logging.LogRecord, service: str, position: TraceContext | None) -> dict[str, Any]:
    """The line of a record, which may name another position than the one it is written at: that of a call it is about."""
    line: dict[str, Any] = {
        "time": rfc3339(record.created),
        "level": record.levelname.lower(),
        "event": _text(record),
        "service": service,
        "logger": record.name,
        "trace_id": getattr(record, "trace_id", position.trace_id if position is not None else None),
        "span_id": getattr(record, "span_id", position.span_id if position is not None else None),
    }
    line |= {name: value for name, value in vars(record).items() if name not in _BY_ITSELF}
    if record.exc_info and record.exc_info[1] is not None:
        line["exception"] = outlined(record.exc_info[1])
    return line


def _text(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except Exception:  # arguments that do not fit: logging would write them, and what they are, to standard error
        text = record.msg if isinstance(record.msg, str) else f"<{type(record.msg).__name__}>"
    if record.name == "asyncio":  # what follows are `repr`s, of exceptions among others
        return text.partition("\n")[0]
    warned = _WARNING.match(text) if record.name == "py.warnings" else None
    return warned[0] if warned is not None else text
