"""What an operator can do to a rollout."""

from switchover.rollout.orders.obedience import Obeyed
from switchover.rollout.orders.operator import Operator
from switchover.rollout.orders.planned import Planned, PlannedWave

__all__ = ["Obeyed", "Operator", "Planned", "PlannedWave"]
