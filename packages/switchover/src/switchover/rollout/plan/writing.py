"""A first plan, from the contract: safe before unsafe, one cohort for each resource."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from switchover.errors import PlanError
from switchover.rollout.plan.findings import PlanFinding

if TYPE_CHECKING:
    from switchover.contract import Operation

_HEAD: Final = """\
# How traffic moves over to the service, and in which order. `switchover plan check` holds it against the contract,
# `switchover plan show` prints it as a table; docs/reference/rollout.md of Switchover says what else may be set.

# A wave goes from stage to stage: so much of the traffic, in steps of 0.01 %.
stages = ["1%", "10%", "50%", "100%"]

# How long a stage is watched before the next; a wave may have stages and a bake of its own.
bake = "10m"
"""

_WAVES: Final = {
    "first": "Reads of what nobody writes through this contract: nothing can be stale, and everything is proven on the way.",
    "reads": "Reads change nothing, so that they can be answered in-process where the service does not answer.",
    "writes": "Writes come last: by then the service has answered every read.",
}

_COHORTS: Final = """
# The operations of a cohort put users in the same order, so that whoever reads over HTTP at 10 % is among those who write over HTTP
# at 10 %. Add together = true where a user must never be on two sides; its operations are then in one wave.
"""

_TAIL: Final = """
# User groups that do not go by the stages: "in", "out", or a share of their own. The first that a user is in counts.
# [users]
# staff = "in"

# Who may choose a side by the header `x-backend` or the cookie `backend`: nobody, unless user groups are named.
# [overrides]
# users = ["staff"]
"""


def draft(operations: Iterable[Operation]) -> str:
    """The text of a plan for these operations; the same for the same contract.

    Raises:
        PlanError: there are none.
    """
    found = list(operations)
    if not found:
        raise PlanError("there is nothing to plan", [PlanFinding(0, "", "the contract has no operations")])
    resources = _by_resource(found)
    waves = _waves(resources, found)
    return "".join([_HEAD, *_wave_tables(waves), _COHORTS, *_cohort_tables(resources, found), _TAIL])


def _waves(resources: dict[str, list[Operation]], operations: Sequence[Operation]) -> dict[str, list[Operation]]:
    written = {one.id for members in resources.values() if not all(one.is_safe for one in members) for one in members}
    return {
        "first": [one for one in operations if one.id not in written],
        "reads": [one for one in operations if one.id in written and one.is_safe],
        "writes": [one for one in operations if not one.is_safe],
    }


def _by_resource(operations: Sequence[Operation]) -> dict[str, list[Operation]]:
    """By the first segment of the path that is no parameter."""
    found: dict[str, list[Operation]] = {}
    for operation in operations:
        segments = [part for part in operation.path.split("/") if part and not part.startswith("{")]
        found.setdefault(segments[0] if segments else "root", []).append(operation)
    return found


def _wave_tables(waves: dict[str, list[Operation]]) -> Iterator[str]:
    for name, members in waves.items():
        if members:
            yield f"\n# {_WAVES[name]}\n[[waves]]\nname = {_text(name)}\noperations = {_list(members)}\n"


def _cohort_tables(resources: dict[str, list[Operation]], operations: Sequence[Operation]) -> Iterator[str]:
    taken = {operation.id for operation in operations}
    for resource, members in resources.items():
        name = _free(resource, taken)
        taken.add(name)
        yield f"\n[cohorts.{_text(name) if '.' in name else name}]\noperations = {_list(members)}\n"


def _free(resource: str, taken: set[str]) -> str:
    """A name for a cohort that nothing else has."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", resource).lstrip("._-")[:50] or "root"
    candidates = (plain, *(f"{plain}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in candidates if name not in taken)


def _list(operations: Sequence[Operation]) -> str:
    names = [_text(operation.id) for operation in operations]
    line = f"[{', '.join(names)}]"
    return line if len(line) <= 100 else "[\n" + "".join(f"    {name},\n" for name in names) + "]"


def _text(value: str) -> str:
    """As TOML 1.0.0 writes a basic string: as JSON does, and DEL as well."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
