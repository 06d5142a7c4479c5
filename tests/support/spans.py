"""What OpenTelemetry's SDK would export, kept in memory; and SDKs that fail."""

from __future__ import annotations

from typing import Any

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import Sampler

from switchover import OpenTelemetryTracing, Recorder
from switchover.telemetry import CallEvent


class Observed:
    """A recorder with tracing, and everything that it tells.

    Attributes:
        provider: the SDK that the team has.
    """

    def __init__(self, share: float = 1, sampler: Sampler | None = None) -> None:
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider(sampler)
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.recorder = Recorder(tracing=OpenTelemetryTracing(self.provider, share=share))
        self._events: list[CallEvent] = []
        self.recorder._subscribers.append(self._events.extend)  # without its thread: flushed when asked

    @property
    def spans(self) -> list[ReadableSpan]:
        """Those that ended, in the order in which they did."""
        return list(self._exporter.get_finished_spans())

    @property
    def events(self) -> list[CallEvent]:
        """Those of all calls that ended."""
        self.recorder.flush()
        return self._events


def ids(span: ReadableSpan) -> tuple[int, int]:
    """Trace and span."""
    found = span.get_span_context()
    assert found is not None
    return found.trace_id, found.span_id


class Failing(SpanProcessor):
    """Raises when a span starts, or when one ends."""

    def __init__(self, when: str) -> None:
        self._when = when

    def on_start(self, span: Any, parent_context: Any = None) -> None:
        if self._when == "start":
            raise RuntimeError("the team's processor")

    def on_end(self, span: ReadableSpan) -> None:
        if self._when == "end":
            raise RuntimeError("the team's processor")
