"""Outcomes as metrics. The text is OpenMetrics 1.0, and of that only what the older Prometheus format (0.0.4) reads the same way,
because the textfile collector and the Pushgateway read the older one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from switchover.probe.outcome import ProbeOutcome
from switchover.probe.stopwatch import PHASES


def exposition(outcomes: Sequence[ProbeOutcome]) -> str:
    """The gauges of one round. A sample that is not known (the status of a probe without an answer) is not there."""
    families = (
        ("success", "", "Whether the probe succeeded: 1 or 0.", _success(outcomes)),
        (
            "duration_seconds",
            "seconds",
            "How long a phase took; total is until the end, whatever it was.",
            _durations(outcomes),
        ),
        ("http_status", "", "HTTP status of the answer.", _statuses(outcomes)),
        ("conforms", "", "Whether the answer is what the contract documents: 1 or 0.", _conforms(outcomes)),
    )
    lines: list[str] = []
    for suffix, unit, text, samples in families:
        name = f"switchover_probe_{suffix}"
        lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
        lines += [f"# UNIT {name} {unit}"] if unit else []
        lines += [f"{name}{labels} {value}" for labels, value in samples]
    return "\n".join([*lines, "# EOF", ""])


Samples = Iterator[tuple[str, str]]


def _success(outcomes: Iterable[ProbeOutcome]) -> Samples:
    return ((labels(outcome), str(int(outcome.is_ok))) for outcome in outcomes)


def _durations(outcomes: Iterable[ProbeOutcome]) -> Samples:
    for outcome in outcomes:
        for phase in PHASES:
            if phase in outcome.seconds:
                yield labels(outcome, phase=phase), f"{outcome.seconds[phase]:.6f}"


def _statuses(outcomes: Iterable[ProbeOutcome]) -> Samples:
    return ((labels(outcome), str(outcome.status)) for outcome in outcomes if outcome.status is not None)


def _conforms(outcomes: Iterable[ProbeOutcome]) -> Samples:
    return ((labels(outcome), str(int(outcome.conforms))) for outcome in outcomes if outcome.conforms is not None)


def labels(outcome: ProbeOutcome, **more: str) -> str:
    """The labels of a sample, escaped (OpenMetrics 1.0, section "Escaping")."""
    named = {"url": outcome.url, "region": outcome.region, **more}
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in named.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
