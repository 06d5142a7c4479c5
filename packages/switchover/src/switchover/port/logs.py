"""A process's logs, with the positions of its calls."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from switchover import context

if TYPE_CHECKING:
    from switchover.telemetry import TraceContext
    from switchover.telemetry.logs import CallLog, Pseudonyms
    from switchover.telemetry.unbuffered import Stream


def configure_logging(
    *, service: str, stream: Stream | None = None, pseudonyms: Pseudonyms | None = None, level: int | str = logging.INFO
) -> CallLog:
    """Have everything that this process logs written as JSON lines, each with the position of the call it is written in, and give the
    log of its calls. See `switchover.telemetry.logs.configure_logging`.

    Raises:
        ValueError: there is no such level.
    """
    from switchover.telemetry import logs  # noqa: PLC0415 - an extra, imported where it is used

    return logs.configure_logging(
        service=service, stream=stream, pseudonyms=pseudonyms, level=level, position=_position
    )


def _position() -> TraceContext | None:
    return context.current().trace
