"""An order of the contract as a call of `Operator`."""

from __future__ import annotations

from typing import Final

from switchover.console.api import Order
from switchover.errors import RolloutRefused
from switchover.rollout.orders import Operator
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState

_ROUNDING: Final = 1e-6


def carried_out(operator: Operator, order: Order) -> RolloutState:
    """Carry an order out; what is in force then. Raises what `Operator` does."""
    _require_why(order)
    match order.action:
        case "start":
            return operator.start(_wave(order), why=order.why, is_forced=order.is_forced)
        case "promote":
            return operator.promote(_wave(order), why=order.why, is_forced=order.is_forced)
        case "set":
            targets = order.targets or None
            return operator.set_share(_share(order), targets, why=order.why, is_forced=order.is_forced)
        case "hold":
            return operator.hold(order.targets or None, why=order.why)
        case "resume":
            return operator.resume(order.targets or None, why=order.why)
        case _:  # rollback: there is no other
            return operator.rollback(order.targets or None, why=order.why)


def _require_why(order: Order) -> None:
    if (order.is_forced or order.action == "set") and not order.why.strip():
        raise RolloutRefused(
            "why_missing", "set, and whatever is forced, needs a reason, for those who read the record"
        )


def _wave(order: Order) -> str | None:
    if len(order.targets) > 1:
        raise RolloutRefused("ambiguous", f"{order.action} takes one wave, or none for the one that is next")
    return order.targets[0] if order.targets else None


def _share(order: Order) -> Share:
    if order.share_percent is None:
        raise RolloutRefused("share_missing", "set needs sharePercent, 0 to 100 in steps of 0.01")
    steps = round(order.share_percent * 100)
    if abs(order.share_percent * 100 - steps) > _ROUNDING:
        raise RolloutRefused("share_missing", f"sharePercent goes in steps of 0.01; {order.share_percent} is none")
    return Share(steps)
