"""What a plan says of each operation, as far as the decision needs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from switchover.rollout.share import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRules:
    """Who goes where for one operation, whatever its share.

    Attributes:
        cohort: name of the group of operations that move together.
        salt: what the users of a cohort are drawn by. Operations with the same salt have the same users in a share; those with another
            one have others.
        groups: share of a user group that goes over HTTP once the operation has a share: all of it to have the group in, 0 to keep it
            out. The first one that a user is in counts. While the share of the operation is 0, nobody is in.
        overriding: user groups that may ask for a side themselves.
    """

    cohort: str
    salt: str
    groups: Mapping[str, Share] = field(default_factory=dict)
    overriding: frozenset[str] = frozenset()


class Rules(Protocol):
    """What a rollout asks of a plan."""

    @property
    def operations(self) -> Iterable[str]:
        """Operation ids that the plan names."""
        ...

    def of(self, operation: str) -> OperationRules:
        """The rules of an operation, also of one that the plan does not name."""
        ...


class Planless:
    """No plan: every operation is a cohort of its own, and nobody is treated in a way of their own."""

    __slots__ = ()

    @property
    def operations(self) -> Iterable[str]:
        """None is named."""
        return ()

    def of(self, operation: str) -> OperationRules:
        """A cohort of its own."""
        return OperationRules(cohort=operation, salt=operation)


class FixedRules:
    """Rules by operation id; an operation without any is a cohort of its own."""

    __slots__ = ("_rules",)

    def __init__(self, rules: Mapping[str, OperationRules]) -> None:
        self._rules = dict(rules)

    @property
    def operations(self) -> Iterable[str]:
        """Those that there are rules for."""
        return tuple(self._rules)

    def of(self, operation: str) -> OperationRules:
        """The rules of an operation."""
        return self._rules.get(operation) or Planless().of(operation)
