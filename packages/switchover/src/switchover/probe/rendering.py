"""An outcome as a line: for people, or as JSON."""

from __future__ import annotations

import json

from switchover.probe.outcome import ProbeOutcome
from switchover.probe.stopwatch import PHASES


def line(outcome: ProbeOutcome) -> str:
    """Time, region, URL, ok or FAILED and why, and the milliseconds of each phase."""
    status = f"{outcome.status or '---'}"
    said = f"  {outcome.fault} [trace {outcome.trace_id}]" if outcome.fault is not None else ""
    mark = "ok    " if outcome.is_ok else "FAILED"
    timings = ", ".join(
        f"{phase.replace('_', ' ')} {_ms(outcome, phase)}" for phase in PHASES if phase in outcome.seconds
    )
    return f"{_at(outcome)}  {outcome.region}  {mark}  {status}  {outcome.url}  {timings} ms{said}"


def as_json(outcome: ProbeOutcome) -> str:
    """One JSON object on one line, in ASCII. What is not known is null."""
    fault = outcome.fault
    return json.dumps(
        {
            "time": _at(outcome),
            "region": outcome.region,
            "url": outcome.url,
            "operation": outcome.operation,
            "ok": outcome.is_ok,
            "status": outcome.status,
            "conforms": outcome.conforms,
            "fault": {"phase": fault.phase, "code": fault.code, "detail": fault.detail} if fault is not None else None,
            "address": outcome.address,
            "milliseconds": {phase: _ms(outcome, phase) for phase in PHASES if phase in outcome.seconds},
            "trace_id": outcome.trace_id,
        }
    )


def _at(outcome: ProbeOutcome) -> str:
    return outcome.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ms(outcome: ProbeOutcome, phase: str) -> float:
    return round(outcome.seconds[phase] * 1000, 2)
