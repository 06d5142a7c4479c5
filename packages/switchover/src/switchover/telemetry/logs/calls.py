"""One line for each call, in every wiring and on both sides, of the same form."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Final

from switchover.telemetry.events import CallEvent, Outcome
from switchover.telemetry.logs.lines import CALL_FRAME, Lines, Stream, rfc3339
from switchover.telemetry.logs.pseudonyms import Pseudonyms
from switchover.telemetry.recorder import Recorder

_LEVELS: Final = {Outcome.OK: "info", Outcome.REFUSED: "info", Outcome.CANCELLED: "info", Outcome.FAILED: "error"}


class CallLog:
    """Writes a line for each call that a recorder tells of.

    Args:
        service: name of this process's service, in every line.
        stream: where lines go; standard error if nothing is said.
        pseudonyms: what people are called. Without them `user_id` is null: there is no way in which a user id itself gets here.
        lines: what to write with, if it is there already.
    """

    def __init__(
        self,
        service: str,
        *,
        stream: Stream | None = None,
        pseudonyms: Pseudonyms | None = None,
        lines: Lines | None = None,
    ) -> None:
        self.lines = lines or Lines(service, stream)
        self._pseudonyms = pseudonyms
        self._watched: list[_Drops] = []

    def watch(self, recorder: Recorder) -> None:
        """Write what this recorder tells from now on. Events that it had to drop are told by their number (`events_dropped`), with the
        batch after the one they were missing from, or when the log is closed.
        """
        drops = _Drops(recorder)
        self._watched.append(drops)

        def told(events: Sequence[CallEvent]) -> None:
            self(events)
            self._tell_drops(drops.certain())

        recorder.subscribe(told)

    def __call__(self, events: Sequence[CallEvent]) -> None:
        """Write a line for each event."""
        for event in events:
            self.lines.tell_plain(self._line(event))

    def close(self) -> None:
        """Have what the watched recorders still hold written, and what they dropped."""
        for drops in self._watched:
            drops.recorder.flush()
            self._tell_drops(drops.all())

    def _line(self, event: CallEvent) -> dict[str, Any]:
        position = event.position
        values = (
            rfc3339(event.at + event.duration),
            "warning" if event.refusal else _LEVELS[event.outcome],
            "call",
            self.lines.service,
            event.operation,
            event.wiring,
            event.reason,
            event.outcome.value,
            event.failure or None,
            event.refusal or None,
            round(event.duration * 1000, 3),
            position.trace_id if position is not None else None,
            position.span_id if position is not None else None,
            self._pseudonyms.of(event.user) if self._pseudonyms is not None and event.user is not None else None,
        )
        return dict(zip(CALL_FRAME, values, strict=True))

    def _tell_drops(self, count: int) -> None:
        if count:
            self.lines.tell(self.lines.own("events_dropped", count=count))


class _Drops:
    """What a recorder dropped and nobody was told of yet."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._told = self._before = recorder.dropped
        self._telling = threading.Lock()

    def certain(self) -> int:
        """Drops that are certain by now: an event that is only late, overtaken by another, counts as dropped for one batch."""
        with self._telling:
            now = self.recorder.dropped
            certain, self._before = min(now, self._before), now
            return self._new(certain)

    def all(self) -> int:
        """All that are counted."""
        with self._telling:
            return self._new(self.recorder.dropped)

    def _new(self, known: int) -> int:
        new = max(0, known - self._told)
        self._told += new
        return new
