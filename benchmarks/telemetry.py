"""(6) What watching costs: the whole telemetry of a `direct` call, and of an observed service. CPU time per call.

Of a call, that of the calling thread; events are handed on after each burst, which a row of its own measures. Of a service, that of
the process, the handing on included. Whatever watches is subscribed in `_recorder`.
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

# What 5,000 calls a second leave between two flushes; with all at once, the garbage collector goes over what nobody would keep.
_BURSTS, _CALLS = 100, 500


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
        provider.add_span_processor(BatchSpanProcessor(_Discarding(), max_queue_size=200_000))
        recorder = Recorder(tracing=OpenTelemetryTracing(provider, share=share))
    else:
        recorder = Recorder(tracing=OpenTelemetryTracing(share=share))
    recorder.subscribe(_watch)
    return recorder


async def run(rounds: int) -> list[Row]:
    """Measure the calls, then the service."""
    return [*await _direct(rounds), *await _service(rounds)]


async def _direct(rounds: int) -> list[Row]:
    recorders = {
        "event, own position": _recorder(),
        "event, own position, tracing without an SDK": _recorder(0.01, has_sdk=False),
        "event, own position, SDK and batches, not sampled": _recorder(0),
        "event, own position, SDK and batches, 1 % sampled": _recorder(0.01),
        "event, own position, SDK and batches, 100 % sampled": _recorder(1),
    }
    bars = {name: "<= 8" for name in list(recorders)[:3]}  # a sampled call costs what the SDK costs
    measures = {name: _calling(recorder) for name, recorder in recorders.items()}
    measures = {"bare await of the method": _calling(None), **measures}
    measures["handing an event on, off the caller's path"] = _calling(_recorder(), is_off_path=True)
    group = "telemetry of direct (ns of CPU per call)"
    return await compare(group, measures, unit="ns", rounds=rounds, bars=bars)


def _calling(recorder: Recorder | None, *, is_off_path: bool = False) -> Measure:
    """What a call costs its caller, or what becomes of its event afterwards."""
    live_trip: TwoOperations = BACKEND if recorder is None else bound(recorder).direct(BACKEND)
    trip_id = uuid4()

    async def loop() -> float:
        spent = [0, 0]
        for _ in range(_BURSTS):
            started = time.thread_time_ns()
            for _ in range(_CALLS):
                await live_trip.get_trip(AIKO, trip_id)
            called = time.thread_time_ns()
            if recorder is not None:
                recorder.flush()
            spent[0] += called - started
            spent[1] += time.thread_time_ns() - called
        return spent[is_off_path] / _BURSTS / _CALLS

    return loop


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
