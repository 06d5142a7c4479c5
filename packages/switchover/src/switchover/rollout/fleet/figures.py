"""The reports of many workers added up, operation by operation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Self

from switchover.rollout.circuit import CircuitState
from switchover.rollout.reporting import OperationReport
from switchover.rollout.windows.snapshot import WindowSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class SideFigures:
    """The calls of one side within the window.

    Attributes:
        calls: that ended.
        error_rate: the part that failed, 0 to 1; None where there were no calls.
        p50, p95: durations in seconds; None where there were no calls.
    """

    calls: int = 0
    error_rate: float | None = None
    p50: float | None = None
    p95: float | None = None

    @classmethod
    def of(cls, windows: Sequence[WindowSnapshot]) -> Self:
        """Of the windows of many workers. Those that are not as long as most do not add up with them, and are left out."""
        if not windows:
            return cls()
        seconds = Counter(window.seconds for window in windows).most_common(1)[0][0]
        whole = reduce(WindowSnapshot.merge, (window for window in windows if window.seconds == seconds))
        return cls(calls=whole.calls, error_rate=whole.error_rate, p50=whole.p50, p95=whole.p95)

    def to_json(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"calls": self.calls, "errorRate": self.error_rate, "p50": self.p50, "p95": self.p95}


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationFigures:
    """One operation in all workers.

    Attributes:
        direct, http: of each side.
        circuits: how many workers have the circuit in which state; those with none are left out.
        last_http_at: when the last call over HTTP of any worker began, in seconds since 1970; None if there was none.
    """

    direct: SideFigures = field(default_factory=SideFigures)
    http: SideFigures = field(default_factory=SideFigures)
    circuits: Mapping[CircuitState, int] = field(default_factory=dict)
    last_http_at: float | None = None

    @property
    def measured(self) -> float | None:
        """The part of the calls that went over HTTP, 0 to 1. A call that fell back is in both sides. None where there were no calls."""
        calls = self.direct.calls + self.http.calls
        return self.http.calls / calls if calls else None

    def to_json(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "direct": self.direct.to_json(),
            "http": self.http.to_json(),
            "circuits": {state.value: count for state, count in self.circuits.items()},
            "lastHttpAt": self.last_http_at,
        }


def merged(reports: Iterable[Mapping[str, OperationReport]]) -> dict[str, OperationFigures]:
    """The reports of many workers as one, by operation."""
    by_operation: dict[str, list[OperationReport]] = {}
    for report in reports:
        for operation, found in report.items():
            by_operation.setdefault(operation, []).append(found)
    return {operation: _added(found) for operation, found in sorted(by_operation.items())}


def _added(reports: Sequence[OperationReport]) -> OperationFigures:
    return OperationFigures(
        direct=SideFigures.of([report.direct for report in reports]),
        http=SideFigures.of([report.http for report in reports]),
        circuits=Counter(report.circuit for report in reports),
        last_http_at=max((report.last_http_at for report in reports if report.last_http_at is not None), default=None),
    )
