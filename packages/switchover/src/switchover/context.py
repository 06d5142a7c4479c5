"""What travels beside a call, in a context variable: trace position, idempotency key.

A backend reads it with `current()`; a caller sets it with `calling(...)`. The wirings carry it: in-process it is simply
there, over HTTP it is `traceparent` (W3C Trace Context) and `Idempotency-Key`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from switchover.telemetry import Lane, TraceContext


class CallContext(NamedTuple):
    """What travels beside a call.

    Attributes:
        trace: position in the trace, or None outside of one.
        idempotency_key: 1 to 128 visible ASCII characters that name the request, or None.
    """

    trace: TraceContext | None = None
    idempotency_key: str | None = None


class Inside(tuple[Any, int, Lane]):
    """What travels beside a call that is made in this process: as outside, but at a position of its own in the trace.

    The position is worked out when somebody asks for it, and is the same whenever somebody does: it is a function of the position
    outside and of the call's number. Making one has to cost next to nothing, because every in-process call does.
    """

    __slots__ = ()

    @property
    def trace(self) -> TraceContext:
        """The call's own position."""
        outside, number, lane = self
        return lane.position(number, outside.trace)

    @property
    def idempotency_key(self) -> str | None:
        """As outside."""
        key: str | None = self[0].idempotency_key
        return key

    def __call__(self) -> TraceContext:
        """The call's own position: what an event is told by."""
        return self.trace


Beside = CallContext | Inside

EMPTY = CallContext()
_current: ContextVar[Beside] = ContextVar("switchover_call", default=EMPTY)

current = _current.get
enter = _current.set
leave = _current.reset


@contextmanager
def calling(*, trace: TraceContext | None = None, idempotency_key: str | None = None) -> Iterator[CallContext]:
    """Set what travels beside the calls made inside; what is not given stays as it is outside.

    Raises:
        ValueError: the key is not 1 to 128 visible ASCII characters.
    """
    if idempotency_key is not None and not is_idempotency_key(idempotency_key):
        raise ValueError("an idempotency key is 1 to 128 visible ASCII characters")
    outside = current()
    inside = CallContext(
        trace if trace is not None else outside.trace,
        idempotency_key if idempotency_key is not None else outside.idempotency_key,
    )
    token = enter(inside)
    try:
        yield inside
    finally:
        leave(token)


def is_idempotency_key(text: str) -> bool:
    """Is this 1 to 128 visible ASCII characters?"""
    return 0 < len(text) <= 128 and text.isascii() and text.isprintable() and " " not in text
