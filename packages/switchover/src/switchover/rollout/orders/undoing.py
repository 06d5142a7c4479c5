"""Whether what a command brought about still holds, and who changed it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from switchover.errors import StoreUnavailable
from switchover.rollout.record.chain import replayed
from switchover.rollout.record.edit import Edit
from switchover.rollout.record.event import Event
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState
from switchover.rollout.stores.store import RolloutStore


@dataclass(frozen=True, slots=True)
class Established:
    """What a command brought about.

    Attributes:
        edit: everything that it was to set, also what was so already.
        state: that was in force then.
    """

    edit: Edit
    state: RolloutState

    def holds_in(self, state: RolloutState) -> bool:
        """Whether a state is as the command wanted it."""
        is_pinned_since = state.is_pinned and not self.state.is_pinned
        return self.edit.new_to(state).is_empty() and not (is_pinned_since and is_rising(self.edit, RolloutState()))


def established_by(store: RolloutStore, event: Event) -> Established | None:
    """Return what an earlier event brought about; None where the audit log does not tell."""
    with suppress(StoreUnavailable, ValueError):
        before = [one for one in store.history() if one.version <= event.version]
        return Established(event.after, replayed(before))
    return None


@dataclass(frozen=True, slots=True)
class Undone:
    """What a command brought about is no longer in force.

    Attributes:
        version: that is in force.
        event: the change that undid it; None where the store holds another history, or the audit
            log cannot be read.
    """

    version: int
    event: Event | None

    def __str__(self) -> str:
        if self.event is None:
            return f"the store holds version {self.version}, and does not say how it came to that"
        why = f": {self.event.why}" if self.event.why else ""
        return f"version {self.event.version}, {self.event.action} by {self.event.who} at {self.event.at}{why}"


def is_rising(edit: Edit, state: RolloutState) -> bool:
    """Whether an edit gives the service more than it has in a state, or releases something."""
    if edit.is_pinned is False or not (all(edit.pinned.values()) and all(edit.held.values())):
        return True
    return any(share > state.shares.get(name, Share(0)) for name, share in edit.shares.items())


def undone(store: RolloutStore, established: Established) -> Undone | None:
    """Return what undid a command; None while what it brought about is in force.

    Raises StoreUnavailable.
    """
    state = store.load()
    was = established.state
    is_replaced = state.version < was.version or (state.version == was.version and state.head != was.head)
    if is_replaced:
        return Undone(state.version, None)
    if established.holds_in(state):
        return None
    return Undone(state.version, _culprit(store, established))


def held_since(store: RolloutStore, established: Established | None) -> int:
    """Return the version from which on a command has been in force without a break.

    It is later than the command's own where that was undone and done again: workers that stopped
    in between do not go by it. 0 without a command. Raises StoreUnavailable.
    """
    if established is None:
        return 0
    now, state = store.load(), established.state
    since, holds = state.version, True
    if now.version == since:
        return since
    try:
        events = store.history(after=since)
    except StoreUnavailable:
        return now.version  # no telling, so that every worker has to go by what is in force
    for event in events:
        state = event.applied(state)
        if established.holds_in(state) and not holds:
            since = state.version
        holds = established.holds_in(state)
    return since


def _culprit(store: RolloutStore, established: Established) -> Event | None:
    """Return the change after which it no longer held, and never did again."""
    state, found = established.state, None
    try:
        events = store.history(after=state.version)
    except StoreUnavailable:
        return None
    for event in events:
        state = event.applied(state)
        if established.holds_in(state):
            found = None
        elif found is None:
            found = event
    return found
