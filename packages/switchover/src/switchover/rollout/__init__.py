"""Who goes where: shares of traffic, decided in memory."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchover.rollout.asking import asked_side
    from switchover.rollout.circuit import CircuitSettings, CircuitState
    from switchover.rollout.explaining import Considered, Explanation
    from switchover.rollout.rollout import Rollout
    from switchover.rollout.rules import FixedRules, OperationRules, Rules
    from switchover.rollout.share import Share
    from switchover.rollout.state import RolloutState
else:
    from switchover.lazy import import_lazily

    __getattr__ = import_lazily(
        __name__,
        {
            "CircuitSettings": "circuit",
            "CircuitState": "circuit",
            "Considered": "explaining",
            "Explanation": "explaining",
            "FixedRules": "rules",
            "OperationRules": "rules",
            "Rollout": "rollout",
            "RolloutState": "state",
            "Rules": "rules",
            "Share": "share",
            "asked_side": "asking",
        },
    )

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
