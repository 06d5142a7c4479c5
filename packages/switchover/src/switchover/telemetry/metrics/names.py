"""The metrics of a process and their labels: what the exporter writes, and rules and dashboard read.

Renaming one of them breaks dashboards and alerts that run elsewhere; they are as much a contract as the operations are. A histogram also
has the series `_bucket`, `_sum` and `_count`. CPU and memory are `process_*`, as prometheus-client names them.
"""

from __future__ import annotations

from typing import Final

CALLS: Final = "switchover_calls_total"
"""Counter of finished calls, by OPERATION, WIRING and OUTCOME.

An operation has all of OUTCOMES from its first scrape on, at 0 if need be: what a series already has when it appears is growth that
Prometheus does not see, and the first failures would be that.
"""

DURATION: Final = "switchover_call_duration_seconds"
"""Histogram of how long calls took, in seconds, by OPERATION and WIRING; its bounds are `objectives.buckets(...)`."""

IN_FLIGHT: Final = "switchover_calls_in_flight"
"""Gauge of calls that have begun and not finished, by WIRING."""

DECISIONS: Final = "switchover_decisions_total"
"""Counter of finished calls of which a rollout decided where they go, by OPERATION, WIRING and REASON: those of REASONS.

A call that HTTP did not answer and this process did is in it twice, as it is in CALLS: by the reason that it went over HTTP for, and as
`fallback`. An operation has all of them, at 0 if need be, once anything was decided about it.
"""

REFUSALS: Final = "switchover_refusals_total"
"""Counter of callers that were not let in, by REASON."""

EVENTS_DROPPED: Final = "switchover_events_dropped_total"
"""Counter, without labels, of calls that no other metric knows of, because the ring of events was full. It is there from the start, at 0."""

LOG_LINES_DROPPED: Final = "switchover_log_lines_dropped_total"
"""Counter, without labels, of lines of the log that were not written: nothing read the log, or its stream took no lines. It is there
from the start, at 0."""

PROCESS_CPU: Final = "process_cpu_seconds_total"
"""Counter of CPU time, in seconds (prometheus-client)."""

PROCESS_MEMORY: Final = "process_resident_memory_bytes"
"""Gauge of resident memory, in bytes (prometheus-client)."""

OPERATION: Final = "operation"
"""Label: the `operationId` of the contract."""

WIRING: Final = "wiring"
"""Label: one of WIRINGS."""

OUTCOME: Final = "outcome"
"""Label: one of OUTCOMES."""

REASON: Final = "reason"
"""Label: of REFUSALS, the short, stable word of `switchover.errors.Refused.reason`; of DECISIONS, the one of `switchover.rollout`."""

WIRED: Final = "wired"
"""Reason of the event of a call that nothing was decided about; it is in no metric."""

REASONS: Final = {
    "direct": ("ceiling", "pinned", "circuit_open", "override", "group", "bucket", "none", "fallback"),
    "http": ("override", "group", "bucket", "all"),
}
"""Why calls went where they did, by wiring."""

WIRINGS: Final = ("direct", "http", "serve")
"""In this process; over HTTP, seen by the caller; over HTTP, seen by the service."""

OK: Final = "ok"
"""Outcome: the call returned."""

REFUSED: Final = "refused"
"""Outcome: a documented failure or a 4xx; the service did what it should, so it is no error."""

FAILED: Final = "failed"
"""Outcome: a 5xx, a transport failure, a timeout or an undeclared exception: the error of error rates."""

CANCELLED: Final = "cancelled"
"""Outcome: whoever called stopped waiting."""

OUTCOMES: Final = (OK, REFUSED, FAILED, CANCELLED)
"""Every call has exactly one of them."""
