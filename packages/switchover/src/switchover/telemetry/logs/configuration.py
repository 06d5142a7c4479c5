"""A process's logs, set up once at its root."""

from __future__ import annotations

import logging
from functools import partial
from typing import Final

from switchover.extras import extra
from switchover.telemetry.logs.bound import LineLogger, framed
from switchover.telemetry.logs.calls import CallLog
from switchover.telemetry.logs.crashes import write_crashes
from switchover.telemetry.logs.lines import Lines
from switchover.telemetry.logs.pseudonyms import Pseudonyms
from switchover.telemetry.logs.records import LineHandler, Position, nowhere
from switchover.telemetry.unbuffered import Stream

with extra("logs"):
    import structlog

_TALKATIVE: Final = ("httpx", "httpcore", "hpack", "asyncio", "urllib3", "aiosqlite", "sqlalchemy.engine")
"""Below WARNING these write addresses with their queries, headers, and the parameters of statements."""


def configure_logging(
    *,
    service: str,
    stream: Stream | None = None,
    pseudonyms: Pseudonyms | None = None,
    level: int | str = logging.INFO,
    position: Position = nowhere,
) -> CallLog:
    """Have everything that this process logs written as JSON lines, and give the log of its calls.

    What was set up for the root logger before is replaced: its handlers are taken away, so that nothing is written in another form
    beside. Loggers of `structlog` are set up to write the same lines. Libraries that write what they carry are held to WARNING.

    Lines are written by a thread of their own: nothing that logs waits for the stream. Without `stream`, what Python prints about
    exceptions that nothing caught goes the same way.

    Args:
        service: name of this process's service, in every line.
        stream: where lines go; standard error if nothing is said.
        pseudonyms: what people are called in the lines of calls; without them `user_id` is null.
        level: records below it are not written.
        position: where in a trace a record is written.

    Raises:
        ValueError: there is no such level.
    """
    lines = Lines(service, stream)
    root = logging.getLogger()
    root.setLevel(level)
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.addHandler(LineHandler(lines, position))
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    logging.captureWarnings(capture=True)
    if stream is None:
        write_crashes(lines)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, framed(service, position)],
        wrapper_class=structlog.make_filtering_bound_logger(root.level),
        logger_factory=partial(LineLogger, lines),
        cache_logger_on_first_use=False,
    )
    return CallLog(service, pseudonyms=pseudonyms, lines=lines)
