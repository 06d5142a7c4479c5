"""What an operator can do to a rollout."""

from switchover.rollout.orders.obedience import Obeyed
from switchover.rollout.orders.operator import Operator
from switchover.rollout.orders.planned import Planned, PlannedWave
from switchover.rollout.orders.repeating import order_key

__all__ = ["Obeyed", "Operator", "Planned", "PlannedWave", "order_key"]
