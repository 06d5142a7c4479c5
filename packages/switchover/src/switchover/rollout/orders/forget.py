"""Strike a worker off the list that is known to be gone."""

from __future__ import annotations

from switchover.errors import RolloutRefused
from switchover.rollout.orders.convergence import SILENT_SECONDS
from switchover.rollout.record.edit import Edit
from switchover.rollout.record.event import Change
from switchover.rollout.state import RolloutState
from switchover.rollout.stores.store import RolloutStore


def forget_worker(store: RolloutStore, worker_id: str, *, who: str, why: str) -> RolloutState:
    """Have nothing wait for a worker any more that ended without signing off. One that lives after all is listed again.

    It is an event of the audit log that changes nothing else.

    Raises:
        RolloutRefused: there is no such worker, it was heard a moment ago, or there is no reason.
        RolloutConflict: another change was made at the same time.
        StoreUnavailable: the store does not answer.
    """
    if not why.strip():
        raise RolloutRefused("why_missing", "forgetting a worker needs a reason: how it is known to be gone")
    seen = {it.beat.id: it for it in store.workers(reports=False)}
    if worker_id not in seen:
        known = ", ".join(sorted(seen)) or "none"
        raise RolloutRefused("unknown_worker", f"{worker_id!r} is not a worker of this rollout; known: {known}")
    if seen[worker_id].age_seconds <= SILENT_SECONDS:
        raise RolloutRefused("worker_lives", f"{seen[worker_id]} lives; end its process instead")
    change = Change(edit=Edit(), action="forget", who=who, why=f"{worker_id}: {why}")
    state = store.change(change, expected=store.load().version)
    store.leave(worker_id)
    return state
