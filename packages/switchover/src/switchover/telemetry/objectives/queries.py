"""PromQL: the names of recorded series and how they are computed. `level:metric:operations`, as Prometheus recommends it.

The level names the labels that are kept: `job` is Prometheus's own and tells services apart, `wiring` tells what a caller saw (`http`) from
what the service did (`serve`) and from what never left the process (`direct`).
"""

from __future__ import annotations

import json
from typing import Final

from switchover.telemetry.metrics import names
from switchover.telemetry.objectives.units import Duration

CALL_LABELS: Final = ("job", names.WIRING, names.OPERATION)
"""What a call is told apart by."""

SERVICE_LABELS: Final = ("job", names.WIRING)
"""What a service is told apart by, seen from one side."""

_CALL: Final = "_".join(CALL_LABELS)
_SERVICE: Final = "_".join(SERVICE_LABELS)
_FAILED: Final = f'{names.CALLS}{{{names.OUTCOME}="{names.FAILED}"}}'
_AT_THE_DOOR: Final = f'{names.CALLS}{{{names.WIRING}="serve"}}'


def calls(window: Duration) -> str:
    """Name: how many calls ended in a window."""
    return f"{_CALL}:switchover_calls:increase{window}"


def failed_share(window: Duration) -> str:
    """Name: the share of them that failed, 0 to 1; no sample where there were none."""
    return f"{_CALL}:switchover_calls_failed:ratio{window}"


def p95(window: Duration) -> str:
    """Name: how long 95 % of them took at most, in seconds."""
    return f"{_CALL}:{names.DURATION}:p95_{window}"


def service_failures(window: Duration) -> str:
    """Name: how many calls failed in a window, of all operations."""
    return f"{_SERVICE}:switchover_calls_failed:increase{window}"


def service_failed_share(window: Duration) -> str:
    """Name: the share of calls that failed, of all operations."""
    return f"{_SERVICE}:switchover_calls_failed:ratio{window}"


def arrivals(window: Duration) -> str:
    """Name: how many came to the door of a service in a window."""
    return f"job:switchover_arrivals:increase{window}"


def refused_share(window: Duration) -> str:
    """Name: the share of them that were not let in."""
    return f"job:switchover_refusals:ratio{window}"


def count_calls(window: Duration) -> str:
    """How many calls ended in a window."""
    return increase(names.CALLS, window, CALL_LABELS)


def count_service_failures(window: Duration) -> str:
    """How many calls failed in a window, of all operations; 0 where none did."""
    return _or_zero(increase(_FAILED, window, SERVICE_LABELS), increase(names.CALLS, window, SERVICE_LABELS))


def share_of_failed(window: Duration, labels: tuple[str, ...], before: Duration | None = None) -> str:
    """The share of calls that failed in a window, or in that window `before` another one: 0 where none did, no sample without calls."""
    failed, every = increase(_FAILED, window, labels, before), increase(names.CALLS, window, labels, before)
    return f"(\n{indented(_or_zero(failed, every))}\n)\n/\n({every} > 0)"


def quantile_95(window: Duration) -> str:
    """How long 95 % of the calls took at most. Exact in its comparison with any bound of the histogram, interpolated in between."""
    rate = f"sum by ({', '.join((*CALL_LABELS, 'le'))}) (rate({names.DURATION}_bucket[{window}]))"
    return f"histogram_quantile(0.95, {rate})"


def count_arrivals(window: Duration) -> str:
    """How many came to the door: calls served, or refusals where those are more, as they are if refusals do not count as calls."""
    served, refused = increase(_AT_THE_DOOR, window, ("job",)), increase(names.REFUSALS, window, ("job",))
    return f"({served} >= {refused})\nor\n{refused}\nor\n{served}"


def share_of_refused(window: Duration) -> str:
    """The share of them that were not let in; needs `arrivals` to be recorded before it."""
    refused = increase(names.REFUSALS, window, ("job",))
    return f"{refused}\n/\n({arrivals(window)} > 0)"


def increase(series: str, window: Duration, labels: tuple[str, ...], before: Duration | None = None) -> str:
    """By how much counters grew within a window, summed by labels."""
    offset = f" offset {before}" if before is not None else ""
    return f"sum by ({', '.join(labels)}) (increase({series}[{window}]{offset}))"


def text(value: str) -> str:
    """A string literal."""
    return json.dumps(value, ensure_ascii=False)


def indented(expression: str) -> str:
    """The same, two spaces further right."""
    return "\n".join(f"  {line}" for line in expression.splitlines())


def _or_zero(part: str, whole: str) -> str:
    return f"{part}\nor\n0 * {whole}"
