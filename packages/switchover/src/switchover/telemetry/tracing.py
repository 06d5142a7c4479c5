"""What a port asks of a tracing system: a live span for each sampled call, and quiet for the others."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from itertools import cycle
from math import ceil
from random import Random
from typing import Final, NamedTuple, Protocol

from switchover.telemetry.events import Kind
from switchover.telemetry.trace import TraceContext

_PERIOD: Final = 10_007
_LONGEST: Final = 1_000_003


class TracedCall(NamedTuple):
    """What the spans of one operation under one wiring have in common, made once.

    Attributes:
        operation: the operation id, and the name of the span.
        wiring: `direct`, `http`, or `serve`.
        method, route: HTTP method and path template of the operation; "" where the call is no request.
    """

    operation: str
    wiring: str
    method: str = ""
    route: str = ""


class LiveSpan(Protocol):
    """A span that is open, and current for whatever else is traced below it.

    Attributes:
        position: its own position in the trace, which is what the call propagates.
    """

    @property
    def position(self) -> TraceContext: ...

    def end(self, kind: Kind, status: int | None = None) -> None:
        """Close it. `status` is that of the HTTP answer, if there was one. Raises nothing."""
        ...


class Tracing(Protocol):
    """A tracing system.

    Attributes:
        chosen: says 1 or 0 of each call that begins a trace: is it sampled? Taken with `next`, from any thread.
    """

    chosen: Iterator[int]

    def active(self) -> object:
        """Something true if anything at all is traced around here; has to be cheap."""
        ...

    def around(self) -> TraceContext | None:
        """The position of the span that is current here, whoever opened it."""
        ...

    def open(self, call: TracedCall, parent: TraceContext | None, *, scheme: str, is_remote: bool) -> LiveSpan | None:
        """A span below `parent` (in another process, if `is_remote`), or the first of a trace. None if the tracing system makes none."""
        ...

    def quiet(self, position: TraceContext) -> LiveSpan:
        """Stand at a position without a span of one's own, so that what is traced below belongs to it and heeds its flags."""
        ...


def choices(share: float) -> Iterator[int]:
    """Endlessly 1 or 0, a share of them 1: a random order that repeats itself after a prime number of draws, at least 10,007.

    An iterator of the interpreter's own: nothing that a thread could interrupt, and the cost of a draw is next to nothing.

    Raises:
        ValueError: the share is none of 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share is 0 to 1, not {share!r}")
    if share in (0, 1):
        return cycle((int(share),))
    length = _PERIOD if share * _PERIOD >= 1 else _LONGEST
    ones = ceil(share * length - 0.5) or 1
    drawn = bytearray(length)
    for place in Random(secrets.randbits(64)).sample(range(length), ones):  # noqa: S311 - decides who is looked at, no secret
        drawn[place] = 1
    return cycle(bytes(drawn))
