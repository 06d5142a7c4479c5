"""Where a call would go, and why: for people."""

from __future__ import annotations

from dataclasses import dataclass

from switchover.context import Side
from switchover.rollout.asker import Asker
from switchover.rollout.buckets import place_of, step_of
from switchover.rollout.deciding import STEPS
from switchover.rollout.share import WHOLE, Share
from switchover.rollout.table import Route


@dataclass(frozen=True, slots=True)
class Considered:
    """One step of a decision.

    Attributes:
        step: `ceiling`, `kill switch`, `circuit`, `override`, `groups`, `bucket`.
        has_decided: is this the step that decided?
        finding: what it found, in a few words. Steps after the one that decided are not asked, and not listed.
    """

    step: str
    has_decided: bool
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Where a call would go now.

    Attributes:
        side: `direct` or `http`.
        reason: as in the event of the call.
        cohort: the group of operations that move together.
        share: of the operation.
        known_by: what the caller is drawn by: `user`, `session`, `trace`; None if each call is drawn anew.
        place: the caller is in every share that is larger than this one; None where it is drawn anew.
    """

    operation: str
    side: Side
    reason: str
    cohort: str
    share: Share
    known_by: str | None
    place: Share | None
    steps: tuple[Considered, ...]


def explained(route: Route, asker: Asker) -> Explanation:
    """Go through the steps as a call would."""
    verdicts = [step(route, asker) for step in STEPS.values()]
    number, decision = next((index, verdict) for index, verdict in enumerate(verdicts) if verdict is not None)
    asked = list(STEPS)[: number + 1]
    steps = [Considered(name, name == asked[-1], _FINDINGS[name](route, asker)) for name in asked]
    return Explanation(
        operation=route.operation,
        side=decision.side,
        reason=decision.reason,
        cohort=route.rules.cohort,
        share=route.share,
        known_by=asker.known_by,
        place=_place(route, asker),
        steps=tuple(steps),
    )


def _place(route: Route, asker: Asker) -> Share | None:
    return None if asker.known_by is None else Share(step_of(place_of(asker.key, route.seed)))


def _of_ceiling(route: Route, asker: Asker) -> str:
    is_low = STEPS["ceiling"](route, asker) is not None
    return "this process calls nothing over HTTP" if is_low else "this process may call over HTTP"


def _of_switch(route: Route, asker: Asker) -> str:
    is_pinned = STEPS["kill switch"](route, asker) is not None
    return "keeps the operation in this process" if is_pinned else "is not thrown"


def _of_circuit(route: Route, asker: Asker) -> str:  # noqa: ARG001 - as the others
    return f"is {route.circuit.state.value.replace('_', ' ')}"


def _of_override(route: Route, asker: Asker) -> str:
    if asker.side is None:
        return "the caller asks for no side"
    if not route.rules.overriding:
        return f"the caller asks for {asker.side}, and the plan allows nobody to"
    allowed = ", ".join(sorted(route.rules.overriding))
    is_allowed = STEPS["override"](route, asker) is not None
    return f"the caller asks for {asker.side}, and is {'' if is_allowed else 'not '}in a group that may ({allowed})"


def _of_groups(route: Route, asker: Asker) -> str:
    if route.groups and not route.share:
        return "are not asked while nothing goes over HTTP"
    for group, share, _ in route.groups:
        if group in asker.groups:
            return f"the user is in {group}, of which {share} goes over HTTP{_where(route, asker, share)}"
    return (
        "the user is in none that the plan treats differently" if route.groups else "the plan treats none differently"
    )


def _of_bucket(route: Route, asker: Asker) -> str:
    return f"{route.share} of {route.rules.cohort} goes over HTTP{_where(route, asker, route.share)}"


def _where(route: Route, asker: Asker, share: Share) -> str:
    if not 0 < share < WHOLE:
        return ""
    place = _place(route, asker)
    return (
        "; each call is drawn anew" if place is None else f"; this {asker.known_by} is in whatever is more than {place}"
    )


_FINDINGS = {
    "ceiling": _of_ceiling,
    "kill switch": _of_switch,
    "circuit": _of_circuit,
    "override": _of_override,
    "groups": _of_groups,
    "bucket": _of_bucket,
}
