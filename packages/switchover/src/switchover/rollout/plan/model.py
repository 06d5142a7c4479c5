"""A rollout as it is planned: it changes by review, and says nothing of how far things have come."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from switchover.rollout.rules import FixedRules, OperationRules
from switchover.rollout.share import Share
from switchover.telemetry.objectives.units import Duration


@dataclass(frozen=True, slots=True)
class Stage:
    """A share of traffic, and how long it is watched before the next stage."""

    share: Share
    bake: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Operations that go through the same stages; the next wave waits for this one."""

    name: str
    operations: tuple[str, ...]
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Operations that put users in the same order: at the same share, a user is on one side for all of them.

    Attributes:
        salt: what the order of users follows from. Cohorts with the same salt are tied.
        is_together: may the operations never be at different shares, so that a user is on one side for all of them at any time?
    """

    name: str
    operations: tuple[str, ...]
    salt: str
    is_together: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPlan:
    """What rollout.toml says.

    Attributes:
        waves: in the order in which they go.
        cohorts: as written; an operation in none of them is a cohort of its own.
        users: by user group, the share of its members that is in once an operation has any share: all of it for a group that is in from
            its first stage on, none for one that is always out. The first group that a user is in counts.
        overrides: the user groups whose members may choose a side by themselves, by header or cookie.
    """

    waves: tuple[Wave, ...]
    cohorts: tuple[Cohort, ...] = ()
    users: Mapping[str, Share] = field(default_factory=dict)
    overrides: frozenset[str] = frozenset()
    _waves: Mapping[str, Wave] = field(init=False, repr=False, compare=False)
    _cohorts: Mapping[str, Cohort] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        waves = {operation: wave for wave in self.waves for operation in wave.operations}
        alone = {name: Cohort(name=name, operations=(name,), salt=name) for name in waves}
        grouped = {operation: cohort for cohort in self.cohorts for operation in cohort.operations}
        object.__setattr__(self, "_waves", waves)
        object.__setattr__(self, "_cohorts", alone | grouped)

    @property
    def operations(self) -> tuple[str, ...]:
        """Every operation, in the order in which they go."""
        return tuple(self._waves)

    def wave_of(self, operation: str) -> Wave:
        """The wave of an operation. Raises LookupError for one that is not planned."""
        return _found(self._waves, operation)

    def stages_of(self, operation: str) -> tuple[Stage, ...]:
        """The stages of an operation, in order. Raises LookupError for one that is not planned."""
        return self.wave_of(operation).stages

    def group_of(self, operation: str) -> Cohort:
        """The cohort of an operation; one of its own if none is written. Raises LookupError for one that is not planned."""
        return _found(self._cohorts, operation)

    def rules(self) -> FixedRules:
        """What decisions need of it: `Rollout(plan.rules())`. An operation that is not planned is a cohort of its own."""
        return FixedRules({operation: self._rules_of(operation) for operation in self.operations})

    def _rules_of(self, operation: str) -> OperationRules:
        cohort = self.group_of(operation)
        return OperationRules(cohort=cohort.name, salt=cohort.salt, groups=self.users, overriding=self.overrides)

    @property
    def digest(self) -> str:
        """SHA-256 of what is planned, `sha256:…`: the same for plans that mean the same, however they are written."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"

    def to_json(self) -> dict[str, Any]:
        """As JSON has it: shares in steps of 0.01 %, durations in milliseconds, nothing left to a default; sorted where order means nothing."""
        return {
            "waves": [
                {
                    "name": wave.name,
                    "operations": sorted(wave.operations),
                    "stages": [{"share": int(stage.share), "bake": stage.bake.milliseconds} for stage in wave.stages],
                }
                for wave in self.waves
            ],
            "cohorts": [
                {
                    "name": cohort.name,
                    "operations": sorted(cohort.operations),
                    "salt": cohort.salt,
                    "together": cohort.is_together,
                }
                for cohort in sorted(self.cohorts, key=lambda cohort: cohort.name)
            ],
            "users": [{"group": group, "share": int(share)} for group, share in self.users.items()],
            "overrides": sorted(self.overrides),
        }


_Planned = TypeVar("_Planned", Wave, Cohort)


def _found(table: Mapping[str, _Planned], operation: str) -> _Planned:
    if operation not in table:
        raise LookupError(f"{operation} is not planned")
    return table[operation]
