"""Numbers as text, read back by parsers that are not ours."""

from __future__ import annotations

import subprocess

import pytest

from support.programs import require_program
from switchover.port.kinds import kind_of
from switchover.rollout.decision import DECISIONS
from switchover.telemetry import Outcome, TraceContext
from switchover.telemetry.metrics import names
from switchover.telemetry.metrics.rendering import OPENMETRICS, TEXT, prefers_openmetrics, rendered
from switchover.telemetry.metrics.report import Report
from switchover.telemetry.metrics.totals import Gauges
from unit.port.desk import desk_port
from unit.telemetry.metrics.counted import AT, counted, event, samples, value

PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
)
CALL = {"operation": "getTrip", "wiring": "serve"}


def report() -> Report:
    position = TraceContext(0xABC, 0xDEF)
    calls = [event(duration=0.2, position=position), event(duration=0.05), event(outcome=Outcome.FAILED, duration=3)]
    calls.append(event(outcome=Outcome.REFUSED, refusal="expired"))
    return Report(counted([calls], ("serve", "http")), Gauges({"serve": 2, "http": 0}, 4096))


@pytest.mark.parametrize("accept", ["", PROMETHEUS])
def test_both_formats_say_the_same(accept: str) -> None:
    found = rendered(report(), accept)
    assert value(found, names.CALLS, {**CALL, "outcome": "ok"}) == 2
    assert value(found, names.CALLS, {**CALL, "outcome": "failed"}) == 1
    assert value(found, names.CALLS, {**CALL, "wiring": "http", "outcome": "cancelled"}) == 0
    assert value(found, f"{names.DURATION}_bucket", {**CALL, "le": "0.3"}) == 3
    assert value(found, f"{names.DURATION}_bucket", {**CALL, "le": "+Inf"}) == 4
    assert value(found, f"{names.DURATION}_count", CALL) == 4
    assert value(found, f"{names.DURATION}_sum", CALL) == pytest.approx(3.45)
    assert value(found, names.IN_FLIGHT, {"wiring": "serve"}) == 2
    assert value(found, names.REFUSALS, {"reason": "expired"}) == 1
    assert value(found, names.REFUSALS, {"reason": "missing"}) == 0
    assert value(found, names.EVENTS_DROPPED) == 1
    assert value(found, names.PROCESS_CPU) == pytest.approx(7e-9)
    assert value(found, names.PROCESS_MEMORY) == 4096


def test_openmetrics_shows_a_trace_beside_its_bucket_and_text_does_not() -> None:
    key = f"{names.DURATION}_bucket", frozenset({**CALL, "le": "0.3"}.items())
    exemplar = samples(rendered(report(), PROMETHEUS))[key].exemplar
    assert exemplar.labels == {"trace_id": f"{0xABC:032x}"}
    assert (exemplar.value, float(exemplar.timestamp)) == (0.2, AT + 0.2)
    assert sum(len(name) + len(text) for name, text in exemplar.labels.items()) <= 128
    assert b"trace_id" not in rendered(report()).body


def test_memory_that_is_not_known_is_not_there() -> None:
    assert names.PROCESS_MEMORY.encode() not in rendered(Report(report().totals, Gauges())).body


@pytest.mark.parametrize(
    ("accept", "is_preferred"),
    [
        (PROMETHEUS, True),
        ("application/openmetrics-text", True),
        ("Application/OpenMetrics-Text; Q=0.5", True),
        ("application/openmetrics-text;q=0.5, text/plain;q=0.5", True),
        ("application/openmetrics-text;q=0.5, text/plain", False),
        ("application/openmetrics-text;q=0", False),
        ("application/openmetrics-text;q=high", False),
        ("application/openmetrics-text;q=7", False),
        ("text/plain", False),
        ("*/*", False),
        ("", False),
        ("application/openmetrics-text" + " " * 2000, False),
    ],
)
def test_a_scraper_gets_what_it_would_rather_have(accept: str, is_preferred: bool) -> None:
    assert prefers_openmetrics(accept) is is_preferred
    assert rendered(report(), accept).content_type == (OPENMETRICS if is_preferred else TEXT)


def test_promtool_has_nothing_to_say() -> None:
    program = require_program("promtool")
    done = subprocess.run(
        [program, "check", "metrics"], input=rendered(report()).body, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_decisions_are_counted_by_where_calls_went_and_why() -> None:
    batch = [event(wiring="http", reason="bucket")] * 3 + [
        event(wiring="direct", reason="fallback"),
        event(wiring="serve"),
    ]
    found = rendered(Report(counted([batch], ("direct", "http", "serve")), Gauges()))
    told = {
        (dict(labels)["operation"], dict(labels)["wiring"], dict(labels)["reason"]): sample.value
        for (name, labels), sample in samples(found).items()
        if name == names.DECISIONS
    }
    assert {key: number for key, number in told.items() if number} == {
        ("getTrip", "http", "bucket"): 3,
        ("getTrip", "direct", "fallback"): 1,
    }
    assert told.keys() == {
        ("getTrip", wiring, reason) for wiring, reasons in names.REASONS.items() for reason in reasons
    }


def test_the_reasons_that_are_counted_are_those_of_decisions() -> None:
    assert {(wiring, reason) for wiring, reasons in names.REASONS.items() for reason in reasons} == {
        (decision.side, decision.reason) for decision in DECISIONS
    }
    assert kind_of(desk_port().plans["get_note"], "direct", None).reason == names.WIRED
