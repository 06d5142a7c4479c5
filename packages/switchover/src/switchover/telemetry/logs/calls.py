"""One line for each call, in every wiring and on both sides, of the same form."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from switchover.telemetry.events import CallEvent, Outcome
from switchover.telemetry.logs.lines import Lines, rendered, rfc3339
from switchover.telemetry.logs.pseudonyms import Pseudonyms
from switchover.telemetry.recorder import Recorder
from switchover.telemetry.unbuffered import Stream

_LEVELS: Final = {Outcome.OK: "info", Outcome.REFUSED: "info", Outcome.CANCELLED: "info", Outcome.FAILED: "error"}

_NOWHERE: Final = '"trace_id":null,"span_id":null'
_KINDS: Final = 1024
"""How many kinds of calls are remembered as text: operations, by wiring, reason, outcome and failure."""

_PEOPLE: Final = 1024


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
        # Whoever calls once usually calls again soon, and a name costs more than the rest of a line.
        self._name_of = lru_cache(_PEOPLE)(pseudonyms.of) if pseudonyms is not None else None
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
        self.lines.tell_texts(map(self._line, events))

    def close(self) -> None:
        """Have what the watched recorders still hold written, and what they dropped; wait for the stream for a second at most."""
        for drops in self._watched:
            drops.recorder.flush()
            self._tell_drops(drops.all())
        self.lines.drain()

    def _line(self, event: CallEvent) -> str:
        """The line of a call, with the keys of `CALL_FRAME`. What it has in common with other calls is rendered once; what differs is made
        of digits here, because a renderer costs several times as much.
        """
        middle = _middle(
            self.lines.service,
            event.operation,
            event.wiring,
            event.reason,
            event.outcome,
            event.failure,
            event.refusal,
            is_replayed=event.is_replayed,
        )
        position, user = event.position, event.user
        where = f'"trace_id":"{position.trace_id}","span_id":"{position.span_id}"' if position is not None else _NOWHERE
        name = f'"{self._name_of(user)}"' if self._name_of is not None and user is not None else "null"
        ended, milliseconds = rfc3339(event.at + event.duration), round(event.duration * 1000, 3)
        return f'{{"time":"{ended}",{middle},"duration_ms":{milliseconds!r},{where},"user_id":{name}}}'

    def _tell_drops(self, count: int) -> None:
        if count:
            self.lines.tell(self.lines.own("events_dropped", count=count))


@lru_cache(_KINDS)
def _middle(
    service: str,
    operation: str,
    wiring: str,
    reason: str,
    outcome: Outcome,
    failure: str,
    refusal: str,
    *,
    is_replayed: bool,
) -> str:
    """What all calls of a kind say, as the members of a JSON object."""
    fields = {
        "level": "warning" if refusal and outcome is not Outcome.FAILED else _LEVELS[outcome],
        "event": "call",
        "service": service,
        "operation": operation,
        "wiring": wiring,
        "reason": reason,
        "outcome": outcome.value,
        "failure": failure or None,
        "refusal": refusal or None,
        "replayed": is_replayed,
    }
    return rendered(fields)[1:-1]


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
