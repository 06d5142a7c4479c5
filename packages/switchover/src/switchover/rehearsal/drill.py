"""A rehearsal: up through the stages, back down, and as it was before, whatever happens on the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from switchover.errors import SwitchoverError
from switchover.rehearsal.choosing import require_quiet
from switchover.rehearsal.evidence import Evidence
from switchover.rehearsal.measures import Measures, Step
from switchover.rehearsal.orders import Orders
from switchover.rehearsal.returning import Returning
from switchover.rehearsal.tally import Tally
from switchover.rollout.orders import Operator
from switchover.rollout.orders.convergence import Chain
from switchover.rollout.orders.obedience import require_obedient
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState
from switchover.rollout.stores import RolloutStore

_LOOK_SECONDS: Final = 0.05
_REPORT_SECONDS: Final = 1.0
_TELLING_SECONDS: Final = 5.0
_NOTHING: Final = Share(0)


class Driven(Protocol):
    """A load, as a rehearsal needs it."""

    tally: Tally

    @property
    def operations(self) -> tuple[str, ...]:
        """That it calls, once it has begun: the ones to move."""
        ...

    @property
    def problem(self) -> str:
        """Why no calls are made any more; "" if they are."""
        ...

    def start(self, interrupted: Callable[[], str]) -> None:
        """Begin. Raises RolloutRefused, also where it is interrupted before it has."""
        ...

    def stop(self) -> None:
        """End."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """What is to be done.

    Attributes:
        operations: that move, if the load calls them.
        stages: the shares that they go through.
        hold: seconds at each stage, and after the rollback.
        is_from_current: may they have shares already?
        why: for the record.
        order_patience: seconds that an order waits for workers.
        return_patience: seconds that the way back waits for the store.
    """

    operations: tuple[str, ...]
    stages: tuple[Share, ...]
    hold: float = 3.0
    is_from_current: bool = False
    why: str = ""
    order_patience: float = 5.0
    return_patience: float = 30.0


class BrokenOff(SwitchoverError):
    """It does not go on; the way back has yet to be gone."""


def _going() -> str:
    return ""


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """Runs a drill. Blocks; the load runs beside it.

    Args:
        store, operator: of the rollout; the operator's name stands in the record.
        load: makes the calls.
        drill: what is to be done.
        interrupted: why it should end now, or "". It then goes back at once.
        show: is told of each step, as it is done.
        ready: is told which operations move, before the first does.
        clock: monotonic, seconds.
        now: seconds since 1970.
        pause: waits for some seconds.
    """

    store: RolloutStore
    operator: Operator
    load: Driven
    drill: Drill
    interrupted: Callable[[], str] = _going
    show: Callable[[Step], object] = field(default=lambda _: None)
    ready: Callable[[Sequence[str]], object] = field(default=lambda _: None)
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    pause: Callable[[float], object] = time.sleep

    def run(self) -> Measures:
        """Do it, and tell what was measured. What is in force afterwards is what was before.

        Raises:
            RolloutRefused: it does not start: a rollout is under way, workers are missing, or the load cannot be used. Nothing was changed.
            StoreUnavailable: it does not start.
        """
        before = self.store.load()
        require_quiet(before, self.drill.operations, is_from_current=self.drill.is_from_current)
        workers = self.store.workers()
        require_obedient(workers, Chain(self.store, before))
        try:
            self.load.start(self.interrupted)
            self.drill = replace(self.drill, operations=self.load.operations)
            self.ready(self.drill.operations)
            return self._run(before, [worker.beat.id for worker in workers])
        finally:
            self.load.stop()

    def _run(self, before: RolloutState, workers: Sequence[str]) -> Measures:
        began, evidence = self.now(), Evidence(self.drill.operations)
        orders = Orders(
            store=self.store,
            operator=self.operator,
            tally=self.load.tally,
            patience=self.drill.order_patience,
            why=self.drill.why,
            show=self.show,
            clock=self.clock,
            now=self.now,
        )
        broken, left = "", ""
        try:
            self._rise(before, orders, evidence)
        except SwitchoverError as error:
            broken = str(error)
        finally:
            # Also where something else is raised, an interruption say: nobody leaves before it is as it was.
            returning = Returning(
                orders=orders,
                before=before,
                operations=self.drill.operations,
                patience=self.drill.return_patience,
                pause=self.pause,
            )
            rolled_back = returning.roll_back()
            if rolled_back is not None:
                self._see_the_last(rolled_back, workers, evidence)
            left = returning.restore()
            self.load.stop()
        return Measures(
            steps=orders.counted(),
            http=evidence.after(rolled_back, began) if rolled_back is not None else (),
            skipped=self.load.tally.skipped,
            unproven=tuple(evidence.unproven(began)),
            troubles=self.load.tally.troubles,
            broken_off=broken,
            left=left,
        )

    def _rise(self, before: RolloutState, orders: Orders, evidence: Evidence) -> None:
        for stage in self.drill.stages:
            self._require_going()
            below = [name for name in self.drill.operations if before.shares.get(name, _NOTHING) < stage]
            if below:
                orders.set_share(stage, below)
                self._stay(self.drill.hold, evidence)

    def _stay(self, seconds: float, evidence: Evidence) -> None:
        """Let the load go on. Raises BrokenOff where it is not to, StoreUnavailable."""
        until, looked = self.clock() + seconds, float("-inf")
        while (left := until - self.clock()) > 0:
            self._require_going()
            if self.clock() - looked >= _REPORT_SECONDS:
                looked = self.clock()
                evidence.add(self.store.workers())
            self.pause(min(_LOOK_SECONDS, left))
        evidence.add(self.store.workers())

    def _require_going(self) -> None:
        what = self.interrupted() or self.load.problem
        if what:
            raise BrokenOff(what)

    def _see_the_last(self, ordered: float, workers: Sequence[str], evidence: Evidence) -> None:
        """Let the load go on after the rollback, until every worker has told of its calls; those that do not are told of."""
        stay = self.clock() + (0.0 if self.interrupted() else self.drill.hold)
        since, until = ordered + (stay - self.clock()), stay + _TELLING_SECONDS
        while self.clock() < until:
            try:
                evidence.add(self.store.workers())
            except SwitchoverError:
                return
            if self.clock() >= stay and evidence.have_told(workers, since):
                return
            self.pause(_LOOK_SECONDS)
