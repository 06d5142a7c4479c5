"""Operations that are promised the same are judged by the same rule; every operation by exactly one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from switchover.telemetry.metrics import names
from switchover.telemetry.objectives.model import Objective, Objectives
from switchover.telemetry.objectives.queries import text

_SPECIAL: Final = re.compile(r"[\\.+*?()|\[\]{}^$]")


@dataclass(frozen=True, slots=True)
class Scope:
    """Some operations, and what is promised of each.

    Attributes:
        matcher: of the label `operation`; empty for all operations.
        goal: only the attribute that the scope was made for is the same for all of them.
    """

    matcher: str
    goal: Objective

    def of(self, series: str) -> str:
        """The series of these operations."""
        return f"{series}{{{self.matcher}}}" if self.matcher else series


def scopes(objectives: Objectives, attribute: Callable[[Objective], Any]) -> Iterator[Scope]:
    """First the operations that are promised the default, then those that are promised something else, by what it is."""
    usual = attribute(objectives.default)
    own: dict[Any, list[str]] = {}
    for name, goal in sorted(objectives.operations.items()):
        if attribute(goal) != usual:
            own.setdefault(attribute(goal), []).append(name)
    named = sorted(name for group in own.values() for name in group)
    yield Scope(_matcher("!~", named) if named else "", objectives.default)
    for value in sorted(own):
        yield Scope(_matcher("=~", own[value]), objectives.operations[own[value][0]])


def _matcher(operator: str, operations: list[str]) -> str:
    """PromQL's regular expressions are RE2's, and match all of a value."""
    pattern = "|".join(_SPECIAL.sub(r"\\\g<0>", name) for name in operations)
    return f"{names.OPERATION}{operator}{text(pattern)}"
