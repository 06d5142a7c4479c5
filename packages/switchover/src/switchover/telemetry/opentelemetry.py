"""Spans through the OpenTelemetry API (`switchover[opentelemetry]`): sampled calls for a team's own SDK and exporters."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from switchover.extras import extra
from switchover.telemetry.events import Kind, Outcome
from switchover.telemetry.trace import TraceContext
from switchover.telemetry.tracing import LiveSpan, TracedCall, choices

with extra("opentelemetry"):
    from opentelemetry import context as otel_context
    from opentelemetry import trace as otel
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags, TraceState

_log = logging.getLogger("switchover.telemetry")

_KINDS: Final = {"direct": SpanKind.INTERNAL, "http": SpanKind.CLIENT, "serve": SpanKind.SERVER}


class OpenTelemetryTracing:
    """A live OpenTelemetry span for each sampled call, for whichever SDK is set, now or later. With none, there are no spans.

    A call inside a trace is sampled if its parent is: the span that is current in OpenTelemetry, the call around it, or the request
    that it answers. Of the calls that begin a trace, a share is, before the SDK is asked, because asking costs as much as a span. The
    SDK's own sampler judges what is left, so leave it at `parentbased_always_on`.

    Attributes:
        chosen: see `Tracing`.
    """

    def __init__(self, tracer_provider: otel.TracerProvider | None = None, *, share: float = 0.01) -> None:
        """
        Args:
            tracer_provider: of the SDK; the global one unless given, also if that is set later.
            share: of the calls that begin a trace, 0 to 1, how many are sampled.

        Raises:
            ValueError: the share is none of 0 to 1.
        """
        self.chosen = choices(share)
        self._is_global = tracer_provider is None
        self._tracer = otel.get_tracer("switchover", tracer_provider=tracer_provider)
        self.active = _asking()

    def around(self) -> TraceContext | None:
        """See `Tracing.around`."""
        found = otel.get_current_span().get_span_context()
        return _position(found) if found.is_valid else None

    def open(self, call: TracedCall, parent: TraceContext | None, *, scheme: str, is_remote: bool) -> LiveSpan | None:
        """See `Tracing.open`. An SDK that raises is logged, and the call goes on without a span."""
        try:
            if self._is_global and isinstance(otel.get_tracer_provider(), otel.ProxyTracerProvider):
                return None  # no SDK is set
            here = _below(parent, is_remote=is_remote)
            span = self._tracer.start_span(
                call.operation,
                here,
                _KINDS[call.wiring],
                _attributes(call, scheme),
                record_exception=False,
                set_status_on_exception=False,
            )
            found = span.get_span_context()
            if not found.is_valid or (parent is not None and found.span_id == parent.span):
                return None  # what is set makes no spans
            return _Attached(span, _position(found), here)
        except Exception:  # an SDK, its samplers and its processors are other people's code
            _log.exception("no span could be started for %s", call.operation)
            return None

    def quiet(self, position: TraceContext) -> LiveSpan:
        """See `Tracing.quiet`."""
        return _Quiet(_Standing(position), position, otel_context.get_current())


def _asking() -> Callable[[], object]:
    """What gives OpenTelemetry's current context. Every call asks, so where it is in a context variable, that is asked itself: three
    functions around it cost as much as a call of the backend's.
    """
    kept = getattr(getattr(otel_context, "_RUNTIME_CONTEXT", None), "_current_context", None)
    return kept.get if isinstance(kept, ContextVar) else otel_context.get_current


class _Standing(NonRecordingSpan):
    """A position as a span. It is put together when somebody asks, because most calls have nobody who does."""

    def __init__(self, position: TraceContext) -> None:
        self._position = position

    @property
    def _context(self) -> SpanContext:  # type: ignore[override]  # what the base keeps, worked out
        return _span_context(self._position, is_remote=False)


class _State(TraceState):
    """What tracing systems remember, read already.

    The API's own reader knows the keys of level 1 alone: where one is newer it loses them all, and logs what a caller sent.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        for member in text.split(","):
            key, _, value = member.partition("=")
            self._dict[key] = value


class _Attached:
    """A span that is current in OpenTelemetry until it ends."""

    __slots__ = ("_here", "_span", "_token", "position")

    def __init__(self, span: Span, position: TraceContext, outside: Context) -> None:
        self.position = position
        self._span = span
        self._here = otel.set_span_in_context(span, outside)
        self._token: Any = otel_context.attach(self._here)

    def end(self, kind: Kind, status: int | None = None) -> None:
        """See `LiveSpan.end`."""
        self._leave(kind)
        try:
            _tell(self._span, kind, status)
            self._span.end()
        except Exception:  # as above
            _log.exception("the span of %s could not be ended", kind.operation)

    def _leave(self, kind: Kind) -> None:
        # A coroutine that nobody finishes may be closed from anywhere; what is current there is not this.
        if kind.outcome is not Outcome.CANCELLED or otel_context.get_current() is self._here:
            otel_context.detach(self._token)


class _Quiet(_Attached):
    """A position that is current, with nothing to record."""

    __slots__ = ()

    def end(self, kind: Kind, status: int | None = None) -> None:
        """See `LiveSpan.end`."""
        self._leave(kind)


def _tell(span: Span, kind: Kind, status: int | None) -> None:
    """How the call ended: of an exception its class alone, because its message may say anything about anyone."""
    known: dict[str, str | int] = {"switchover.reason": kind.reason, "switchover.outcome": kind.outcome.value}
    if status is not None:
        known["http.response.status_code"] = status
    if kind.failure:
        known["error.type"] = kind.failure
    if kind.is_replayed:
        known["switchover.replayed"] = True
    span.set_attributes(known)
    if kind.outcome is Outcome.FAILED:
        span.add_event("exception", {"exception.type": kind.failure})
        span.set_status(StatusCode.ERROR)


def _attributes(call: TracedCall, scheme: str) -> dict[str, str]:
    found = {"switchover.operation": call.operation, "switchover.wiring": call.wiring}
    if call.method:
        found |= {"http.request.method": call.method, "http.route": call.route}
    if scheme:
        found["url.scheme"] = scheme
    return found


def _below(parent: TraceContext | None, *, is_remote: bool) -> Context:
    """The context that is current, with the parent as its span."""
    outside = otel_context.get_current()
    if parent is None:
        return outside
    current = otel.get_current_span(outside).get_span_context()
    if (current.trace_id, current.span_id) == (parent.trace, parent.span):
        return outside
    return otel.set_span_in_context(NonRecordingSpan(_span_context(parent, is_remote=is_remote)), outside)


def _span_context(position: TraceContext, *, is_remote: bool) -> SpanContext:
    state = _State(position.state) if position.state else None
    return SpanContext(position.trace, position.span, is_remote, TraceFlags(position.flags), state)


def _position(found: SpanContext) -> TraceContext:
    state = found.trace_state
    return TraceContext(found.trace_id, found.span_id, int(found.trace_flags), state.to_header() if state else "")
