"""Two histories of one rollout: what to do where workers follow one that their store has lost.

A store that was lost, replaced or restored from a backup is behind its workers, or beside them. They keep what they have,
above all the kill switch, until a version past theirs is in force. Such a version brings what the *store* holds, and that
may be an old backup: so a change passes their version only together with taking everything back.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Final

from switchover.errors import RolloutConflict, RolloutRefused, StoreUnavailable
from switchover.rollout.orders.convergence import Chain, JudgedWorker, judge
from switchover.rollout.orders.obedience import is_ahead, version_to_pass
from switchover.rollout.record.edit import Edit
from switchover.rollout.record.event import HIGHEST_PASSED, Change
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState
from switchover.rollout.stores.store import RolloutStore

_ATTEMPTS: Final = 50
_WAY_OUT: Final = "`switchover rollback` takes everything back and brings them to this store"


def held_elsewhere(store: RolloutStore, seconds: float) -> int | None:
    """Return the version to pass, if a worker that lives follows another history: `version_to_pass`.

    None as well where the workers cannot be listed in so many seconds: the way back does not depend on them.
    """
    found: list[int] = []

    def look() -> None:
        with suppress(StoreUnavailable):
            held = version_to_pass(*_judged(store))
            found.extend([] if held is None else [held])

    thread = threading.Thread(target=look, name="switchover-histories", daemon=True)
    with suppress(RuntimeError):  # no more threads can be started
        thread.start()
        thread.join(seconds)
    return found[0] if found else None


def require_one_history(store: RolloutStore) -> None:
    """Require that no worker that lives follows another history, as far as workers can be listed.

    Raises:
        RolloutRefused: one does; the text names it and says what helps.
    """
    with suppress(StoreUnavailable):
        judged, state = _judged(store)
        if ahead := [it for it in judged if is_ahead(it, state)]:
            shown = ", ".join(map(str, ahead))
            lost = f"the store was lost, replaced or restored, and workers do not follow it: {shown}"
            raise RolloutRefused("diverged", f"{lost}. Nothing was changed, and they keep what they have; {_WAY_OUT}")


def everything_back(state: RolloutState) -> Edit:
    """The edit that takes every operation back."""
    return Edit(shares=dict.fromkeys(state.shares, Share(0)), is_pinned=True)


def pass_version(store: RolloutStore, held: int, *, who: str, why: str, key: str) -> RolloutState | None:
    """Take everything back by a change that workers follow which hold a version of another history.

    Returns:
        The state in force then; None if their version is too high to be one.

    Raises:
        RolloutConflict: others were faster each time.
        StoreUnavailable: the store does not answer.
    """
    if held > HIGHEST_PASSED:
        return None
    state = store.load()
    for _ in range(_ATTEMPTS):
        edit, passes = everything_back(state), max(held, state.version)
        change = Change(edit=edit, action="rollback", who=who, why=why, key=key, passes=passes)
        try:
            return store.change(change, expected=state.version)
        except RolloutConflict:
            state = store.load()
    raise RolloutConflict(state.version, state.version, f"others were faster {_ATTEMPTS} times")


def _judged(store: RolloutStore) -> tuple[list[JudgedWorker], RolloutState]:
    chain, workers = Chain(store), store.workers(reports=False)
    chain.catch_up(workers)
    return judge(workers, chain.state.version, chain), chain.state
