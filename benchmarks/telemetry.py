"""(6) What watching costs: the whole telemetry of a `direct` call, and of an observed service. CPU time per call.

Of a call, that of the calling thread: events are handed on by another. Of a service, that of the process, the handing on included.
Whatever watches is subscribed in `_recorder`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import cycle
from typing import Any
from uuid import uuid4

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from benchmarks.apps import by_fastapi
from benchmarks.apps.by_switchover import TwoOperations, bound
from benchmarks.apps.model import AIKO, BACKEND
from benchmarks.in_process import GET, measure
from benchmarks.measure import Measure, Row, compare
from switchover import OpenTelemetryTracing, Recorder
from switchover.telemetry import CallEvent

_CALLS = 50_000


class _Discarding(SpanExporter):
    """The end of the line: what a batch costs, without a network."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return SpanExportResult.SUCCESS


def _watch(events: Sequence[CallEvent]) -> None:
    """Whoever watches, off the caller's path."""


def _recorder(share: float | None = None, *, has_sdk: bool = True) -> Recorder:
    """A recorder that is watched; with tracing of a share of the traces, if one is given."""
    if share is None:
        recorder = Recorder(spans=True)
    elif has_sdk:
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(_Discarding()))
        recorder = Recorder(tracing=OpenTelemetryTracing(provider, share=share))
    else:
        recorder = Recorder(tracing=OpenTelemetryTracing(share=share))
    recorder.subscribe(_watch)
    return recorder


async def run(rounds: int) -> list[Row]:
    """Measure the calls, then the service."""
    return [*await _direct(rounds), *await _service(rounds)]


async def _direct(rounds: int) -> list[Row]:
    trip_id = uuid4()

    def measured(live_trip: TwoOperations) -> Measure:
        async def loop() -> float:
            started = time.thread_time_ns()
            for _ in range(_CALLS):
                await live_trip.get_trip(AIKO, trip_id)
            return (time.thread_time_ns() - started) / _CALLS

        return loop

    recorders = {
        "event, own position": _recorder(),
        "event, own position, tracing without an SDK": _recorder(0.01, has_sdk=False),
        "event, own position, SDK and batches, 1 % sampled": _recorder(0.01),
        "event, own position, SDK and batches, 100 % sampled": _recorder(1),
    }
    measures = {name: measured(bound(recorder).direct(BACKEND)) for name, recorder in recorders.items()}
    bars = {name: "<= 8" for name in list(recorders)[:3]}
    group = "telemetry of direct, watched (ns of the caller's CPU per call)"
    return await compare(
        group, {"bare await of the method": measured(BACKEND), **measures}, unit="ns", rounds=rounds, bars=bars
    )


async def _service(rounds: int) -> list[Row]:
    paths = cycle([f"/api/trips/{uuid4()}" for _ in range(5000)])
    apps: dict[str, Any] = {
        "Switchover, unobserved": bound().serve(BACKEND, trust="open"),
        "Switchover, 1 % sampled": bound(_recorder(0.01)).serve(BACKEND, trust="open"),
        "Switchover, 100 % sampled": bound(_recorder(1)).serve(BACKEND, trust="open"),
        "FastAPI, unobserved": by_fastapi.app,
    }
    measures = {name: measure(app, "GET", paths, GET) for name, app in apps.items()}
    bars = {"Switchover, 1 % sampled": "<= 1.30, and <= FastAPI"}
    return await compare("GET in process (us of CPU per call)", measures, unit="us", rounds=rounds, bars=bars)
