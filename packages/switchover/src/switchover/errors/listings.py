"""Failures before any call is made: each reports everything it found."""

from __future__ import annotations

from collections.abc import Sequence


class SwitchoverError(Exception):
    """Base of everything the kit raises."""


class _Listing(SwitchoverError):
    """A failure that reports everything it found, not only the first thing."""

    def __init__(self, headline: str, items: Sequence[object]) -> None:
        self.headline = headline
        self.items = tuple(items)
        super().__init__(headline, self.items)

    def __str__(self) -> str:
        return "\n".join([self.headline, *(f"  - {item}" for item in self.items)])


class ContractError(_Listing):
    """The contract cannot be used, or made. `items` are `switchover.contract.Finding`; of a class, `switchover.contract.PythonFinding`."""


class BindError(_Listing):
    """Contract and Python interface differ. `items` are sentences, one for each difference."""


class FidelityError(_Listing):
    """A call passes in-process and would not pass over HTTP. `items` are `switchover.parity.Breach`."""

    def __str__(self) -> str:
        remedies = dict.fromkeys(remedy for item in self.items if (remedy := getattr(item, "remedy", "")))
        return "\n".join([super().__str__(), *(f"  To mend it: {remedy}" for remedy in remedies)])


class ObjectivesError(_Listing):
    """The objectives of a service cannot be used. `items` are sentences, one for each finding: where, what, and what would be right."""


class StoreUnavailable(SwitchoverError):
    """The rollout's store does not answer; the last known state stays in force."""


class ChangeUnknown(StoreUnavailable):
    """The answer to a change was lost, and the store could not be asked whether it was made.

    It may be in force.
    """


class PlanError(_Listing):
    """The plan of a rollout cannot be used. `items` are `switchover.rollout.plan.PlanFinding`: line, key, and what would be right."""


class RolloutConflict(SwitchoverError):
    """Somebody else changed the rollout: `found` is its version, and `expected` was."""

    def __init__(self, expected: int, found: int, detail: str = "") -> None:
        super().__init__(expected, found, detail)
        self.expected = expected
        self.found = found
        self.detail = detail

    def __str__(self) -> str:
        said = f"the change was made for version {self.expected} of the rollout, and version {self.found} is in force"
        return f"{said}: {self.detail}" if self.detail else said


class RolloutRefused(SwitchoverError):
    """An order that is not carried out, and has changed nothing. `reason`: why, a short stable word; the text says what would help."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return self.detail
