"""What a window held at one moment, as plain data: it travels, is kept in the record, and adds up over processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from switchover.rollout.windows.latency import LatencySketch

_COUNTS: Final = ("ok", "refused", "failed", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSnapshot:
    """The calls of one operation by one wiring within a window, from one process or many.

    Attributes:
        seconds: how long the window is.
        ok, refused, failed, cancelled: calls by `switchover.telemetry.events.Outcome`.
        latency: how long the calls took, whatever came of them.
    """

    seconds: float
    ok: int = 0
    refused: int = 0
    failed: int = 0
    cancelled: int = 0
    latency: LatencySketch = field(default_factory=LatencySketch)

    @property
    def calls(self) -> int:
        """How many calls ended within the window."""
        return self.ok + self.refused + self.failed + self.cancelled

    @property
    def error_rate(self) -> float | None:
        """The share of calls that failed, 0 to 1; None where there were no calls."""
        return self.failed / self.calls if self.calls else None

    @property
    def p50(self) -> float | None:
        """The median duration, in seconds."""
        return self.latency.quantile(0.5)

    @property
    def p95(self) -> float | None:
        """So many seconds, or less, took 95 % of the calls."""
        return self.latency.quantile(0.95)

    @property
    def p99(self) -> float | None:
        """So many seconds, or less, took 99 % of the calls."""
        return self.latency.quantile(0.99)

    def merge(self, other: WindowSnapshot) -> WindowSnapshot:
        """The calls of both: of two processes, say.

        Raises:
            ValueError: the windows are not equally long.
        """
        if self.seconds != other.seconds:
            raise ValueError(f"windows of {self.seconds:g} s and of {other.seconds:g} s do not add up")
        added = {name: getattr(self, name) + getattr(other, name) for name in _COUNTS}
        return WindowSnapshot(seconds=self.seconds, latency=self.latency.merge(other.latency), **added)

    def to_json(self) -> dict[str, Any]:
        """As JSON has it; `of_json` reads it."""
        counts = {name: getattr(self, name) for name in _COUNTS}
        return {"seconds": self.seconds, **counts, "latency": self.latency.to_pairs()}

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> Self:
        """The snapshot that `to_json` told.

        Raises:
            ValueError: it could not have told that; with the member that is wrong.
        """
        if not isinstance(value, Mapping) or not value.keys() >= {"seconds", *_COUNTS, "latency"}:
            raise ValueError(f"a window has the members seconds, {', '.join(_COUNTS)} and latency")
        seconds = value["seconds"]
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 < seconds < float("inf"):
            raise ValueError("seconds is no number above 0")
        for name in _COUNTS:
            if not isinstance(value[name], int) or isinstance(value[name], bool) or value[name] < 0:
                raise ValueError(f"{name} is no number of calls, 0 or more")
        try:
            latency = LatencySketch.of_pairs(value["latency"])
        except ValueError as error:
            raise ValueError(f"latency {error}") from error
        return cls(seconds=seconds, latency=latency, **{name: value[name] for name in _COUNTS})
