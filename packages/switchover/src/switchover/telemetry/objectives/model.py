"""What is promised: the objectives of a service, right by construction once they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from switchover.telemetry.objectives.units import Duration, Percentage

_ERROR_RATE: Final = Percentage.parse("1%")
_P95: Final = Duration.parse("300ms")
_AVAILABILITY: Final = Percentage.parse("99.9%")
_WINDOW: Final = Duration.parse("5m")
_AUTHENTICATION_FAILURE_RATE: Final = Percentage.parse("5%")


@dataclass(frozen=True, slots=True)
class Objective:
    """What is promised of an operation.

    Attributes:
        error_rate: of the calls of one window, fewer than this fail.
        p95: of the calls of one window, 95 % take no longer.
        availability: of the calls of 30 days, at least this many do not fail; what is missing from 100 % is the error budget.
    """

    error_rate: Percentage = _ERROR_RATE
    p95: Duration = _P95
    availability: Percentage = _AVAILABILITY


@dataclass(frozen=True, slots=True)
class Objectives:
    """What is promised of a service.

    Attributes:
        default: of every operation that is not named in `operations`.
        operations: by `operationId`, complete: what an operation does not set for itself it has from `default`.
        window: over which error rate, latency, surges and refusals are judged.
        minimum_calls: fewer calls (for a surge: failures) in a window are judged by nobody: one failure in three is no 33 %.
        authentication_failure_rate: of those who come to the door within a window, fewer than this are turned away.
        surge: how many times the usual share of failures, that of the hour before a window, makes a surge.
    """

    default: Objective = Objective()
    operations: Mapping[str, Objective] = field(default_factory=dict)
    window: Duration = _WINDOW
    minimum_calls: int = 10
    authentication_failure_rate: Percentage = _AUTHENTICATION_FAILURE_RATE
    surge: int = 4

    def of(self, operation: str) -> Objective:
        """What is promised of one operation."""
        return self.operations.get(operation, self.default)
