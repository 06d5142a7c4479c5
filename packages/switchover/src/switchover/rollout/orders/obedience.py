"""Has an order been obeyed, by whom, and how long did it take?"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from switchover.errors import RolloutRefused
from switchover.rollout.state import RolloutState
from switchover.rollout.stores.store import RolloutStore
from switchover.rollout.stores.worker import WorkerSeen

SILENT_SECONDS: Final = 5.0
"""A worker gives a sign of life every second; one that has been silent for so long is frozen, dead, or cut off."""
_LOOK_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True)
class Obeyed:
    """What became of an order.

    Attributes:
        n: workers that have applied the version, or a later one.
        of: workers there are.
        seconds: how long was waited.
        late: those that have not, with their last sign of life: frozen, dead within the last half minute, or cut off from the store.
    """

    n: int
    of: int
    seconds: float
    late: tuple[WorkerSeen, ...] = ()

    def is_complete(self) -> bool:
        """Is there a worker, and did all of them obey?"""
        return self.of > 0 and self.n == self.of

    def __str__(self) -> str:
        said = f"{self.n} of {self.of} workers obeyed within {self.seconds:.2f} s"
        return f"{said}; not: {', '.join(map(str, self.late))}" if self.late else said


def wait_obeyed(
    store: RolloutStore,
    version: int,
    timeout: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], object] = time.sleep,
) -> Obeyed:
    """Wait until every worker has applied a version, for at most `timeout` seconds. Raises StoreUnavailable."""
    started = clock()
    missing: dict[str, WorkerSeen] = {}
    while True:
        seen = store.workers(reports=False)
        # One that was silent and is not listed any more has not left: it was given up.
        missing = {key: worker for key, worker in missing.items() if worker.age_seconds > SILENT_SECONDS}
        late = {worker.beat.id: worker for worker in seen if worker.beat.version < version}
        obeyed = len(seen) - len(late)
        missing = {**{key: gone for key, gone in missing.items() if key not in {it.beat.id for it in seen}}, **late}
        waited = clock() - started
        if not missing or waited >= timeout:
            return Obeyed(obeyed, obeyed + len(missing), waited, tuple(missing.values()))
        pause(min(_LOOK_SECONDS, timeout - waited))


def require_obedient(workers: Sequence[WorkerSeen], state: RolloutState, *, way_out: str = "") -> None:
    """Raises RolloutRefused unless there are workers, and all of them live and have applied what is in force; the text ends with the way out."""
    if not workers:
        raise RolloutRefused("no_workers", f"no worker follows this rollout, so there is nobody to obey{way_out}")
    late = [it for it in workers if it.beat.version != state.version or it.age_seconds > SILENT_SECONDS]
    if late:
        shown = ", ".join(map(str, late))
        raise RolloutRefused(
            "not_obeyed", f"not every worker lives and has applied version {state.version}: {shown}{way_out}"
        )
