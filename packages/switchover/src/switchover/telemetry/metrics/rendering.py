"""Numbers as text: OpenMetrics 1.0, or the older format of Prometheus (0.0.4), which knows no exemplars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from switchover.extras import extra
from switchover.telemetry.metrics import names
from switchover.telemetry.metrics.report import Report
from switchover.telemetry.metrics.totals import Example, Series, Totals

with extra("metrics"):
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.core import (
        CounterMetricFamily,
        Exemplar,
        GaugeMetricFamily,
        HistogramMetricFamily,
        Metric,
    )
    from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
    from prometheus_client.registry import Collector

OPENMETRICS: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"

_MOST_ACCEPT: Final = 2000


@dataclass(frozen=True, slots=True)
class Exposition:
    """What a scrape is answered."""

    content_type: str
    body: bytes


def rendered(report: Report, accept: str = "") -> Exposition:
    """The numbers in the format that a scraper would rather have, by its `Accept`."""
    registry = CollectorRegistry()
    registry.register(_Fixed(report))
    if prefers_openmetrics(accept):
        return Exposition(OPENMETRICS, generate_openmetrics(registry))  # type: ignore[no-untyped-call]
    return Exposition(TEXT, generate_latest(registry))


def prefers_openmetrics(accept: str) -> bool:
    """Is OpenMetrics wanted at least as much as text (RFC 9110, section 12.5.1)? Who does not name it does not get it."""
    weights = {"application/openmetrics-text": 0.0, "text/plain": 0.0}
    for part in accept.split(",") if len(accept) <= _MOST_ACCEPT else ():
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name in weights:
            weights[name] = max(weights[name], _weight(parameters))
    return 0 < weights["application/openmetrics-text"] >= weights["text/plain"]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return weight if 0 <= weight <= 1 else 0.0
    return 1.0


class _Fixed(Collector):
    """The metrics of one report."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def collect(self) -> Iterator[Metric]:
        totals, gauges = self._report.totals, self._report.gauges
        yield _calls(totals)
        yield _durations(totals)
        yield _decisions(totals)
        in_flight = GaugeMetricFamily(
            names.IN_FLIGHT, "Calls that have begun and not finished.", labels=(names.WIRING,)
        )
        for wiring, number in sorted(gauges.in_flight.items()):
            in_flight.add_metric((wiring,), number)
        yield in_flight
        refusals = CounterMetricFamily(names.REFUSALS, "Callers that were not let in.", labels=(names.REASON,))
        for reason, number in sorted(totals.refusals.items()):
            refusals.add_metric((reason,), number)
        yield refusals
        yield CounterMetricFamily(
            names.EVENTS_DROPPED,
            "Calls that no other metric knows of, because the ring of events was full.",
            totals.dropped,
        )
        yield CounterMetricFamily(
            names.LOG_LINES_DROPPED,
            "Lines of the log that were not written, because nothing read it or its stream took no lines.",
            totals.lines_dropped,
        )
        yield CounterMetricFamily(
            names.PROCESS_CPU, "Total user and system CPU time spent in seconds, by all workers.", totals.cpu / 1e9
        )
        if gauges.memory is not None:
            yield GaugeMetricFamily(
                names.PROCESS_MEMORY, "Resident memory size in bytes, of all workers that run.", gauges.memory
            )


def _calls(totals: Totals) -> Metric:
    family = CounterMetricFamily(names.CALLS, "Finished calls.", labels=(names.OPERATION, names.WIRING, names.OUTCOME))
    for operation, wiring, series in _each(totals):
        for outcome, number in series.outcomes.items():
            family.add_metric((operation, wiring, outcome), number)
    return family


def _decisions(totals: Totals) -> Metric:
    labels = (names.OPERATION, names.WIRING, names.REASON)
    family = CounterMetricFamily(names.DECISIONS, "Finished calls by why they went where they did.", labels=labels)
    for operation, wiring, series in _each(totals):
        is_decided = any(of.reasons for of in totals.series[operation].values())
        zeros = dict.fromkeys(names.REASONS.get(wiring, ()) if is_decided else (), 0)
        for reason, number in sorted({**zeros, **series.reasons}.items()):
            family.add_metric((operation, wiring, reason), number)
    return family


def _durations(totals: Totals) -> Metric:
    bounds = [f"{bound / 1e9}" for bound in totals.bounds] + ["+Inf"]
    family = HistogramMetricFamily(names.DURATION, "How long calls took.", labels=(names.OPERATION, names.WIRING))
    for operation, wiring, series in _each(totals):
        buckets: list[Any] = []
        sofar = 0
        for bound, number, example in zip(bounds, series.buckets, series.examples, strict=True):
            sofar += number
            buckets.append((bound, sofar, _exemplar(example)))
        family.add_metric((operation, wiring), buckets, series.nanoseconds / 1e9)
    return family


def _exemplar(example: Example | None) -> Exemplar | None:
    """40 of the 128 characters that the label set of an exemplar may have."""
    if example is None:
        return None
    return Exemplar({"trace_id": example.trace_id}, example.nanoseconds / 1e9, round(example.at, 3))


def _each(totals: Totals) -> Iterator[tuple[str, str, Series]]:
    for operation, wirings in sorted(totals.series.items()):
        for wiring, series in sorted(wirings.items()):
            yield operation, wiring, series
