"""The orders of a rehearsal: each is a step, timed until the last worker has obeyed."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from switchover.errors import outline
from switchover.rehearsal.measures import Step
from switchover.rehearsal.tally import Tally
from switchover.rollout.orders import Operator
from switchover.rollout.record import Event
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState
from switchover.rollout.stores import RolloutStore

_log = logging.getLogger("switchover.rehearsal")


@dataclass(slots=True, kw_only=True)
class Orders:
    """Gives them, and notes what came of them.

    Args:
        store, operator: of the rollout.
        tally: of the load; is told which step is under way.
        patience: seconds to wait for workers to obey.
        why: for the record.
        show: is told of each step.
        clock: monotonic, seconds.
        now: seconds since 1970.

    Attributes:
        steps: so far, their calls not yet counted.
    """

    store: RolloutStore
    operator: Operator
    tally: Tally
    patience: float
    why: str
    show: Callable[[Step], object]
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    steps: list[Step] = field(default_factory=list)
    _begun: tuple[str, float, float] | None = None
    _mark: str = field(default_factory=lambda: f"rehearsal {secrets.token_hex(4)}")

    def set_share(self, share: Share, operations: Sequence[str], *, is_forced: bool = False) -> None:
        """Give operations a share. Raises what `Operator.set_share` raises."""
        self._step(
            "set", share, lambda: self.operator.set_share(share, operations, why=self._why(), is_forced=is_forced)
        )

    def rollback(self, operations: Sequence[str]) -> None:
        """Pull the kill switch of operations. Raises StoreUnavailable."""
        self._step("rollback", Share(0), lambda: self.operator.rollback(operations, why=self._why()))

    def resume(self, operations: Sequence[str], held: Sequence[str]) -> None:
        """Release it, and keep from going up what somebody held meanwhile. Raises what `Operator.resume` raises."""
        self._step("resume", Share(0), lambda: self.operator.resume(operations, why=self._why()))
        if held:
            self.operator.hold(held, why=self._why())

    def others(self, since: int) -> list[Event]:
        """What others ordered after a version. Raises StoreUnavailable."""
        return [event for event in self.store.history(after=since) if not event.why.startswith(self._mark)]

    def counted(self) -> tuple[Step, ...]:
        """The steps with the calls that began in each."""
        return tuple(self._counted(number, step) for number, step in enumerate(self.steps))

    def _counted(self, number: int, step: Step) -> Step:
        calls, failed, wrong = self.tally.of(number)
        return replace(step, calls=calls, failed=failed, wrong=wrong)

    def _why(self) -> str:
        return f"{self._mark}: {self.why}"

    def _step(self, order: str, share: Share, give: Callable[[], RolloutState]) -> None:
        self.tally.begin(len(self.steps))
        if self._begun is None or self._begun[0] != order:
            self._begun = (order, self.now(), self.clock())
        _, at, started = (
            self._begun
        )  # an order that is given again, because the store did not answer, counts from the first time
        state = give()
        obeyed = self.operator.wait_obeyed(state.version, self.patience)
        step = Step(
            order=order,
            share=int(share),
            version=state.version,
            at=at,
            obeyed=obeyed.n,
            of=obeyed.of,
            seconds=self.clock() - started,
            late=tuple(map(str, obeyed.late)),
        )
        self._begun = None
        self.steps.append(step)
        try:
            self.show(step)
        except Exception as error:  # a terminal that is gone must not keep anybody from going back
            _log.warning("%s (version %d) could not be shown: %s", order, step.version, outline(error))
