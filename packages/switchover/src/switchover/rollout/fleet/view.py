"""A rollout at one moment: what is planned, what is measured, and who obeys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from switchover.rollout.circuit import CircuitState
from switchover.rollout.fleet.figures import OperationFigures
from switchover.rollout.orders.convergence import JudgedWorker
from switchover.rollout.share import Share
from switchover.rollout.state import GENESIS
from switchover.rollout.stores.worker import WorkerSeen
from switchover.versions import ContractVersion

_CIRCUITS: Final = tuple(CircuitState)
_NOTHING: Final = Share(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveView:
    """How far a wave has come.

    Attributes:
        stage: the number of the stage that all its operations have reached; 0 before the first.
        stages: how many there are.
        bake_seconds_left: until it may be promoted; 0 where the time is over, or there is nothing to bake.
    """

    name: str
    stage: int
    stages: int
    bake_seconds_left: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "name": self.name,
            "stage": self.stage,
            "stages": self.stages,
            "bakeSecondsLeft": round(self.bake_seconds_left, 1),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationView:
    """One operation.

    Attributes:
        wave, cohort: by name; "" for an operation that is not planned.
        stage, stages: of its own share: how many stages of its wave it has reached, and how many there are.
        share: that is in force.
        is_pinned: does the kill switch keep it in-process?
        is_held: is it not to go up?
        figures: what its calls came to, in all workers that live.
        is_missing: whether the service of any worker that lives does not have it.
    """

    operation: str
    wave: str = ""
    cohort: str = ""
    stage: int = 0
    stages: int = 0
    share: Share = _NOTHING
    is_pinned: bool = False
    is_held: bool = False
    figures: OperationFigures = field(default_factory=OperationFigures)
    is_missing: bool = False

    def to_json(self) -> dict[str, Any]:
        """As JSON has it; shares in percent."""
        measured, figures = self.figures.measured, self.figures.to_json()
        counts = {state.value: self.figures.circuits.get(state, 0) for state in _CIRCUITS}
        return {
            "operation": self.operation,
            "wave": self.wave,
            "cohort": self.cohort,
            "stage": self.stage,
            "stages": self.stages,
            "sharePercent": int(self.share) / 100,
            "measuredPercent": None if measured is None else round(100 * measured, 2),
            "isPinned": self.is_pinned,
            "isHeld": self.is_held,
            "isMissing": self.is_missing,
            "direct": figures["direct"],
            "http": figures["http"],
            "circuits": {"closed": counts["closed"], "open": counts["open"], "halfOpen": counts["half_open"]},
            "lastHttpAt": self.figures.last_http_at,
        }


@dataclass(frozen=True, slots=True)
class WorkerView:
    """One worker, and whether it lives and goes by what is in force."""

    judged: JudgedWorker

    @property
    def seen(self) -> WorkerSeen:
        """Its last sign of life."""
        return self.judged.seen

    @property
    def is_obeying(self) -> bool:
        """Whether it lives and goes by what is in force."""
        return self.judged.has_converged

    def to_json(self) -> dict[str, Any]:
        """As JSON has it."""
        beat = self.judged.beat
        return {
            "id": beat.id,
            "host": beat.host,
            "pid": beat.pid,
            "version": beat.version,
            "ageSeconds": round(max(0.0, self.judged.seen.age_seconds), 2),
            "problem": beat.problem,
            "isObeying": self.is_obeying,
            "standing": self.judged.standing.value,
            "what": self.judged.what,
            "head": beat.head,
            "leaseSeconds": beat.lease_seconds,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractsView:
    """The versions of the contract that are in use. A difference is information, not an error: every deployment has one for a while.

    Attributes:
        workers: how many workers that live have which version; those that do not report any are left out.
        services: the versions that the services of these workers name, in how many workers' answers.
    """

    workers: Mapping[ContractVersion, int] = field(default_factory=dict)
    services: Mapping[ContractVersion, int] = field(default_factory=dict)

    @property
    def differ(self) -> bool:
        """Whether there is more than one."""
        return len({*self.workers, *self.services}) > 1

    def to_json(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"workers": _counted(self.workers), "services": _counted(self.services), "differ": self.differ}


def _counted(versions: Mapping[ContractVersion, int]) -> list[dict[str, Any]]:
    listed = sorted(versions.items(), key=lambda item: (-item[1], item[0]))
    return [{**version.to_json(), "workers": count} for version, count in listed]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetView:
    """Everything that an operator looks at.

    Attributes:
        at: when it was looked, in seconds since 1970.
        version, head: of what is in force: counts the changes, and the digest of the last.
        is_pinned: does the kill switch keep all operations in-process?
        waves, operations: in the order of the plan; operations that are not planned and have a share, a pin or calls come last.
        workers: by id.
        parents: processes that only forked workers, and are not among these.
        left_out: operations that workers did not report because there are too many; a sum over the workers.
        contracts: the versions of the contract that workers and service have.
    """

    at: float
    version: int = 0
    head: str = GENESIS
    is_pinned: bool = False
    waves: tuple[WaveView, ...] = ()
    operations: tuple[OperationView, ...] = ()
    workers: tuple[WorkerView, ...] = ()
    left_out: int = 0
    parents: int = 0
    contracts: ContractsView = field(default_factory=ContractsView)

    @property
    def obeying(self) -> int:
        """How many workers live and have applied what is in force."""
        return sum(worker.is_obeying for worker in self.workers)

    def figures(self) -> Mapping[str, Any]:
        """What the calls of each operation came to, as JSON has it: what a change is recorded with."""
        return {view.operation: view.figures.to_json() for view in self.operations if view.figures.measured is not None}

    def to_json(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "at": round(self.at, 3),
            "version": self.version,
            "head": self.head,
            "isPinned": self.is_pinned,
            "waves": [wave.to_json() for wave in self.waves],
            "operations": [operation.to_json() for operation in self.operations],
            "workers": [worker.to_json() for worker in self.workers],
            "leftOut": self.left_out,
            "contracts": self.contracts.to_json(),
        }
