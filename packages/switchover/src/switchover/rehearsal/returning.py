"""The way back: the kill switch, and then the shares that were in force before."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from switchover.errors import RolloutConflict, RolloutRefused, StoreUnavailable
from switchover.rehearsal.orders import Orders
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState

_PAUSE_SECONDS: Final = 0.2
_NOTHING: Final = Share(0)


@dataclass(slots=True, kw_only=True)
class Returning:
    """Takes operations back. What somebody else ordered meanwhile is theirs, and stays.

    Args:
        orders: of the rehearsal.
        before: the state from before it.
        operations: that it may have moved.
        patience: seconds for which a store that does not answer is asked again.
        pause: waits for some seconds.
    """

    orders: Orders
    before: RolloutState
    operations: tuple[str, ...]
    patience: float
    pause: Callable[[float], object] = time.sleep
    _problem: str = field(default="", init=False)
    _left: list[str] = field(default_factory=list, init=False)
    _theirs: dict[str, str] = field(default_factory=dict, init=False)

    def roll_back(self) -> float | None:
        """Pull the kill switch of what was moved: when that was ordered, in seconds since 1970; None if it could not be, or need not."""
        first = len(self.orders.steps)
        self._patiently(self._roll_back)
        return self.orders.steps[first].at if len(self.orders.steps) > first else None

    def restore(self) -> str:
        """Release the kill switch, and give the shares that were in force before: what is not as it was, or ""."""
        if not self._problem:
            self._patiently(self._release)
        if not self._problem:
            self._patiently(self._look)
        return self._problem or "; ".join(self._left)

    def _patiently(self, order: Callable[[], None]) -> None:
        """Carry out an order; where the store does not answer, or others are always faster, again and again for a while."""
        until = self.orders.clock() + self.patience
        while True:
            try:
                return order()
            except RolloutRefused as error:
                self._problem = str(error)
                return None
            except (StoreUnavailable, RolloutConflict) as error:
                if self.orders.clock() >= until:
                    self._problem = f"for {self.patience:g} s it did not work: {error}; look, and roll back by hand"
                    return None
                self.pause(_PAUSE_SECONDS)

    def _note_others(self) -> None:
        for event in self.orders.others(self.before.version):
            for name in {*event.after.shares, *event.after.pinned}:
                self._theirs[name] = f"{event.who} ordered {event.action} (version {event.version})"

    def _roll_back(self) -> None:
        self._note_others()
        state = self.orders.store.load()
        moved = [name for name in self._mine() if self._is_moved(state, name)]
        if moved:
            self.orders.rollback(moved)

    def _release(self) -> None:
        self._note_others()
        state = self.orders.store.load()
        pinned = [name for name in self._mine() if name in state.pinned]
        if pinned and not state.is_pinned:
            self.orders.resume(pinned, [name for name in pinned if name in state.held])
        for share in sorted(set(self.before.shares.values())):
            had = [name for name in self._mine() if self.before.shares.get(name, _NOTHING) == share]
            lacking = [name for name in had if state.shares.get(name, _NOTHING) != share]
            if lacking:
                self.orders.set_share(share, lacking, is_forced=True)

    def _look(self) -> None:
        """Where somebody else was there, it is theirs to say how it should be; it is told all the same."""
        state = self.orders.store.load()
        for name in self.operations:
            if self._is_moved(state, name):
                how = "pinned" if name in state.pinned else f"at {state.shares.get(name, _NOTHING)}"
                self._left.append(
                    f"{name} is {how}" + (f", because {self._theirs[name]}" if name in self._theirs else "")
                )

    def _mine(self) -> list[str]:
        return [name for name in self.operations if name not in self._theirs]

    def _is_moved(self, state: RolloutState, name: str) -> bool:
        has_share = state.shares.get(name, _NOTHING) == self.before.shares.get(name, _NOTHING)
        return not has_share or name in state.pinned
