"""The fleet that follows a store, looked at through a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any, Protocol

from switchover.rollout.fleet.figures import OperationFigures, merged
from switchover.rollout.fleet.view import ContractsView, FleetView, OperationView, WaveView, WorkerView
from switchover.rollout.orders.convergence import SILENT_SECONDS, Chain, is_idle_parent, judge
from switchover.rollout.orders.planned import Planned, PlannedWave, bake_seconds, is_complete, lowest
from switchover.rollout.reporting import contract_of, missing_of, reports_of, services_of
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState
from switchover.rollout.stores.store import RolloutStore


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class Viewed(Planned, Protocol):
    """A plan that knows the cohort of each of its operations."""

    def group_of(self, operation: str) -> _Named:
        """The cohort of an operation of the plan."""
        ...


class Fleet:
    """Looks at a rollout: changes nothing.

    Args:
        store: where it is kept.
        plan: its waves and cohorts.
        clock: seconds since 1970; the store's unless given.
    """

    def __init__(self, store: RolloutStore, plan: Viewed, *, clock: Callable[[], float] | None = None) -> None:
        self._store, self._plan, self._clock = store, plan, clock or store.now

    def view(self) -> FleetView:
        """The rollout as it is now. Raises StoreUnavailable."""
        state, workers = self._store.load(), self._store.workers()
        living = [worker for worker in workers if worker.age_seconds <= SILENT_SECONDS]
        chain = Chain(self._store, state)
        chain.catch_up(workers)
        judged = judge(workers, state.version, chain, must_be_heard=True)
        reports = [worker.beat.report for worker in living]
        figures = merged(reports_of(report) for report in reports)
        missing = {name for report in reports for name in missing_of(report)}
        now = self._clock()
        return FleetView(
            at=now,
            version=state.version,
            head=state.head,
            is_pinned=state.is_pinned,
            waves=tuple(_wave(wave, state, now) for wave in self._plan.waves),
            operations=tuple(self._operations(state, figures, missing)),
            workers=tuple(map(WorkerView, judged)),
            parents=sum(map(is_idle_parent, workers)),
            left_out=sum(map(_left_out, reports)),
            contracts=_contracts([worker.beat.report for worker in living if not worker.beat.is_parent]),
        )

    def figures(self) -> Mapping[str, Any]:
        """Return what the calls of each operation come to at the moment, as JSON has it.

        For `Operator(…, windows=fleet.figures)`.

        Raises:
            StoreUnavailable: the heartbeats cannot be read. Plan and state are not needed.
        """
        living = [worker for worker in self._store.workers() if worker.age_seconds <= SILENT_SECONDS]
        found = merged(reports_of(worker.beat.report) for worker in living)
        return {name: figures.to_json() for name, figures in found.items() if figures.measured is not None}

    def _operations(
        self, state: RolloutState, figures: Mapping[str, OperationFigures], missing: AbstractSet[str]
    ) -> list[OperationView]:
        waves = {operation: wave for wave in self._plan.waves for operation in wave.operations}
        unplanned = sorted({*state.shares, *state.pinned, *state.held, *figures} - waves.keys())
        found = [
            self._operation(name, waves.get(name), state, figures.get(name, OperationFigures()))
            for name in (*waves, *unplanned)
        ]
        return [replace(view, is_missing=view.operation in missing) for view in found]

    def _operation(
        self, name: str, wave: PlannedWave | None, state: RolloutState, figures: OperationFigures
    ) -> OperationView:
        share = state.shares.get(name, Share(0))
        return OperationView(
            operation=name,
            wave="" if wave is None else wave.name,
            cohort="" if wave is None else self._plan.group_of(name).name,
            stage=0 if wave is None else _reached(wave, share),
            stages=0 if wave is None else len(wave.stages),
            share=share,
            is_pinned=state.is_pinned or name in state.pinned,
            is_held=name in state.held,
            figures=figures,
        )


def _wave(wave: PlannedWave, state: RolloutState, now: float) -> WaveView:
    reached, since = _reached(wave, lowest(wave, state)), max(state.since.get(name, 0) for name in wave.operations)
    is_baking = reached and not is_complete(wave, state)
    left = bake_seconds(wave, state) - max(0.0, now - since) if is_baking else 0.0
    return WaveView(name=wave.name, stage=reached, stages=len(wave.stages), bake_seconds_left=max(0.0, left))


def _reached(wave: PlannedWave, share: Share) -> int:
    """The number of the highest stage that a share has reached."""
    return sum(stage.share <= share for stage in wave.stages)


def _contracts(reports: Sequence[Mapping[str, Any]]) -> ContractsView:
    own = (contract_of(report) for report in reports)
    return ContractsView(
        workers=Counter(version for version in own if version is not None),
        services=Counter(version for report in reports for version in services_of(report)),
    )


def _left_out(report: Mapping[str, Any]) -> int:
    count = report.get("leftOut")
    return count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else 0
