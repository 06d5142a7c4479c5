"""One event per call: what is put into the ring while the call runs, and what those who watch see of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, Final, NamedTuple, Protocol

from switchover.telemetry.trace import TraceContext

_new: Final = tuple.__new__  # half the cost of asking the class, for every call


class Outcome(Enum):
    """How a call ended, as far as objectives care."""

    OK = "ok"
    REFUSED = "refused"
    """A documented failure, or a request that could not be answered: the service did what it should."""
    FAILED = "failed"
    """The service failed, did not answer, or raised what it does not document: this counts against the error rate."""
    CANCELLED = "cancelled"
    """Nobody waited for the answer any more."""


def nobody(caller: Any) -> str | None:  # noqa: ARG001 - says the same of everyone
    """The user id where there are no callers."""
    return None


class Kind(NamedTuple):
    """What many calls have in common, made once.

    Attributes:
        operation: the operation id.
        wiring: `direct`, `http`, or `serve` for the serving side.
        outcome: its class.
        failure: name of the exception that ended the call; "" if it succeeded.
        reason: why this wiring, as a short word.
        user_of: the user id of a caller, asked off the caller's path.
        refusal: why the caller was not let in (`switchover.errors.Refused.reason`); "" if it was.
        is_replayed: whether the answer was the stored one of an earlier request with the same idempotency key.
    """

    operation: str
    wiring: str
    outcome: Outcome = Outcome.OK
    failure: str = ""
    reason: str = "wired"
    user_of: Callable[[Any], str | None] = nobody
    refusal: str = ""
    is_replayed: bool = False


class Placing(Protocol):
    """Works out positions: a `Lane`."""

    def position(self, number: int, outside: TraceContext | None) -> TraceContext: ...


Unsampled = tuple[Any, int, Placing]
"""A call that no tracing system has a span of, nor of the calls made inside: what is outside of it, its number, and what works out its
position. A plain tuple, because every in-process call makes one.
"""

Position = TraceContext | Unsampled | Callable[[], TraceContext]
"""A position in a trace, or what works it out."""

RawEvent = tuple[int, Kind, float, float, Position | None, Any]
"""Number, kind, start, end, position in the trace, caller: an event as a call leaves it, made of what is there already."""


class CallEvent(NamedTuple):
    """What happened in one call.

    Attributes:
        number: counts the calls of one wiring, in the order in which they ended.
        operation, wiring, outcome, failure, reason, refusal, is_replayed: see `Kind`.
        at: when it began, in seconds since the epoch.
        duration: in seconds.
        position: its own position in the trace; None if it has none.
        user: the user id that it was made for, or None. Not for logs: see `switchover.telemetry.logs`.
    """

    number: int
    operation: str
    wiring: str
    outcome: Outcome
    failure: str
    reason: str
    at: float
    duration: float
    position: TraceContext | None
    user: str | None
    refusal: str = ""
    is_replayed: bool = False


Subscriber = Callable[[Sequence[CallEvent]], None]
"""Gets every batch of events, in the order in which they ended, on a thread of the recorder's."""


def located(place: Any) -> TraceContext | None:
    """The position of what is beside a call: of an `Unsampled` it is worked out, everything else tells its `trace`."""
    if type(place) is tuple:
        outside, number, lane = place
        position: TraceContext = lane.position(number, located(outside))
        return position
    trace: TraceContext | None = place.trace
    return trace


def told(raw: RawEvent, epoch: float) -> CallEvent:
    """The event that a raw one stands for; `epoch` is when the clock of its times was zero, in seconds since the epoch."""
    number, kind, started, ended, position, caller = raw
    operation, wiring, outcome, failure, reason, user_of, refusal, is_replayed = kind
    if type(position) is tuple:
        position = located(position)
    here: Any = position() if callable(position) else position
    try:
        user = user_of(caller) if caller is not None else None
    except Exception:  # the caller's type is the team's code, and may raise anything
        user = None
    begun, duration = epoch + started, ended - started
    return _new(
        CallEvent,
        (number, operation, wiring, outcome, failure, reason, begun, duration, here, user, refusal, is_replayed),
    )
