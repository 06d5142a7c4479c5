"""What an operator can do to a rollout."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
            "Obeyed": "obedience",
            "Operator": "operator",
            "Planned": "planned",
            "PlannedWave": "planned",
            "Undone": "undoing",
            "order_key": "repeating",
        },
    )

__all__ = ["Established", "Obeyed", "Operator", "Planned", "PlannedWave", "Undone", "order_key"]
