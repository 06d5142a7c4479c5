"""What an operator can do to a rollout, as calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from switchover.errors import RolloutConflict, RolloutRefused
from switchover.rollout.orders.obedience import Obeyed, require_obedient, wait_obeyed
from switchover.rollout.orders.planned import (
    Planned,
    PlannedWave,
    bake_seconds,
    named,
    next_stage,
    wave_to_promote,
    wave_to_start,
)
from switchover.rollout.orders.repeating import REMEMBERED, is_carried_out
from switchover.rollout.record.edit import Edit
from switchover.rollout.record.event import Change
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState
from switchover.rollout.stores.store import RolloutStore

_ATTEMPTS: Final = 50


class Operator:
    """Gives orders to everyone who follows a store.

    An order that meets somebody else's change is given again, if it still means the same: nobody touched the same operations meanwhile.
    One that goes back, or holds, always does. An order that would change nothing is not recorded.

    Args:
        store: where it is kept.
        plan: its waves.
        who: stands by the orders in the record.
        groups: operation ids by the name of a group.
        key: names the order that this operator gives (`order_key`): one that is among the last 1,000 on record under it is not carried out
            again. "" for orders that have no name.
        contract_digest, plan_digest: for the record.
        windows: outcomes at the moment of a change, for the record; any JSON.
        clock: seconds since 1970, as the store has them.

    Every order returns the state in force then, and raises:
        RolloutRefused: it is not carried out; the text says what would help.
        RolloutConflict: somebody else was there first.
        StoreUnavailable: the store does not answer. Nothing was changed, or, if its answer was lost, `store.load()` tells.
    """

    def __init__(
        self,
        store: RolloutStore,
        plan: Planned,
        *,
        who: str,
        groups: Mapping[str, Sequence[str]] | None = None,
        key: str = "",
        contract_digest: str = "",
        plan_digest: str = "",
        windows: Callable[[], Any] = lambda: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._plan, self._who = store, plan, who
        self._groups, self._key = groups or {}, key
        self._digests = {"contract_digest": contract_digest, "plan_digest": plan_digest}
        self._windows, self._clock = windows, clock

    def start(self, wave: str | None = None, *, why: str = "", is_forced: bool = False) -> RolloutState:
        """Bring a wave, or the one that is next, to its first stage. Forced: though one before it is not complete, or workers do not obey."""

        def decided(state: RolloutState) -> Edit:
            chosen = wave_to_start(self._plan, state, wave, is_forced=is_forced)
            return self._risen(state, dict.fromkeys(chosen.operations, chosen.stages[0].share), is_forced=is_forced)

        return self._ordered("start", decided, why)

    def promote(self, wave: str | None = None, *, why: str = "", is_forced: bool = False) -> RolloutState:
        """Bring a wave, or the one under way, to its next stage. Forced: though the stage is young, or workers do not obey."""

        def decided(state: RolloutState) -> Edit:
            chosen = wave_to_promote(self._plan, state, wave)
            stage = next_stage(chosen, state)
            if not is_forced:
                self._require_baked(state, chosen)
            below = [name for name in chosen.operations if state.shares.get(name, Share(0)) < stage]
            return self._risen(state, dict.fromkeys(below, stage), is_forced=is_forced)

        return self._ordered("promote", decided, why)

    def set_share(
        self, share: Share, targets: Sequence[str] | None = None, *, why: str, is_forced: bool = False
    ) -> RolloutState:
        """Give operations, groups or waves (None: all of the plan) a share. Forced: up, though workers do not obey."""

        def decided(state: RolloutState) -> Edit:
            return self._risen(state, dict.fromkeys(self._named(targets), share), is_forced=is_forced)

        return self._ordered("set", decided, why)

    def hold(self, targets: Sequence[str] | None = None, *, why: str = "") -> RolloutState:
        """Keep operations, groups or waves (None: all of the plan) from going up. What they have stays."""
        return self._ordered("hold", lambda _: Edit(held=dict.fromkeys(self._named(targets), True)), why, goes_on=True)

    def resume(self, targets: Sequence[str] | None = None, *, why: str = "") -> RolloutState:
        """Release from hold and kill switch; None: everything. Shares stay: what was rolled back has none, and starts again."""

        def decided(state: RolloutState) -> Edit:
            if targets is None:
                return Edit(
                    pinned=dict.fromkeys(state.pinned, False), held=dict.fromkeys(state.held, False), is_pinned=False
                )
            if state.is_pinned:
                raise RolloutRefused("all_pinned", "the kill switch keeps all operations; resume all of them")
            released = dict.fromkeys(self._named(targets), False)
            return Edit(pinned=released, held=released)

        return self._ordered("resume", decided, why)

    def rollback(self, targets: Sequence[str] | None = None, *, why: str) -> RolloutState:
        """The kill switch: pin operations, groups or waves (None: everything) to this process, and take their shares back to 0."""

        def decided(state: RolloutState) -> Edit:
            if targets is None:
                return Edit(shares=dict.fromkeys(state.shares, Share(0)), is_pinned=True)
            back = self._named(targets)
            return Edit(shares=dict.fromkeys(back, Share(0)), pinned=dict.fromkeys(back, True))

        if not why.strip():
            raise RolloutRefused("why_missing", "a rollback needs a reason, for those who read the record")
        return self._ordered("rollback", decided, why, goes_on=True)

    def wait_obeyed(self, version: int, timeout: float) -> Obeyed:
        """Wait until every worker has applied a version, for at most `timeout` seconds; tells who has not. Raises StoreUnavailable."""
        return wait_obeyed(self._store, version, timeout)

    def _ordered(
        self, action: str, decided: Callable[[RolloutState], Edit], why: str, *, goes_on: bool = False
    ) -> RolloutState:
        first = state = self._store.load()
        if self._is_repeated(state.version - REMEMBERED):
            return state
        edit = decided(state)
        for _ in range(_ATTEMPTS):
            new = edit.new_to(state)
            if new.is_empty():
                return state
            try:
                return self._store.change(self._change(new, action, why), expected=state.version)
            except RolloutConflict as conflict:
                state, meant = self._store.load(), edit
                if self._is_repeated(first.version):
                    return state
                edit = decided(state)
                if not goes_on and (edit != meant or self._is_touched(edit, first)):
                    raise RolloutConflict(first.version, state.version, "the same operations changed") from conflict
        raise RolloutConflict(first.version, state.version, f"others were faster {_ATTEMPTS} times")

    def _change(self, edit: Edit, action: str, why: str) -> Change:
        return Change(
            edit=edit, action=action, who=self._who, why=why, key=self._key, windows=self._windows(), **self._digests
        )

    def _is_repeated(self, after: int) -> bool:
        return bool(self._key) and is_carried_out(self._key, self._store.history(after=max(0, after)))

    def _is_touched(self, edit: Edit, first: RolloutState) -> bool:
        return any(event.after.overlaps(edit) for event in self._store.history(after=first.version))

    def _named(self, targets: Sequence[str] | None) -> list[str]:
        if targets is None:
            targets = [wave.name for wave in self._plan.waves]
        return named(self._plan, self._groups, targets)

    def _risen(self, state: RolloutState, shares: Mapping[str, Share], *, is_forced: bool) -> Edit:
        """The edit to these shares. What goes up has to be free, and the workers have to obey."""
        rising = [name for name, share in shares.items() if share > state.shares.get(name, Share(0))]
        pinned = [name for name in rising if state.is_pinned or name in state.pinned]
        if pinned:
            raise RolloutRefused("pinned", f"the kill switch keeps {', '.join(pinned)}; resume first")
        held = [name for name in rising if name in state.held]
        if held:
            raise RolloutRefused("held", f"{', '.join(held)} is not to go up for now; resume first")
        if rising and not is_forced:
            require_obedient(self._store.workers(reports=False), state, way_out="; force it to go on")
        return Edit(shares=dict(shares))

    def _require_baked(self, state: RolloutState, wave: PlannedWave) -> None:
        since = max(state.since.get(name, 0) for name in wave.operations)
        left = bake_seconds(wave, state) - max(0.0, self._clock() - since)
        if left > 0:
            raise RolloutRefused(
                "baking", f"the wave {wave.name!r} has to stay at its stage for another {left:.0f} s; force it to go on"
            )
