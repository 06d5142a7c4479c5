"""(6) Counting a finished call for Prometheus, off the caller's path; and what a scrape and a worker's file cost. CPU time."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Awaitable, Callable
from itertools import product
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.openmetrics.exposition import generate_latest

from benchmarks.measure import Row, compare
from switchover import Metrics, Objectives, Recorder
from switchover.telemetry import CallEvent, Outcome, TraceContext
from switchover.telemetry.metrics.rendering import OPENMETRICS
from switchover.telemetry.metrics.tally import Tally
from switchover.telemetry.objectives import buckets

_BOUNDS: Final = buckets(Objectives())
_OPERATIONS: Final = [f"operation{number}" for number in range(10)]
_WIRINGS: Final = ("direct", "http", "serve")
_EVENTS: Final = [
    CallEvent(
        number, operation, wiring, Outcome.OK, "", "wired", 1.8e9 + number, number / 1000, TraceContext(number, 1), None
    )
    for number, (operation, wiring) in enumerate(list(product(_OPERATIONS, _WIRINGS)) * 20, 1)
]
_TIMES: Final = 20


async def run(rounds: int) -> list[Row]:
    """Measure."""
    mine = Tally(_BOUNDS, _OPERATIONS)
    counting = {
        "prometheus-client: .labels().observe()": _each(_observing(has_counter=False)),
        "prometheus-client: .labels().observe() with its trace, .labels().inc()": _each(_observing(has_counter=True)),
        "Metrics: buckets, sum, outcome and trace": _each(lambda: mine.add(_EVENTS)),
    }
    rows = await compare("counting a call (ns of CPU)", counting, unit="ns", rounds=rounds)
    return rows + await _scrapes(rounds)


async def _scrapes(rounds: int) -> list[Row]:
    """Ten operations under three wirings: 780 lines of buckets."""
    registry = CollectorRegistry()
    _observing(has_counter=True, registry=registry)()
    with tempfile.TemporaryDirectory() as folder:
        made = [_metrics(None), *(_metrics(Path(folder) / "workers") for _ in range(4))]
        alone, *workers = made
        for worker in workers:
            worker.write()
        measures = {
            "prometheus-client, one process": _once(lambda: generate_latest(registry)),  # type: ignore[no-untyped-call]
            "Metrics, one process": _once(lambda: alone.exposition(OPENMETRICS)),
            "Metrics, four workers": _once(lambda: workers[0].exposition(OPENMETRICS)),
            "a worker writes its file, once a second": _once(workers[0].write),
        }
        rows = await compare("a scrape (us of CPU)", measures, unit="us", rounds=rounds)
        for metrics in made:
            metrics.close()
    return rows


def _metrics(directory: Path | None) -> Metrics:
    recorder = Recorder()
    for wiring in _WIRINGS:
        recorder.lane(wiring)
    metrics = Metrics(recorder, _OPERATIONS, _BOUNDS, directory=directory)
    metrics._count(_EVENTS)  # noqa: SLF001 - as the recorder would
    return metrics


def _observing(*, has_counter: bool, registry: CollectorRegistry | None = None) -> Callable[[], None]:
    made: dict[str, Any] = {"registry": registry or CollectorRegistry()}
    duration = Histogram("duration_seconds", "Seconds.", ("operation", "wiring"), buckets=_BOUNDS, **made)
    calls = Counter("calls", "Calls.", ("operation", "wiring", "outcome"), **made)

    def plainly() -> None:
        for event in _EVENTS:
            duration.labels(event.operation, event.wiring).observe(event.duration)

    def fully() -> None:
        for event in _EVENTS:
            assert event.position is not None
            trace = {"trace_id": event.position.trace_id}
            duration.labels(event.operation, event.wiring).observe(event.duration, trace)
            calls.labels(event.operation, event.wiring, event.outcome.value).inc()

    return fully if has_counter else plainly


def _each(work: Callable[[], object]) -> Callable[[], Awaitable[float]]:
    async def measured() -> float:
        started = time.process_time_ns()
        for _ in range(_TIMES):
            work()
        return (time.process_time_ns() - started) / _TIMES / len(_EVENTS)

    return measured


def _once(work: Callable[[], object]) -> Callable[[], Awaitable[float]]:
    async def measured() -> float:
        started = time.process_time_ns()
        for _ in range(_TIMES):
            work()
        return (time.process_time_ns() - started) / _TIMES / 1000

    return measured
