"""How fast alerts come: multi-window, multi-burn-rate, as The Site Reliability Workbook has it (chapter 5, table 5-8)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from switchover.telemetry.objectives.units import Duration, Percentage

PERIOD: Final = Duration.parse("30d")
"""What an error budget is for."""


@dataclass(frozen=True, slots=True)
class Burn:
    """An alert on how fast the error budget is spent.

    Attributes:
        long: window over which that much was spent.
        short: window that has to agree, so that the alert ends soon after the fault does.
        spent: of the budget of the whole period.
        severity: `page` or `ticket`.
        period: what the budget is for.
    """

    long: Duration
    short: Duration
    spent: Percentage
    severity: str
    period: Duration = PERIOD

    @property
    def rate(self) -> Decimal:
        """How many times faster than evenly: at 1 the budget lasts exactly for the period."""
        return self.spent.share * self.period.milliseconds / self.long.milliseconds


def _burn(long: str, short: str, spent: int, severity: str) -> Burn:
    return Burn(Duration.parse(long), Duration.parse(short), Percentage(Decimal(spent)), severity)


WORKBOOK: Final = (
    _burn("1h", "5m", 2, "page"),
    _burn("6h", "30m", 5, "page"),
    _burn("1d", "2h", 10, "ticket"),
    _burn("3d", "6h", 10, "ticket"),
)
"""14.4, 6, 3 and 1 times as fast as the budget allows."""

_HALF_A_MINUTE: Final = Duration.parse("30s")
_MINUTE: Final = Duration.parse("1m")
_HOUR: Final = Duration.parse("1h")


@dataclass(frozen=True, slots=True)
class Timing:
    """The clockwork of the rules. The defaults are for services; tests that run in real time take shorter ones.

    Attributes:
        interval: between two evaluations of what is judged over one window.
        budget_interval: between two evaluations of the burn rates, which read days of samples.
        hold: how long an objective has to be missed before the alert fires. Burn rates are not held: their short window does that.
        before: what a surge is compared with: this long, up to the window's beginning.
        burns: fastest first.
    """

    interval: Duration = _HALF_A_MINUTE
    budget_interval: Duration = _MINUTE
    hold: Duration = _MINUTE
    before: Duration = _HOUR
    burns: tuple[Burn, ...] = WORKBOOK


SERVICE_TIMING: Final = Timing()
"""For services."""

FASTEST_BURN: Final = max(burn.rate for burn in WORKBOOK)
"""An availability whose budget cannot be spent this fast would have an alert that can never fire."""
