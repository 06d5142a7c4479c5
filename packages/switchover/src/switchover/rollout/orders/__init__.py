"""What an operator can do to a rollout."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchover.rollout.orders.convergence import JudgedWorker, Standing
    from switchover.rollout.orders.forget import forget_worker
    from switchover.rollout.orders.obedience import Obeyed
    from switchover.rollout.orders.operator import Operator
    from switchover.rollout.orders.planned import Planned, PlannedWave
    from switchover.rollout.orders.repeating import order_key
    from switchover.rollout.orders.undoing import Established, Undone
else:
    from switchover.lazy import import_lazily

    __getattr__ = import_lazily(
        __name__,
        {
            "Established": "undoing",
            "JudgedWorker": "convergence",
            "Obeyed": "obedience",
            "Operator": "operator",
            "Planned": "planned",
            "PlannedWave": "planned",
            "Standing": "convergence",
            "Undone": "undoing",
            "forget_worker": "forget",
            "order_key": "repeating",
        },
    )

__all__ = [
    "Established",
    "JudgedWorker",
    "Obeyed",
    "Operator",
    "Planned",
    "PlannedWave",
    "Standing",
    "Undone",
    "forget_worker",
    "order_key",
]
