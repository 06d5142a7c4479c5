"""Logs for a terminal: lines that a person reads, written without waiting for whoever reads them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

from switchover import Recorder
from switchover.telemetry import CallEvent, Outcome
from switchover.telemetry.background import BackgroundStream

_log = logging.getLogger("livetrip.calls")


class TextHandler(logging.StreamHandler[BackgroundStream]):
    """Writes records to standard error in the background. A record that has no text is named, and harms nothing."""

    def __init__(self, level: int = logging.NOTSET) -> None:
        super().__init__(BackgroundStream())
        self.setLevel(level)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - `logging`'s own name
        """Say which record it was. `logging` would print its arguments, and wait for standard error."""
        failure = sys.exc_info()[0] or Exception
        self.stream.write(f"a record of {record.name} cannot be written ({failure.__name__})")


def write_text(recorder: Recorder) -> None:
    """Have records, and a line for each call, written to standard error as text."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", handlers=[TextHandler()]
    )
    recorder.subscribe(_told)


def write_last_resort() -> None:
    """Have warnings that no handler takes written as `logging` writes them, without waiting for standard error."""
    logging.lastResort = TextHandler(logging.WARNING)


def _told(events: Sequence[CallEvent]) -> None:
    for event in events:
        _log.log(
            logging.ERROR if event.outcome is Outcome.FAILED else logging.INFO,
            "%s %s %s%s %.3f ms [trace %s]",
            event.operation,
            event.wiring,
            event.outcome.value,
            f" ({event.refusal or event.failure})" if event.failure else "",
            event.duration * 1000,
            event.position.trace_id if event.position is not None else "-",
        )
