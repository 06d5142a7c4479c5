"""Which operations a rehearsal moves, and whether it would disturb anybody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from switchover.errors import RolloutRefused
from switchover.rehearsal.calls import SafeCall
from switchover.rollout.orders.planned import Planned, named
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState


class Together(Protocol):
    """Operations that may or may not be at different shares."""

    @property
    def name(self) -> str:
        """Of the cohort."""
        ...

    @property
    def operations(self) -> tuple[str, ...]:
        """Their ids."""
        ...

    @property
    def is_together(self) -> bool:
        """May they never be at different shares?"""
        ...


def chosen(
    plan: Planned, cohorts: Sequence[Together], safe: Collection[str], targets: Sequence[str] | None
) -> tuple[str, ...]:
    """The operations that targets (ids, cohorts, waves) stand for; without any, all of the plan that are safe and may move without others.

    Args:
        plan: its waves.
        cohorts: of the plan.
        safe: ids of the operations that change nothing.
        targets: None for all.

    Raises:
        RolloutRefused: a name stands for nothing, or for an unsafe operation, or a cohort that moves together would be torn apart; or
            nothing is left.
    """
    groups = {cohort.name: cohort.operations for cohort in cohorts}
    if targets is None:
        bound = {name for cohort in cohorts if cohort.is_together for name in _bound(cohort, safe)}
        found = [name for wave in plan.waves for name in wave.operations if name in safe and name not in bound]
    else:
        found = named(plan, groups, targets)
        _require_safe(found, safe)
        _require_whole(found, cohorts)
    if not found:
        raise RolloutRefused(
            "nothing_safe", "the plan has no safe operation that may move by itself: nothing to rehearse with"
        )
    return tuple(found)


def covered(operations: Sequence[str], cohorts: Sequence[Together], calls: Sequence[SafeCall]) -> tuple[str, ...]:
    """The operations that a load has calls of; of a cohort that moves together, all or none."""
    called = {call.operation for call in calls}
    torn = {name for cohort in cohorts if cohort.is_together for name in _bound(cohort, called)}
    return tuple(name for name in operations if name in called and name not in torn)


def require_calls(operations: Sequence[str], safe: Collection[str], calls: Sequence[SafeCall]) -> None:
    """Hold the load against what is to be moved.

    Raises:
        RolloutRefused: a call that is not safe, or that no contract knows; or an operation that nothing calls.
    """
    unsafe = sorted({call.operation for call in calls} - set(safe))
    if unsafe:
        raise RolloutRefused(
            "unsafe", f"the load calls {', '.join(unsafe)}, which the contract does not have as safe operations"
        )
    missing = [name for name in operations if name not in {call.operation for call in calls}]
    if missing:
        raise RolloutRefused(
            "no_calls", f"the load has no call of {', '.join(missing)}; add one, or name the operations to rehearse"
        )


def require_quiet(state: RolloutState, operations: Sequence[str], *, is_from_current: bool) -> None:
    """Raises RolloutRefused where a rehearsal would disturb a rollout that is under way."""
    pinned = [name for name in operations if state.is_pinned or name in state.pinned]
    if pinned:
        raise RolloutRefused("pinned", f"the kill switch keeps {', '.join(pinned)}; a rehearsal would release it")
    held = [name for name in operations if name in state.held]
    if held:
        raise RolloutRefused("held", f"{', '.join(held)} is not to go up for now; a rehearsal would release it")
    up = {name: share for name in operations if (share := state.shares.get(name, Share(0)))}
    if up and not is_from_current:
        shown = ", ".join(f"{name} at {share}" for name, share in up.items())
        raise RolloutRefused(
            "under_way", f"a rollout is under way: {shown}; --from-current takes them back for a moment and up again"
        )


def _bound(cohort: Together, able: Collection[str]) -> tuple[str, ...]:
    """The operations of a cohort that cannot move, because one that moves with them cannot."""
    return () if set(cohort.operations) <= set(able) else cohort.operations


def _require_safe(found: Sequence[str], safe: Collection[str]) -> None:
    unsafe = [name for name in found if name not in safe]
    if unsafe:
        raise RolloutRefused("unsafe", f"{', '.join(unsafe)} changes something: a rehearsal makes safe calls alone")


def _require_whole(found: Sequence[str], cohorts: Sequence[Together]) -> None:
    for cohort in cohorts:
        rest = [name for name in cohort.operations if name not in found]
        if cohort.is_together and rest and len(rest) < len(cohort.operations):
            raise RolloutRefused(
                "torn_apart", f"the operations of {cohort.name} move together; name {', '.join(rest)} as well"
            )
