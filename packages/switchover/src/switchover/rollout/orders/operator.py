"""What an operator can do to a rollout, as calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from switchover.errors import RolloutConflict, RolloutRefused, StoreUnavailable, SwitchoverError
from switchover.rollout.orders.evidence import EVIDENCE_SECONDS, attach_within
from switchover.rollout.orders.histories import everything_back, held_elsewhere, pass_version, require_one_history
from switchover.rollout.orders.obedience import Obeyed, wait_obeyed
from switchover.rollout.orders.planned import (
    Planned,
    named,
    next_stage,
    require_baked,
    require_baked_before,
    wave_to_promote,
    wave_to_start,
)
from switchover.rollout.orders.repeating import REMEMBERED, find_carried_out
from switchover.rollout.orders.rise import edit_to
from switchover.rollout.orders.undoing import Established, Undone, established_by, held_since, is_rising, undone
from switchover.rollout.record.edit import Edit
from switchover.rollout.record.event import Change
from switchover.rollout.record.words import action_words
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState
from switchover.rollout.stores.store import RolloutStore

NO_REASON: Final = "not given"
"""Is recorded for a rollback without a reason."""

_ATTEMPTS: Final = 50
_LOOK_SECONDS: Final = 1.0
_SECOND_LOOK_SECONDS: Final = 0.3  # what it misses is found by `wait_obeyed`


class Operator:
    """Gives orders to everyone who follows a store.

    While a worker that lives follows another history, because the store was lost, replaced or
    restored, only `rollback` is carried out. It passes the version of that worker, and takes
    everything back, whatever it names: see `histories`.

    An order that meets somebody else's change is given again, if it still means the same: nobody touched the same operations meanwhile.
    One that goes back, or holds, always does. An order that would change nothing is not recorded.

    The way back depends on the store's state and audit log, and on nothing else: the switch is
    thrown first, and then the figures of that moment are attached to the event, if they can be
    read in `EVIDENCE_SECONDS`. What goes up is recorded with its figures.

    Args:
        store: where it is kept.
        plan: its waves.
        who: stands by the orders in the record.
        groups: operation ids by the name of a group.
        key: names the order that this operator gives (`order_key`): one that is among the last 1,000 on record under it is not carried out
            again. "" for orders that have no name.
        contract_digest, plan_digest: for the record.
        windows: returns the outcomes at the moment of a change, for the audit log; any JSON.

    Attributes:
        established: what the last order of this operator brought about; None before.
        passed: the version of another history that workers held and that the last rollback passed, or None.

    Every order returns the state in force then, and raises:
        RolloutRefused: it is not carried out; the text says what would help.
        RolloutConflict: somebody else was there first.
        StoreUnavailable: the store does not answer. Nothing was changed.
        ChangeUnknown: its answer was lost, so it may be carried out.
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
        windows: Callable[[], Any] | None = None,
    ) -> None:
        self._store, self._plan, self._who = store, plan, who
        self._groups, self._key = groups or {}, key
        self._digests: dict[str, Any] = {"contract_digest": contract_digest, "plan_digest": plan_digest}
        self._windows = windows
        self.established: Established | None = None
        self.passed: int | None = None
        self._back_why: str | None = None

    def start(self, wave: str | None = None, *, why: str = "", is_forced: bool = False) -> RolloutState:
        """Bring a wave, or the one that is next, to its first stage. Forced: though one before it is not complete, or workers do not obey."""

        def decided(state: RolloutState) -> Edit:
            now = None if is_forced else self._store.now()
            chosen = wave_to_start(self._plan, state, wave, now)
            return edit_to(
                self._store, state, dict.fromkeys(chosen.operations, chosen.stages[0].share), is_forced=is_forced
            )

        return self._ordered(action_words("start", is_forced=is_forced), decided, why)

    def promote(self, wave: str | None = None, *, why: str = "", is_forced: bool = False) -> RolloutState:
        """Bring a wave, or the one under way, to its next stage. Forced: though the stage is young, or workers do not obey."""

        def decided(state: RolloutState) -> Edit:
            chosen = wave_to_promote(self._plan, state, wave)
            stage = next_stage(chosen, state)
            if not is_forced:
                require_baked(chosen, state, self._store.now())
            below = [name for name in chosen.operations if state.shares.get(name, Share(0)) < stage]
            return edit_to(self._store, state, dict.fromkeys(below, stage), is_forced=is_forced)

        return self._ordered(action_words("promote", is_forced=is_forced), decided, why)

    def set_share(
        self, share: Share, targets: Sequence[str] | None = None, *, why: str, is_forced: bool = False
    ) -> RolloutState:
        """Give operations, groups or waves (None: all of the plan) a share.

        It is free of stages and of the order of waves, but not a way around a bake: what would
        begin a wave waits, as `start` does, until the waves before it that are complete have
        baked. Forced: it does not, and goes up though workers do not obey.
        """

        def decided(state: RolloutState) -> Edit:
            edit = edit_to(self._store, state, dict.fromkeys(self._named(targets, state), share), is_forced=is_forced)
            if share and not is_forced:
                require_baked_before(self._plan, state, edit.new_to(state).shares, self._store.now)
            return edit

        return self._ordered(action_words("set", is_forced=is_forced), decided, why)

    def hold(self, targets: Sequence[str] | None = None, *, why: str = "") -> RolloutState:
        """Keep operations, groups or waves (None: all of the plan) from going up. What they have stays."""

        def decided(state: RolloutState) -> Edit:
            require_one_history(self._store)
            return Edit(held=dict.fromkeys(self._named(targets, state), True))

        return self._ordered("hold", decided, why, goes_on=True)

    def resume(self, targets: Sequence[str] | None = None, *, why: str = "") -> RolloutState:
        """Release from hold and kill switch; None: everything. Shares stay: what was rolled back has none, and starts again."""

        def decided(state: RolloutState) -> Edit:
            require_one_history(self._store)
            if targets is None:
                return Edit(
                    pinned=dict.fromkeys(state.pinned, False), held=dict.fromkeys(state.held, False), is_pinned=False
                )
            if state.is_pinned:
                raise RolloutRefused("all_pinned", "the kill switch keeps all operations; resume all of them")
            released = dict.fromkeys(self._named(targets, state), False)
            return Edit(pinned=released, held=released)

        return self._ordered("resume", decided, why)

    def rollback(self, targets: Sequence[str] | None = None, *, why: str = "") -> RolloutState:
        """Pull the kill switch: pin targets to this process, and take their shares back to 0.

        Targets are operations, cohorts, groups or waves; None means everything.

        Without a reason, `NO_REASON` is recorded.
        """

        def decided(state: RolloutState) -> Edit:
            if targets is None:
                return Edit(shares=dict.fromkeys(state.shares, Share(0)), is_pinned=True)
            back = self._named(targets, state)
            return Edit(shares=dict.fromkeys(back, Share(0)), pinned=dict.fromkeys(back, True))

        self._back_why = why if why.strip() else NO_REASON
        if targets is not None and (held := held_elsewhere(self._store, _LOOK_SECONDS)) is not None:
            self._named(targets, self._store.load())  # a name that stands for nothing is refused
            if (passing := self._pass(held)) is not None:
                return passing
        state = self._ordered("rollback", decided, self._back_why, goes_on=True)
        with suppress(RolloutConflict, StoreUnavailable):  # the order is in force; `wait_obeyed` sees to the rest
            held = held_elsewhere(self._store, _SECOND_LOOK_SECONDS)
            return state if held is None else self._pass(held) or state
        return state

    def undone(self) -> Undone | None:
        """Return what undid the last order of this operator.

        None while what it brought about is in force, and before the first.

        Raises:
            StoreUnavailable: the store does not answer, so there is no telling.
        """
        return None if self.established is None else undone(self._store, self.established)

    def wait_obeyed(self, version: int, timeout: float, *, pause: Callable[[float], object] = time.sleep) -> Obeyed:
        """Wait until every worker has applied a version, for at most `timeout` seconds.

        The result names those that have not. Where it is the version of the last order, it also
        says whether that was undone meanwhile, and a rollback passes the versions of workers that
        follow another history. Raises StoreUnavailable.
        """
        is_last = self.established is not None and version == self.established.state.version
        is_back = is_last and self._back_why is not None
        obeyed = wait_obeyed(
            self._store,
            version,
            timeout,
            undone=self.undone if is_last else lambda: None,
            held_since=lambda: held_since(self._store, self.established if is_last else None),
            is_back=is_back,
            passing=self._pass if is_back else lambda _: None,
            pause=pause,
        )
        return replace(obeyed, passed=self.passed if is_last else None)

    def _pass(self, held: int) -> RolloutState | None:
        """Give the last rollback again, for everything, past a version of another history."""
        assert self._back_why is not None
        state = pass_version(self._store, held, who=self._who, why=self._back_why, key=self._key)
        if state is not None:
            self.passed = held
            self.established = Established(everything_back(state), state)
        return state

    def _ordered(
        self, action: str, decided: Callable[[RolloutState], Edit], why: str, *, goes_on: bool = False
    ) -> RolloutState:
        self.passed, self._back_why = None, why if action == "rollback" else None
        first = state = self._store.load()
        if self._is_repeated(state.version - REMEMBERED, goes_on=goes_on):
            return state
        edit = decided(state)
        for _ in range(_ATTEMPTS):
            new = edit.new_to(state)
            if new.is_empty():
                self.established = Established(edit, state)
                return state
            try:
                return self._made(new, edit, state, action, why, is_back=goes_on or not is_rising(new, state))
            except RolloutConflict as conflict:
                state, meant = self._store.load(), edit
                if self._is_repeated(first.version, goes_on=goes_on):
                    return state
                edit = decided(state)
                if not goes_on and (edit != meant or self._is_touched(edit, first)):
                    raise RolloutConflict(first.version, state.version, "the same operations changed") from conflict
        raise RolloutConflict(first.version, state.version, f"others were faster {_ATTEMPTS} times")

    def _made(
        self, new: Edit, edit: Edit, state: RolloutState, action: str, why: str, *, is_back: bool
    ) -> RolloutState:
        windows = None if is_back or self._windows is None else self._windows()
        change = Change(
            edit=new, action=action, who=self._who, why=why, key=self._key, windows=windows, **self._digests
        )
        try:
            after = self._store.change(change, expected=state.version)
        except KeyboardInterrupt:
            self._note_made(change, edit, state)
            raise
        self.established = Established(edit, after)
        if is_back and self._windows is not None:
            attach_within(EVIDENCE_SECONDS, self._store, after, self._windows)
        return after

    def _note_made(self, change: Change, edit: Edit, state: RolloutState) -> None:
        """Find out whether a change that was interrupted had been made already."""
        with suppress(SwitchoverError):
            for event in self._store.history(after=state.version, limit=1):
                asked = change.who, change.action, change.why, change.edit
                if (event.who, event.action, event.why, event.after) == asked:
                    self.established = Established(edit, event.applied(state))

    def _is_repeated(self, after: int, *, goes_on: bool) -> bool:
        if not self._key:
            return False
        try:
            event = find_carried_out(self._key, self._store.history(after=max(0, after)))
        except StoreUnavailable:
            if not goes_on:
                raise
            return False  # going back twice does no harm, and must not depend on the audit log
        if event is None:
            return False
        # Others may have undone it since: what it brought about is what the answer is judged by.
        self.established = established_by(self._store, event)
        return True

    def _is_touched(self, edit: Edit, first: RolloutState) -> bool:
        return any(event.after.overlaps(edit) for event in self._store.history(after=first.version))

    def _named(self, targets: Sequence[str] | None, state: RolloutState) -> list[str]:
        if targets is None:
            targets = [wave.name for wave in self._plan.waves]
        return named(self._plan, self._groups, targets, others={*state.shares, *state.pinned, *state.held})
