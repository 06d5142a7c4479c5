"""Which workers have converged: a version counts only together with the history that it belongs to.

A store that was lost, replaced or restored from a backup counts its versions again. A worker that holds a
higher number of the old history has applied nothing of the new one, so versions alone prove nothing: each
heartbeat carries the head of the audit chain, and that head has to be in the chain of this store.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Final

from switchover.errors import StoreUnavailable
from switchover.rollout.state import GENESIS, RolloutState
from switchover.rollout.stores.store import RolloutStore
from switchover.rollout.stores.worker import WorkerBeat, WorkerSeen

SILENT_SECONDS: Final = 5.0
"""A worker gives a sign of life every second; one that has been silent for so long is frozen, dead, or cut off."""
LEASE_MARGIN_SECONDS: Final = 5.0
"""So much later than its lease a worker counts as back in its own process: for slow threads and drifting clocks."""


class Standing(Enum):
    """What is known of a worker and a version."""

    CONVERGED = "converged"
    BY_LEASE = "by_lease"
    BEHIND = "behind"
    DIVERGED = "diverged"
    PROBLEM = "problem"
    NOT_HEARD = "not_heard"


CONVERGED: Final = frozenset((Standing.CONVERGED, Standing.BY_LEASE))


@dataclass(frozen=True, slots=True)
class JudgedWorker:
    """A worker, held to a version.

    Attributes:
        seen: its last sign of life.
        standing: what follows from it.
        what: the same as a clause: `not heard for 37 s`; "" where there is nothing to say.
    """

    seen: WorkerSeen
    standing: Standing
    what: str = ""

    @property
    def beat(self) -> WorkerBeat:
        """Its last sign of life."""
        return self.seen.beat

    @property
    def has_converged(self) -> bool:
        """Whether new calls in it go by the version."""
        return self.standing in CONVERGED

    @property
    def is_heard(self) -> bool:
        """Whether it gave a sign of life lately."""
        return self.seen.age_seconds <= SILENT_SECONDS

    def __str__(self) -> str:
        return f"{self.seen}: {self.what}" if self.what else str(self.seen)


class Chain:
    """The versions and heads that are in the history of a store, read when they are needed.

    Args:
        store: whose history it is.
        state: what is in force there, if it was loaded already.

    Raises:
        StoreUnavailable: what is in force cannot be loaded.
    """

    def __init__(self, store: RolloutStore, state: RolloutState | None = None) -> None:
        self._store = store
        self.state = store.load() if state is None else state
        self._heads: dict[int, str] = {0: GENESIS}
        self._note()

    def catch_up(self, workers: Iterable[WorkerSeen]) -> None:
        """Load what is in force again, if a worker holds a later version than is known. Raises StoreUnavailable."""
        if any(it.beat.version > self.state.version for it in workers):
            self.state = self._store.load()
            self._note()

    def holds(self, version: int, head: str) -> bool:
        """Whether a version is in this history. Without a head, whether one of that number is."""
        if version > self.state.version:
            return False
        if not head:
            return True
        if version not in self._heads:
            with suppress(StoreUnavailable):  # a history that cannot be read proves nothing
                self._heads |= {event.version: event.digest for event in self._store.history(after=version - 1)}
        return self._heads.get(version) == head

    def _note(self) -> None:
        self._heads[self.state.version] = self.state.head


def judge(
    workers: Sequence[WorkerSeen],
    version: int,
    chain: Chain,
    *,
    is_back: bool = False,
    must_be_heard: bool = False,
) -> list[JudgedWorker]:
    """Hold workers to a version of the chain.

    Processes that only forked workers are left out while they are heard. One that went silent may have made calls since.

    Args:
        workers: of the store.
        version: that should be applied; a later one of the same chain does as well.
        chain: of the store.
        is_back: the version takes calls back, so a lease that ran out has done the same.
        must_be_heard: a worker that went silent does not count, whatever it applied before.
    """
    return [
        _judged(worker, version, chain, is_back=is_back, must_be_heard=must_be_heard)
        for worker in workers
        if not is_idle_parent(worker)
    ]


def is_idle_parent(seen: WorkerSeen) -> bool:
    """Whether a process is heard that only forked workers, and makes no calls itself."""
    return seen.beat.is_parent and seen.age_seconds <= SILENT_SECONDS


def _judged(seen: WorkerSeen, version: int, chain: Chain, *, is_back: bool, must_be_heard: bool) -> JudgedWorker:
    beat, is_heard = seen.beat, seen.age_seconds <= SILENT_SECONDS
    is_known = chain.holds(beat.version, beat.head)
    is_proven = is_known and beat.version >= version and not beat.problem and (is_heard or bool(beat.head))
    if is_proven and (is_heard or not must_be_heard):
        return JudgedWorker(seen, Standing.CONVERGED, "" if beat.head else "judged by its version alone")
    if not is_heard:
        return _silent(seen, is_back=is_back)
    if not is_known:
        what = f"it holds version {beat.version} of another history, which this store does not have"
        return JudgedWorker(seen, Standing.DIVERGED, what)
    if beat.problem:
        return JudgedWorker(seen, Standing.PROBLEM, "it reports a problem")
    return JudgedWorker(seen, Standing.BEHIND, f"it has not applied version {version}")


def _silent(seen: WorkerSeen, *, is_back: bool) -> JudgedWorker:
    lease = seen.beat.lease_seconds
    silence = f"not heard for {describe_seconds(seen.age_seconds)}"
    if is_back and lease is not None and seen.age_seconds > lease + LEASE_MARGIN_SECONDS:
        what = f"{silence}; its lease of {lease:g} s has run out, so it answers everything in its own process"
        return JudgedWorker(seen, Standing.BY_LEASE, what)
    return JudgedWorker(seen, Standing.NOT_HEARD, silence)


def describe_seconds(seconds: float) -> str:
    """A time since something, as people say it: `37 s`, `12 min`, `3 h`."""
    for limit, unit_seconds, unit in ((120, 1, "s"), (7200, 60, "min")):
        if seconds < limit:
            return f"{seconds / unit_seconds:.0f} {unit}"
    return f"{seconds / 3600:.0f} h"
