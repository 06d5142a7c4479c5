"""What has come of the calls lately: counts and latency of each operation and wiring, over windows that move with the clock."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchover.rollout.windows.latency import LatencySketch
    from switchover.rollout.windows.outcomes import OutcomeWindows
    from switchover.rollout.windows.snapshot import WindowSnapshot
else:
    from switchover.lazy import import_lazily

    __getattr__ = import_lazily(
        __name__,
        {
            "LatencySketch": "latency",
            "OutcomeWindows": "outcomes",
            "WindowSnapshot": "snapshot",
        },
    )

__all__ = ["LatencySketch", "OutcomeWindows", "WindowSnapshot"]
