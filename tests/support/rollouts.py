"""Parts of rollouts for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from switchover.rollout import RolloutState, Share
from switchover.rollout.record import Change, Edit
from switchover.rollout.stores import WorkerBeat


def change(
    action: str = "set", *, why: str = "", windows: Any = None, pin_all: bool | None = None, **shares: int
) -> Change:
    """A change of shares, by operation id, in steps of 0.01 %."""
    edit = Edit(shares={name: Share(steps) for name, steps in shares.items()}, is_pinned=pin_all)
    return Change(edit=edit, action=action, who="kokoro", why=why, windows=windows)


def beat(worker_id: str = "web-1", version: int = 0, problem: str = "", **report: Any) -> WorkerBeat:
    """A sign of life as older workers give it, with what it reports."""
    return WorkerBeat(id=worker_id, host="machine", pid=1, version=version, problem=problem, report=report)


def beat_at(state: RolloutState, worker_id: str = "web-1", **said: Any) -> WorkerBeat:
    """A sign of life of a worker that goes by a state; `said`: other members of the beat."""
    values: dict[str, Any] = {"host": "machine", "pid": 1, "version": state.version, "head": state.head, **said}
    return WorkerBeat(id=worker_id, **values)


@dataclass(frozen=True)
class FixedBake:
    """How long a stage lasts."""

    milliseconds: int


@dataclass(frozen=True)
class FixedStage:
    """A stage of a wave."""

    share: Share
    bake: FixedBake = FixedBake(0)


def stages(*seconds: int) -> tuple[FixedStage, ...]:
    """1, 10, 50 and 100 %, which last so many seconds each."""
    shares = (Share(100), Share(1000), Share(5000), Share(10_000))
    return tuple(FixedStage(share, FixedBake(each * 1000)) for share, each in zip(shares, seconds, strict=True))


@dataclass(frozen=True)
class FixedWave:
    """A wave of a plan."""

    name: str
    operations: Sequence[str]
    stages: Sequence[FixedStage] = stages(0, 0, 0, 0)


@dataclass(frozen=True)
class FixedCohort:
    """A cohort of a plan."""

    name: str
    operations: Sequence[str]
    is_together: bool = False


@dataclass(frozen=True)
class FixedPlan:
    """A plan of two waves."""

    waves: Sequence[FixedWave] = field(
        default=(FixedWave("reads", ("getTrip", "listTrips")), FixedWave("writes", ("createTrip",)))
    )
    cohorts: Sequence[FixedCohort] = ()
