"""What travels beside a call, in a context variable: trace position, idempotency key, deadline, and what routing goes by.

A backend reads it with `current()`; a caller sets it with `calling(...)`. The wirings carry it: in-process it is simply
there, over HTTP it is `traceparent` and `tracestate` (W3C Trace Context), `Idempotency-Key` and `X-Switchover-Timeout`. Session and
side are for routing in this process, and go no further.

An idempotency key names one write. What a caller sets is sent as it is, so that a call which failed can be repeated under it. A backend
that writes elsewhere in its turn does so under keys derived from the one it was called with: other writes, and the same ones when it is
called again.

The other way, a backend says with `respond(...)` what its answer has besides the result: response headers that the contract
declares, and that the answer is a replay. A caller sees both inside `with receiving() as received:`, in-process as over HTTP.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any, Literal, NamedTuple

from switchover.response_info import ResponseInfo
from switchover.telemetry import Lane, TraceContext, Unsampled, is_state, located

Side = Literal["direct", "http"]
"""Where a call can go."""


class CallContext(NamedTuple):
    """What travels beside a call.

    Attributes:
        trace: position in the trace, or None outside of one.
        idempotency_key: 1 to 128 visible ASCII characters that name the request, or None.
        writes: inside a call that is being carried out: how many writes of each operation it has made itself. None where the key is
            for the calls that are made.
        session: what names an anonymous caller, so that a rollout keeps it on one side; or None.
        side: where the caller asked to go; honoured for those whom the plan of a rollout allows it.
        deadline: when nobody waits any more (`time.monotonic`), or None.
        answer: what the answer of the call that is carried out here has besides its result; None outside of one.
        receiver: what takes this of the calls that are made here, or None.
    """

    trace: TraceContext | None = None
    idempotency_key: str | None = None
    writes: dict[str, int] | None = None
    session: str | None = None
    side: Side | None = None
    deadline: float | None = None
    answer: ResponseInfo | None = None
    receiver: ResponseInfo | None = None


def key_for(outside: Beside, operation: str, position: TraceContext) -> str:
    """The idempotency key of a write that is made at a position in the trace: the caller's, or one made here."""
    key, writes = outside.idempotency_key, outside.writes
    if key is None:
        return f"{position.trace_id}-{position.span_id}"
    if writes is None:
        return key
    number = writes[operation] = writes.get(operation, 0) + 1
    return hashlib.sha256(f"{key}\n{operation}\n{number}".encode()).hexdigest()


def carrying_out(
    outside: Beside, operation: str, position: TraceContext, declared: Collection[str] = ()
) -> CallContext:
    """What travels beside a write that is carried out in this process."""
    key = key_for(outside, operation, position)
    return CallContext(
        position, key, {}, outside.session, outside.side, outside.deadline, _answer(outside, declared), None
    )


def reading(outside: Beside, position: TraceContext, declared: Collection[str] = ()) -> CallContext:
    """What travels beside a read that is carried out in this process: it has no key, whatever is outside."""
    answer = _answer(outside, declared)
    return CallContext(position, None, None, outside.session, outside.side, outside.deadline, answer, None)


def _answer(outside: Beside, declared: Collection[str]) -> ResponseInfo:
    """What the backend writes to; the caller's receiver gets it at the end."""
    receiver = outside.receiver
    if receiver is not None:
        receiver.begin(declared)
    return ResponseInfo(declared, receiver)


def below(outside: Beside, trace: TraceContext | None) -> CallContext:
    """What is beside a call, with another position in the trace."""
    _, key, writes, session, side, deadline, answer, receiver = _seen(outside)
    return CallContext(trace, key, writes, session, side, deadline, answer, receiver)


def until(outside: Beside, deadline: float) -> CallContext:
    """What travels beside a call that has to be answered earlier than the one outside."""
    trace, key, writes, session, side, _, answer, receiver = _seen(outside)
    return CallContext(trace, key, writes, session, side, deadline, answer, receiver)


def _seen(beside: Beside) -> CallContext:
    """The same as a CallContext; the position in the trace is worked out."""
    if isinstance(beside, CallContext):
        return beside
    return CallContext(beside.trace, None, None, beside.session, beside.side, beside.deadline)


class Inside(tuple[Any, int, Lane]):
    """What travels beside a call that is made in this process and changes nothing: a position of its own in the trace.

    The position is worked out when somebody asks for it, and is the same whenever somebody does: it is a function of the position
    outside and of the call's number. Making one has to cost next to nothing, because every in-process call does.
    """

    __slots__ = ()

    @property
    def trace(self) -> TraceContext:
        """The call's own position."""
        outside, number, lane = self
        return lane.position(number, located(outside))

    @property
    def idempotency_key(self) -> None:
        """None: a read has none."""

    @property
    def writes(self) -> None:
        """None: a read makes none."""

    @property
    def session(self) -> str | None:
        """As outside."""
        return shown(self[0]).session

    @property
    def side(self) -> Side | None:
        """As outside."""
        return shown(self[0]).side

    @property
    def deadline(self) -> float | None:
        """As outside."""
        return shown(self[0]).deadline

    @property
    def answer(self) -> None:
        """None: it has nothing but its result."""

    @property
    def receiver(self) -> None:
        """None: what is outside takes nothing of the calls made inside."""

    def __call__(self) -> TraceContext:
        """The call's own position: what an event is told by."""
        return self.trace


Beside = CallContext | Inside

EMPTY = CallContext()
_current: ContextVar[Beside | Unsampled] = ContextVar("switchover_call", default=EMPTY)

stored = _current.get
enter = _current.set
leave = _current.reset


def current() -> Beside:
    """What travels beside the call that is made or carried out here."""
    return shown(stored())


def shown(found: Beside | Unsampled) -> Beside:
    """What travels beside a call, whichever way it is kept."""
    return Inside(found) if type(found) is tuple else found  # type: ignore[return-value]  # what is no tuple is the one of them


@contextmanager
def calling(
    *,
    trace: TraceContext | None = None,
    idempotency_key: str | None = None,
    session: str | None = None,
    backend: Side | None = None,
    budget: float | None = None,
) -> Iterator[CallContext]:
    """Set what travels beside the calls made inside; what is not given stays as it is outside.

    Args:
        trace: position in the trace.
        idempotency_key: 1 to 128 visible ASCII characters that name one write.
        session: what names an anonymous caller.
        backend: `"direct"` or `"http"`: where the caller asks to go.
        budget: seconds from now that all calls inside have together. One that is set outside still counts.

    Raises:
        ValueError: the key is not 1 to 128 visible ASCII characters, the session is empty, there is no such side, the budget is
            not more than 0 seconds, or the state of the trace is no `tracestate`.
    """
    _check(idempotency_key, session, backend, budget)
    if trace is not None and trace.state and not is_state(trace.state):
        raise ValueError("the state of a trace is a tracestate, as switchover.telemetry.read_state gives it")
    outside = current()
    ends = [
        seconds
        for seconds in (outside.deadline, None if budget is None else monotonic() + budget)
        if seconds is not None
    ]
    inside = CallContext(
        trace if trace is not None else outside.trace,
        idempotency_key if idempotency_key is not None else outside.idempotency_key,
        None if idempotency_key is not None else outside.writes,
        session if session is not None else outside.session,
        backend if backend is not None else outside.side,
        min(ends, default=None),
        outside.answer,
        outside.receiver,
    )
    token = enter(inside)
    try:
        yield inside
    finally:
        leave(token)


@contextmanager
def receiving() -> Iterator[ResponseInfo]:
    """Receive what answers have besides their results: declared response headers, and whether the answer is a replay.

    It shows the last call made inside that can have any: a write, or a read whose contract declares response headers. It means
    the same in-process and over HTTP.
    """
    received = ResponseInfo()
    token = enter(_seen(current())._replace(receiver=received))
    try:
        yield received
    finally:
        leave(token)


def respond(*, status: int | None = None, headers: Mapping[str, str] | None = None, replayed: bool = False) -> None:
    """Say what the answer of the call that is carried out here has besides its result. Without a port around it, it does nothing.

    Args:
        status: of a success, where the contract documents several for the result: 201 for what a PUT created, say. One that it
            does not document, or documents for another result, is an InternalError.
        headers: response headers. Each goes out with those responses, successes or failures, that declare it in the contract.
        replayed: whether the answer is the stored one of an earlier request with the same idempotency key. Over HTTP it is then
            marked `Idempotency-Replayed: true`.

    Raises:
        ValueError: a header belongs to the connection or to the service itself, is not declared by any response of the operation,
            or its value is not ASCII text without control characters.
    """
    answer = current().answer
    if answer is None:
        return
    if status is not None:
        answer.status = status
    if headers:
        answer.set_headers(headers)
    if replayed:
        answer.is_replayed = True


def _check(key: str | None, session: str | None, backend: str | None, budget: float | None) -> None:
    if key is not None and not is_idempotency_key(key):
        raise ValueError("an idempotency key is 1 to 128 visible ASCII characters")
    if session == "":
        raise ValueError("a session is named by text that is not empty")
    if backend not in (None, "direct", "http"):
        raise ValueError(f'a backend is "direct" or "http", not {backend!r}')
    if budget is not None and not (budget > 0 and math.isfinite(budget)):
        raise ValueError(f"a budget is more than 0 seconds, not {budget!r}")


def is_idempotency_key(text: str) -> bool:
    """Is this 1 to 128 visible ASCII characters?"""
    return 0 < len(text) <= 128 and text.isascii() and text.isprintable() and " " not in text
