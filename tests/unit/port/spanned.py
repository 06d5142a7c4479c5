"""Desks whose calls have spans, and what is seen from inside them."""

from __future__ import annotations

from typing import Any

from opentelemetry import trace as otel
from opentelemetry.sdk.trace import ReadableSpan

from support.spans import Observed
from switchover import AsgiTransport, Recorder, current
from switchover.telemetry import CallEvent, TraceContext
from unit.port.desk import (
    BlockingDesk,
    Caller,
    Desk,
    DeskError,
    InMemoryDesk,
    contract,
)

SAMPLED, DROPPED = TraceContext(7, 8, 3), TraceContext(7, 8, 2)


class Seeing(InMemoryDesk):
    """A desk that looks at where it is called, and may call another one."""

    def __init__(self, inner: Any = None, observed: Observed | None = None) -> None:
        super().__init__()
        self.inner = inner
        self.observed = observed
        self.beside: list[Any] = []
        self.around: list[otel.SpanContext] = []

    async def get_health(self) -> Any:
        self._look()
        if self.inner is not None and self.observed is not None:
            with self.observed.provider.get_tracer("team").start_as_current_span("work"):
                await self.inner.get_health()
        elif self.inner is not None:
            await self.inner.get_health()
        return self.desk.get_health()

    async def put_text(self, caller: Caller, note_id: Any, text: str) -> None:
        self._look()
        if self.inner is not None:
            await self.inner.get_health()

    def _look(self) -> None:
        self.beside.append(current())
        self.around.append(otel.get_current_span().get_span_context())


def port(observed: Observed | Recorder) -> Any:
    recorder = observed if isinstance(observed, Recorder) else observed.recorder
    return contract().bind(Desk, caller=Caller, errors=DeskError, recorder=recorder)


def blocking(observed: Observed) -> Any:
    return contract().bind(BlockingDesk, caller=Caller, errors=DeskError, recorder=observed.recorder)


def over_http(observed: Observed, backend: Any, **serving: Any) -> Any:
    return port(observed).http(transport=AsgiTransport(port(observed).serve(backend, trust="open")), trust="open")


def parents(spans: list[ReadableSpan]) -> list[tuple[int, int] | None]:
    return [None if span.parent is None else (span.parent.trace_id, span.parent.span_id) for span in spans]


def at(position: TraceContext) -> tuple[int, int]:
    return position.trace, position.span


def positions(events: list[CallEvent]) -> list[tuple[int, int]]:
    return [at(event.position) for event in events if event.position is not None]
