"""Has an order been obeyed, by whom, how long did it take, and does it still hold?"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from switchover.errors import RolloutRefused
from switchover.rollout.orders.convergence import SILENT_SECONDS, Chain, JudgedWorker, Standing, judge
from switchover.rollout.orders.undoing import Undone
from switchover.rollout.record.event import HIGHEST_PASSED
from switchover.rollout.state import RolloutState
from switchover.rollout.stores.store import RolloutStore
from switchover.rollout.stores.worker import WorkerSeen

__all__ = ["SILENT_SECONDS", "Obeyed", "is_ahead", "require_obedient", "version_to_pass", "wait_obeyed"]

_LOOK_SECONDS: Final = 0.02
_MOST_PASSES: Final = 5


@dataclass(frozen=True, slots=True)
class Obeyed:
    """What became of an order.

    Attributes:
        n: workers that go by the version, or a later one of the same history.
        of: workers there are.
        seconds: how long was waited.
        late: those that do not: frozen, dead, cut off from the store, or with another history.
        assumed: of `n`, those that need a word: their lease ran out, or they do not say which history they follow.
        version: that was waited for; higher than the order's own if versions that the store had lost had to be passed,
            or if the order was undone meanwhile and given again.
        passed: the version of another history that workers held and that was passed, or None.
        undone: what put the order out of force while it waited, or None.
    """

    n: int
    of: int
    seconds: float
    late: tuple[JudgedWorker, ...] = ()
    assumed: tuple[JudgedWorker, ...] = ()
    version: int = 0
    passed: int | None = None
    undone: Undone | None = None

    def is_complete(self) -> bool:
        """Whether there is a worker, all of them converged, and what was ordered is still in force."""
        return self.of > 0 and self.n == self.of and self.undone is None

    def __str__(self) -> str:
        said = f"{self.n} of {self.of} workers obeyed within {self.seconds:.2f} s"
        if self.late:
            said = f"{said}; not: {', '.join(map(str, self.late))}"
        return f"{said}; undone by {self.undone}" if self.undone else said


def wait_obeyed(
    store: RolloutStore,
    version: int,
    timeout: float,
    *,
    undone: Callable[[], Undone | None] = lambda: None,
    held_since: Callable[[], int] = lambda: 0,
    is_back: bool = False,
    passing: Callable[[int], RolloutState | None] = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], object] = time.sleep,
) -> Obeyed:
    """Wait until every worker has applied a version, for at most `timeout` seconds.

    Args:
        store: where the order is in force.
        version: that it led to.
        timeout: seconds.
        undone: is asked at the end what put the order out of force.
        held_since: is asked at the end from which version on the order has held without a break. Workers have to go by
            that one: others may have undone the order and given it again.
        is_back: it takes calls back, so that a lease which ran out has done the same.
        passing: is given the highest version that workers hold while they follow another history. Makes a change with
            a higher one, so that they follow it, and returns its state; or None, and these workers are named.
        clock: monotonic, seconds.
        pause: waits for some seconds.

    Raises:
        StoreUnavailable: the store does not answer.
    """
    started, chain, passes = clock(), Chain(store), 0
    while True:
        seen = store.workers(reports=False)
        chain.catch_up(seen)
        judged = judge(seen, version, chain, is_back=is_back)
        if passes < _MOST_PASSES and (held := version_to_pass(judged, chain.state)) is not None:
            passes += 1
            state = passing(held)
            if state is not None:
                version, chain = state.version, Chain(store, state)
                continue
        waited = clock() - started
        if waited >= timeout or all(it.has_converged for it in judged):
            if (since := held_since()) > version:
                version = since
                continue
            return _obeyed(judged, version, waited, undone())
        pause(min(_LOOK_SECONDS, timeout - waited))


def _obeyed(judged: Sequence[JudgedWorker], version: int, seconds: float, undone: Undone | None) -> Obeyed:
    late = tuple(it for it in judged if not it.has_converged)
    assumed = tuple(it for it in judged if it.has_converged and it.what)
    n = len(judged) - len(late)
    return Obeyed(n, len(judged), seconds, late, assumed=assumed, version=version, undone=undone)


def is_ahead(worker: JudgedWorker, state: RolloutState) -> bool:
    """Whether a worker lives, follows another history than the store, and will not follow this one by itself."""
    return worker.is_heard and worker.standing is Standing.DIVERGED and worker.beat.version >= state.version


def version_to_pass(workers: Sequence[JudgedWorker], state: RolloutState) -> int | None:
    """Return the version past which workers that live and follow another history follow the store again.

    None if there are none. A version that is too high to be one is left alone: it is named, and
    keeps nobody from reaching the others.
    """
    possible = [it for it in workers if it.beat.version <= HIGHEST_PASSED]
    if not any(is_ahead(it, state) for it in possible):
        return None
    return max(it.beat.version for it in possible)


def require_obedient(workers: Sequence[WorkerSeen], chain: Chain, *, way_out: str = "") -> None:
    """Require that there are workers, and that all of them live and go by what is in force.

    Raises:
        RolloutRefused: they do not; the text ends with the way out.
    """
    state = chain.state
    judged = judge(workers, state.version, chain, must_be_heard=True)
    if not judged:
        raise RolloutRefused("no_workers", f"no worker follows this rollout, so there is nobody to obey{way_out}")
    late = [it for it in judged if not it.has_converged]
    if late:
        shown = ", ".join(map(str, late))
        if any(it.standing is Standing.NOT_HEARD for it in late):
            way_out = f"; `switchover forget` strikes off what is known to be gone{way_out}"
        raise RolloutRefused(
            "not_obeyed", f"not every worker lives and has applied version {state.version}: {shown}{way_out}"
        )
