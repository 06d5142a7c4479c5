"""Rules and state, compiled: what is looked up for each call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from switchover.rollout.buckets import below, seed_of
from switchover.rollout.circuit import Circuit
from switchover.rollout.decision import CEILING, NONE, PINNED, Decision
from switchover.rollout.rules import OperationRules, Rules
from switchover.rollout.share import WHOLE, Share
from switchover.rollout.state import RolloutState

_NOTHING: Final = Share(0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Route:
    """Everything that decides about the calls of one operation.

    Attributes:
        always: where every call stays, if that depends on nothing; else None.
        is_drawn: does it depend on the caller's place in the cohort alone, and on the circuit?
        seed: of the cohort.
        below: the first place that is not in the share any more.
        groups: user group, its share, and the first place that is not in it.
    """

    operation: str
    rules: OperationRules
    circuit: Circuit
    share: Share
    always: Decision | None
    is_drawn: bool
    seed: int
    below: int
    groups: tuple[tuple[str, Share, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One state of a rollout, ready to be asked.

    Attributes:
        state: that it was compiled from.
        routes: by operation id.
        rows: the same in the order of the operations, which are only ever added to: an operation keeps its number.
    """

    state: RolloutState
    routes: Mapping[str, Route]
    rows: tuple[Route, ...]


def compiled(
    operations: Iterable[str],
    rules: Rules,
    state: RolloutState,
    *,
    has_ceiling: bool,
    circuit_of: Callable[[str], Circuit],
) -> Table:
    """The table of these operations."""
    routes = {}
    for operation in operations:
        found = rules.of(operation)
        share = state.shares.get(operation, _NOTHING)
        always = _always(operation, found, state, has_ceiling=has_ceiling)
        routes[operation] = Route(
            operation=operation,
            rules=found,
            circuit=circuit_of(operation),
            share=share,
            always=always,
            is_drawn=always is None and 0 < share < WHOLE and not found.groups and not found.overriding,
            seed=seed_of(found.salt),
            below=below(share),
            groups=tuple((group, part, below(part)) for group, part in found.groups.items()),
        )
    return Table(state, MappingProxyType(routes), tuple(routes.values()))


def _always(operation: str, rules: OperationRules, state: RolloutState, *, has_ceiling: bool) -> Decision | None:
    if has_ceiling:
        return CEILING
    if state.is_pinned or operation in state.pinned:
        return PINNED
    is_for_nobody = state.shares.get(operation, _NOTHING) == 0 and not rules.overriding
    return NONE if is_for_nobody else None
