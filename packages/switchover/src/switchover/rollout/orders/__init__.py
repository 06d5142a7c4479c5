"""What an operator can do to a rollout."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchover.rollout.orders.obedience import Obeyed
    from switchover.rollout.orders.operator import Operator
    from switchover.rollout.orders.planned import Planned, PlannedWave
    from switchover.rollout.orders.repeating import order_key
else:
    from switchover.lazy import import_lazily

    __getattr__ = import_lazily(
        __name__,
        {
            "Obeyed": "obedience",
            "Operator": "operator",
            "Planned": "planned",
            "PlannedWave": "planned",
            "order_key": "repeating",
        },
    )

__all__ = ["Obeyed", "Operator", "Planned", "PlannedWave", "order_key"]
