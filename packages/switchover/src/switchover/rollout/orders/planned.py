"""What an operator needs of a plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from switchover.errors import RolloutRefused
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState


class PlannedBake(Protocol):
    """How long a stage lasts at least."""

    @property
    def milliseconds(self) -> int:
        """Whole ones."""
        ...


class PlannedStage(Protocol):
    """A share, and how long it is watched."""

    @property
    def share(self) -> Share:
        """Of the traffic."""
        ...

    @property
    def bake(self) -> PlannedBake:
        """Before the next stage."""
        ...


class PlannedWave(Protocol):
    """Operations that go up together."""

    @property
    def name(self) -> str:
        """Of the wave."""
        ...

    @property
    def operations(self) -> Sequence[str]:
        """Their ids; at least one."""
        ...

    @property
    def stages(self) -> Sequence[PlannedStage]:
        """Rising; at least one."""
        ...


class PlannedCohort(Protocol):
    """Operations with the same users."""

    @property
    def name(self) -> str:
        """Of the cohort; it can be given orders."""
        ...

    @property
    def operations(self) -> Sequence[str]:
        """Their ids."""
        ...

    @property
    def is_together(self) -> bool:
        """May they never be at different shares? Then they are in one wave, and an order to one is an order to all."""
        ...


class Planned(Protocol):
    """A plan."""

    @property
    def waves(self) -> Sequence[PlannedWave]:
        """In the order in which they go."""
        ...

    @property
    def cohorts(self) -> Sequence[PlannedCohort]:
        """Those that are written."""
        ...


def named(
    plan: Planned, groups: Mapping[str, Sequence[str]], targets: Sequence[str], *, others: Collection[str] = ()
) -> list[str]:
    """Return the operations that targets stand for, and all that move together with them.

    Args:
        plan: its waves and cohorts.
        groups: operation ids by the name of a group.
        targets: ids, cohorts, groups or waves.
        others: ids of operations that count though the plan does not have them: it has changed
            since, or cannot be read.

    Raises:
        RolloutRefused: a name stands for nothing.
    """
    waves = {wave.name: list(wave.operations) for wave in plan.waves}
    operations = {operation: [operation] for wave in plan.waves for operation in wave.operations}
    cohorts = {cohort.name: list(cohort.operations) for cohort in plan.cohorts}
    unplanned = {name: [name] for name in others}
    known = {**unplanned, **waves, **cohorts, **{name: list(members) for name, members in groups.items()}, **operations}
    for target in targets:
        if target not in known:
            shown = ", ".join(sorted(known))
            raise RolloutRefused(
                "unknown_target", f"{target!r} is no operation, cohort, group or wave of the plan: {shown}"
            )
    return _with_those_together(plan, dict.fromkeys(operation for target in targets for operation in known[target]))


def _with_those_together(plan: Planned, operations: Mapping[str, None]) -> list[str]:
    """Whoever moves one operation of a cohort that is together moves all of it: users are to be on one side for all of them."""
    touched = [
        cohort for cohort in plan.cohorts if cohort.is_together and not operations.keys().isdisjoint(cohort.operations)
    ]
    return list(dict.fromkeys([*operations, *(operation for cohort in touched for operation in cohort.operations)]))


def lowest(wave: PlannedWave, state: RolloutState) -> Share:
    """The smallest share among its operations."""
    return min(state.shares.get(operation, Share(0)) for operation in wave.operations)


def is_started(wave: PlannedWave, state: RolloutState) -> bool:
    """Has any of its operations a share?"""
    return any(state.shares.get(operation, Share(0)) for operation in wave.operations)


def is_complete(wave: PlannedWave, state: RolloutState) -> bool:
    """Are all of its operations at its last stage?"""
    return lowest(wave, state) >= wave.stages[-1].share


def wave_to_start(plan: Planned, state: RolloutState, name: str | None, now: float | None) -> PlannedWave:
    """Return the next wave, or the one named, if those before it are complete and have baked.

    Args:
        plan: its waves.
        state: that is in force.
        name: of a wave; None for the next.
        now: the store's time, in seconds since 1970; None to start whatever those before it have
            come to.

    Raises:
        RolloutRefused: it cannot be started; the text says what would help.
    """
    _require_known(plan, name)
    for wave in plan.waves:
        if (wave.name == name or name is None) and not is_started(wave, state):
            return wave
        if wave.name == name:
            raise RolloutRefused("started", f"the wave {wave.name!r} has been started; promote it")
        if now is not None:
            _require_over(wave, state, now)
    raise RolloutRefused("no_wave", "every wave of the plan has been started")


def _require_over(wave: PlannedWave, state: RolloutState, now: float) -> None:
    """Raise RolloutRefused unless a wave is complete, and its last stage has lasted its time."""
    if not is_complete(wave, state):
        shown = f"the wave {wave.name!r} is at {lowest(wave, state)}, and its last stage is {wave.stages[-1].share}"
        raise RolloutRefused("wave_before", f"{shown}: complete it first, or force the start")
    require_baked(wave, state, now)


def require_baked(wave: PlannedWave, state: RolloutState, now: float) -> None:
    """Raise RolloutRefused while the stage that a wave has reached is to last.

    `now`: the store's time.
    """
    since = max(state.since.get(name, 0) for name in wave.operations)
    left = bake_seconds(wave, state) - max(0.0, now - since)
    if left > 0:
        stage = "its last stage" if is_complete(wave, state) else "its stage"
        raise RolloutRefused(
            "baking", f"the wave {wave.name!r} has to stay at {stage} for another {left:.0f} s; force it to go on"
        )


def require_baked_before(
    plan: Planned, state: RolloutState, shares: Mapping[str, Share], now: Callable[[], float]
) -> None:
    """Raise RolloutRefused where shares would begin a wave while a complete one before it bakes.

    Args:
        plan: its waves.
        state: that is in force.
        shares: to be set, by operation id.
        now: returns the store's time; is asked only where a wave would begin.
    """
    before: list[PlannedWave] = []
    for wave in plan.waves:
        if not is_started(wave, state) and any(shares.get(name) for name in wave.operations):
            for complete in before:
                require_baked(complete, state, now())
        if is_complete(wave, state):
            before.append(wave)


def wave_to_promote(plan: Planned, state: RolloutState, name: str | None) -> PlannedWave:
    """The one wave that is under way, or the one named. Raises RolloutRefused."""
    _require_known(plan, name)
    if name is not None:
        return next(wave for wave in plan.waves if wave.name == name)
    under_way = [wave for wave in plan.waves if is_started(wave, state) and not is_complete(wave, state)]
    if not under_way:
        raise RolloutRefused("no_wave", "no wave is under way; start one")
    if len(under_way) > 1:
        shown = ", ".join(repr(wave.name) for wave in under_way)
        raise RolloutRefused("ambiguous", f"several waves are under way; name one of {shown}")
    return under_way[0]


def next_stage(wave: PlannedWave, state: RolloutState) -> Share:
    """The stage after the one that all its operations have reached. Raises RolloutRefused if there is none, or it was not started."""
    if not is_started(wave, state):
        raise RolloutRefused("not_started", f"the wave {wave.name!r} has not been started; start it")
    reached = lowest(wave, state)
    for stage in wave.stages:
        if stage.share > reached:
            return stage.share
    raise RolloutRefused("complete", f"the wave {wave.name!r} is at its last stage, {wave.stages[-1].share}")


def bake_seconds(wave: PlannedWave, state: RolloutState) -> float:
    """How long the stage that all its operations have reached lasts at least; below the first, as long as that."""
    reached = [stage for stage in wave.stages if stage.share <= lowest(wave, state)]
    return (reached or wave.stages)[-1 if reached else 0].bake.milliseconds / 1000


def _require_known(plan: Planned, name: str | None) -> None:
    known = [wave.name for wave in plan.waves]
    if name is not None and name not in known:
        raise RolloutRefused("unknown_wave", f"{name!r} is no wave of the plan: {', '.join(known)}")
