"""Logs for a terminal: lines that a person reads."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from switchover import Recorder
from switchover.telemetry import CallEvent, Outcome

_log = logging.getLogger("livetrip.calls")


def write_text(recorder: Recorder) -> None:
    """Have records, and a line for each call, written to standard error as text."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    recorder.subscribe(_told)


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
