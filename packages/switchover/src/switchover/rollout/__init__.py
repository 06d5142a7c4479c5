"""Who goes where: shares of traffic, decided in memory."""

from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState

__all__ = ["RolloutState", "Share"]
