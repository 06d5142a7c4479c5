"""Which calls of an operation have a live span, and where in the trace it stands."""

from __future__ import annotations

from switchover import context
from switchover.context import Beside, below
from switchover.port.plan import Plan
from switchover.telemetry import LiveSpan, TraceContext, TracedCall, Tracing
from switchover.telemetry import start as start_trace


class Spans:
    """The spans of one operation under one wiring.

    The parent of a call is the position that it is made at, or, where that is in the same trace, the span that is current in the
    tracing system: then what the team traces itself stands between a call and the calls it leads to. A call without a position
    belongs to the current span's trace, if there is one.
    """

    __slots__ = ("_call", "_tracing")

    def __init__(self, tracing: Tracing, plan: Plan, wiring: str, base_path: str = "") -> None:
        self._tracing = tracing
        operation = plan.operation
        is_request = wiring != "direct"
        self._call = TracedCall(
            operation.id,
            wiring,
            operation.method if is_request else "",
            base_path + operation.path if is_request else "",
        )

    def in_process(self, outside: Beside) -> tuple[Beside, LiveSpan | None]:
        """What is beside a call that may be sampled, with the parent as its position; and its span, if it is.

        With nothing outside, the call has been chosen already.
        """
        parent = self._parent(outside.trace)
        is_chosen = parent is None and outside is context.EMPTY
        span = self._open(parent, "", is_remote=False) if is_chosen or self._samples(parent) else None
        if parent is not outside.trace:
            outside = below(outside, parent)
        return outside, span

    def request(self) -> LiveSpan:
        """For a request that is made."""
        return self._opened(self._parent(context.current().trace), "", is_remote=False)

    def answer(self, named: TraceContext | None, scheme: str) -> LiveSpan:
        """For a request that is answered, which names this position."""
        parent = self._parent(named)
        return self._opened(parent, scheme, is_remote=parent is named)

    def _opened(self, parent: TraceContext | None, scheme: str, *, is_remote: bool) -> LiveSpan:
        span = self._open(parent, scheme, is_remote=is_remote) if self._samples(parent) else None
        if span is not None:
            return span
        return self._tracing.quiet(parent.child() if parent is not None else start_trace())

    def _open(self, parent: TraceContext | None, scheme: str, *, is_remote: bool) -> LiveSpan | None:
        return self._tracing.open(self._call, parent, scheme=scheme, is_remote=is_remote)

    def _samples(self, parent: TraceContext | None) -> bool:
        return bool(next(self._tracing.chosen)) if parent is None else parent.is_sampled

    def _parent(self, known: TraceContext | None) -> TraceContext | None:
        current = self._tracing.around() if self._tracing.active() else None
        return current if current is not None and (known is None or known.trace == current.trace) else known
