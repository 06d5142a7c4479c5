"""What a command claimed, held against what the service and the gateways saw afterwards."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from support.campaign.world import Ended, World

_WATCH_SECONDS: Final = 1.5


@dataclass(frozen=True)
class Claim:
    """What `switchover rollback` said, and what went before it.

    Attributes:
        ended: the command's exit code and text.
        complaints: what was wrong before it, as sentences.
        in_flight_seconds: calls that were decided before the switch may still arrive for so long.
    """

    ended: Ended
    complaints: tuple[str, ...] = ()
    in_flight_seconds: float = 0.25


def find_falsehoods(world: World, claim: Claim, pids: dict[int, int]) -> list[str]:
    """Return what was not true in a claim; empty if all of it was.

    Exit code 0 claims that no call reaches the service any more. Any other code has to name each worker that still calls,
    or say that the change is not in force.

    Args:
        world: where it happened.
        claim: the command's exit code and text.
        pids: the process ids of the workers at that moment, by number.
    """
    since = claim.ended.at + claim.in_flight_seconds
    time.sleep(max(0.0, since + _WATCH_SECONDS - time.time()))
    arrived, begun = world.arrived_since(since), world.begun_since(since)
    found = list(claim.complaints)
    if claim.ended.code == 0:
        if arrived:
            found.append(f"exit 0, and requests arrived from workers {arrived}")
        if begun:
            found.append(f"exit 0, and the service's log has {begun} calls")
    elif not _claims_nothing(claim.ended):
        unnamed = [number for number in arrived if f"pid {pids[number]}" not in claim.ended.text]
        if unnamed:
            found.append(f"workers {unnamed} call, and are not named")
    if "Traceback" in claim.ended.text:
        found.append("a traceback")
    return found


def _claims_nothing(ended: Ended) -> bool:
    """Whether the command says that it changed nothing, or that it does not know what workers do."""
    return any(
        said in ended.text
        for said in (
            "nothing was changed",
            "whether workers have converged is unknown",
            "may be in force",
            "whether all workers have converged was not shown",
        )
    )
