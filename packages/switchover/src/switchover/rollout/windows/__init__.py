"""What has come of the calls lately: counts and latency of each operation and wiring, over windows that move with the clock."""

from switchover.rollout.windows.latency import LatencySketch
from switchover.rollout.windows.outcomes import OutcomeWindows
from switchover.rollout.windows.snapshot import WindowSnapshot

__all__ = ["LatencySketch", "OutcomeWindows", "WindowSnapshot"]
