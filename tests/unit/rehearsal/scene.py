"""A rollout without processes: workers that obey at once, in a time that passes while one waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.clock import OwnedClock
from support.rollouts import FixedPlan
from switchover.rehearsal import Drill, Measures, Rehearsal, Step
from switchover.rehearsal.tally import Tally
from switchover.rollout import CircuitState, RolloutState, Share
from switchover.rollout.orders import Operator
from switchover.rollout.record import Change
from switchover.rollout.reporting import FORMAT, OperationReport
from switchover.rollout.stores import FakeRolloutStore, WorkerBeat
from switchover.rollout.windows import WindowSnapshot

OPERATIONS = ("getTrip", "listTrips")
STAGES = (Share(100), Share(10_000))


class Workers(FakeRolloutStore):
    """A store whose workers obey as soon as something changes, unless they are frozen; they call over HTTP while shares are up."""

    def __init__(self, clock: OwnedClock, ids: tuple[str, ...]) -> None:
        super().__init__(clock=clock, monotonic=clock)
        self._now, self.ids = clock, ids
        self.frozen: set[str] = set()
        self.silent: set[str] = set()
        self.failed = 0
        self.last: dict[str, float] = {}
        self.live()

    def change(self, change: Change, *, expected: int) -> RolloutState:
        found = super().change(change, expected=expected)
        self.live()
        return found

    def live(self) -> None:
        """Each gives a sign of life, and tells of its calls."""
        state = self._state
        for name in OPERATIONS:
            if state.shares.get(name) and name not in state.pinned:
                self.last[name] = self._now()
        for worker in self.ids:
            if worker not in self.frozen:
                report = {} if worker in self.silent else self._report()
                beat = WorkerBeat(id=worker, host="desk", pid=1, version=state.version, report=report)
                self._beats[worker] = (beat, self._now())

    def _report(self) -> dict[str, Any]:
        window = WindowSnapshot(seconds=10)
        told = {
            name: OperationReport(
                direct=window,
                http=WindowSnapshot(seconds=10, failed=self.failed),
                circuit=CircuitState.CLOSED,
                last_http_at=self.last.get(name),
            ).to_json()
            for name in OPERATIONS
        }
        return {"format": FORMAT, "at": self._now(), "operations": told, "leftOut": 0}


class QuietLoad:
    """Counts a call for each time that somebody waits."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.problem = ""
        self.operations = OPERATIONS
        self.refusal: Exception | None = None
        self.stops = 0
        self.starting: Callable[[], object] = lambda: None

    def start(self, interrupted: Callable[[], str]) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.starting()

    def stop(self) -> None:
        self.stops += 1


class Scene:
    """Attributes a test changes, and `run`. `happening` is called whenever somebody waits."""

    def __init__(self, **drill: Any) -> None:
        self.clock = OwnedClock()
        self.store = Workers(self.clock, ("web-1", "web-2"))
        self.load = QuietLoad()
        self.steps: list[Step] = []
        self.interruption = ""
        self.happening: Callable[[], None] = lambda: None
        self.colleague = Operator(self.store, FixedPlan(), who="colleague")
        given = {
            "operations": OPERATIONS,
            "stages": STAGES,
            "hold": 3.0,
            "why": "drill",
            "order_patience": 0.05,
            **drill,
        }
        self.drill = Drill(**given)

    def run(self, show: Callable[[Step], object] | None = None) -> Measures:
        return self.rehearsal(show or self.steps.append).run()

    def rehearsal(self, show: Callable[[Step], object]) -> Rehearsal:
        return Rehearsal(
            store=self.store,
            operator=Operator(self.store, FixedPlan(), who="kokoro"),
            load=self.load,
            drill=self.drill,
            interrupted=lambda: self.interruption,
            show=show,
            clock=self.clock,
            now=self.clock,
            pause=self.pause,
        )

    def pause(self, seconds: float) -> None:
        """Time passes, and everybody does something."""
        assert seconds > 0
        self.load.tally.count(self.load.tally.step, "getTrip")
        self.happening()
        self.clock.passes(seconds)
        if self.store.outage is None:
            self.store.live()

    def is_at(self, order: str, share: int = 0) -> bool:
        """Was this the last order?"""
        return bool(self.steps) and (self.steps[-1].order, self.steps[-1].share) == (order, share)

    def shares(self) -> dict[str, int]:
        """In force now."""
        self.store.outage = None
        return {name: int(share) for name, share in self.store.load().shares.items()}
