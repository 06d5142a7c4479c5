"""The steps of a decision, in their order; the first that says something decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from switchover.rollout.asker import Asker
from switchover.rollout.buckets import place_of
from switchover.rollout.decision import (
    ALL,
    BUCKET_IN,
    BUCKET_OUT,
    CEILING,
    CIRCUIT_OPEN,
    GROUP_IN,
    GROUP_OUT,
    NONE,
    OVERRIDDEN,
    PINNED,
    Decision,
)
from switchover.rollout.share import WHOLE
from switchover.rollout.table import Route

Step = Callable[[Route, Asker], Decision | None]


def decide(route: Route, asker: Asker) -> Decision:
    """Where a call goes."""
    if route.always is not None:
        return route.always
    return _circuit(route, asker) or _override(route, asker) or _groups(route, asker) or bucket(route, asker)


def _ceiling(route: Route, asker: Asker) -> Decision | None:  # noqa: ARG001 - a step
    return CEILING if route.always is CEILING else None


def _pinned(route: Route, asker: Asker) -> Decision | None:  # noqa: ARG001 - a step
    return PINNED if route.always is PINNED else None


def _circuit(route: Route, asker: Asker) -> Decision | None:  # noqa: ARG001 - a step
    """Asked only where a call could pass it."""
    return None if route.always is NONE or route.circuit.admits() else CIRCUIT_OPEN


def _override(route: Route, asker: Asker) -> Decision | None:
    if asker.side is None or route.rules.overriding.isdisjoint(asker.groups):
        return None
    return OVERRIDDEN[asker.side]


def _groups(route: Route, asker: Asker) -> Decision | None:
    """Not asked at a share of 0, which means nobody: an operation that is taken back is taken back from everyone."""
    for group, share, end in route.groups if route.share else ():
        if group in asker.groups:
            is_in = share == WHOLE or (share > 0 and place_of(asker.key, route.seed) < end)
            return GROUP_IN if is_in else GROUP_OUT
    return None


def bucket(route: Route, asker: Asker) -> Decision:
    """The last step, which always says something."""
    if route.share == 0:
        return NONE
    if route.share == WHOLE:
        return ALL
    return BUCKET_IN if place_of(asker.key, route.seed) < route.below else BUCKET_OUT


STEPS: Final[dict[str, Step]] = {
    "ceiling": _ceiling,
    "kill switch": _pinned,
    "circuit": _circuit,
    "override": _override,
    "groups": _groups,
    "bucket": bucket,
}
"""By name, in order."""
