"""What an operator can do to a rollout."""

from switchover.rollout.orders.obedience import Obeyed
from switchover.rollout.orders.operator import Operator
from switchover.rollout.orders.planned import Planned, PlannedWave
from switchover.rollout.orders.repeating import order_key
from switchover.rollout.orders.undoing import Established, Undone

__all__ = ["Established", "Obeyed", "Operator", "Planned", "PlannedWave", "Undone", "order_key"]
