"""Events, and expositions read back by prometheus-client's own parsers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from switchover.telemetry import CallEvent, Outcome, TraceContext
from switchover.telemetry.metrics.rendering import OPENMETRICS, Exposition
from switchover.telemetry.metrics.tally import Tally
from switchover.telemetry.metrics.totals import Totals

BOUNDS = (0.1, 0.3, 1.0)
OPERATIONS = ("getTrip", "listTrips")
AT = 1_800_000_000.0


def event(
    operation: str = "getTrip",
    wiring: str = "serve",
    outcome: Outcome = Outcome.OK,
    *,
    duration: float = 0.2,
    at: float = AT,
    position: TraceContext | None = None,
    refusal: str = "",
    reason: str = "wired",
) -> CallEvent:
    """One event."""
    return CallEvent(1, operation, wiring, outcome, "", reason, at, duration, position, None, refusal)


positions = st.one_of(
    st.none(), st.builds(TraceContext, st.integers(1, 2**128 - 1), st.integers(1, 9), st.sampled_from((0, 1, 2, 3)))
)
events = st.builds(
    event,
    st.sampled_from((*OPERATIONS, "unheardOf")),
    st.sampled_from(("direct", "http", "serve")),
    st.sampled_from(Outcome),
    duration=st.floats(0, 2),
    at=st.floats(AT, AT + 300),
    position=positions,
    refusal=st.sampled_from(("", "expired", "no word of ours")),
    reason=st.sampled_from(("wired", "bucket", "fallback", "none", "no word of ours")),
)
batches = st.lists(st.lists(events, max_size=20), max_size=5)


def counted(found: Sequence[Sequence[CallEvent]], wirings: Sequence[str] = ("serve",)) -> Totals:
    """What is counted of batches."""
    tally = Tally(BOUNDS, OPERATIONS)
    for batch in found:
        tally.add(batch)
    return tally.totals(wirings, dropped=len(found), cpu=7)


def samples(found: Exposition) -> dict[tuple[str, frozenset[tuple[str, str]]], Any]:
    """Samples by name and labels."""
    reading = read_openmetrics if found.content_type == OPENMETRICS else read_text
    text = found.body.decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample for family in reading(text) for sample in family.samples
    }


def value(found: Exposition, name: str, labels: Mapping[str, str] | None = None) -> float:
    """The value of one sample."""
    number: float = samples(found)[name, frozenset((labels or {}).items())].value
    return number
