"""Who goes where: shares of traffic, decided in memory."""

from switchover.rollout.asking import asked_side
from switchover.rollout.circuit import CircuitSettings, CircuitState
from switchover.rollout.explaining import Considered, Explanation
from switchover.rollout.rollout import Rollout
from switchover.rollout.rules import FixedRules, OperationRules, Rules
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState

__all__ = [
    "CircuitSettings",
    "CircuitState",
    "Considered",
    "Explanation",
    "FixedRules",
    "OperationRules",
    "Rollout",
    "RolloutState",
    "Rules",
    "Share",
    "asked_side",
]
