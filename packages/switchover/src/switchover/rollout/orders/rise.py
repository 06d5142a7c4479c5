"""What has to be so before shares go up."""

from __future__ import annotations

from collections.abc import Mapping

from switchover.errors import RolloutRefused
from switchover.rollout.orders.convergence import Chain
from switchover.rollout.orders.histories import require_one_history
from switchover.rollout.orders.obedience import require_obedient
from switchover.rollout.record.edit import Edit
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState
from switchover.rollout.stores.store import RolloutStore


def edit_to(store: RolloutStore, state: RolloutState, shares: Mapping[str, Share], *, is_forced: bool) -> Edit:
    """Return the edit to these shares.

    Raises:
        RolloutRefused: an operation that goes up is pinned or held; or, unless forced, a worker follows another history, or
            something goes up while not every worker lives and goes by what is in force.
    """
    rising = [name for name, share in shares.items() if share > state.shares.get(name, Share(0))]
    pinned = [name for name in rising if state.is_pinned or name in state.pinned]
    if pinned:
        raise RolloutRefused("pinned", f"the kill switch keeps {', '.join(pinned)}; resume first")
    held = [name for name in rising if name in state.held]
    if held:
        raise RolloutRefused("held", f"{', '.join(held)} is not to go up for now; resume first")
    if not is_forced:
        require_one_history(store)
    if rising and not is_forced:
        require_obedient(store.workers(reports=False), Chain(store, state), way_out="; force it to go on")
    return Edit(shares=dict(shares))
