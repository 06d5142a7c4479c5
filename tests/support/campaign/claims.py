"""What a command claimed, held against what the service and the gateways saw afterwards."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from support.campaign.world import Ended, World

IN_FLIGHT_SECONDS: Final = 0.25
"""Calls that were decided before the switch may still arrive for so long."""
_WATCH_SECONDS: Final = 1.5


@dataclass(frozen=True)
class Claim:
    """What `switchover rollback` said, and others that ran beside it."""

    ended: Ended
    others: tuple[Ended, ...] = ()


def find_falsehoods(world: World, claim: Claim, pids: dict[int, int]) -> list[str]:
    """Return what was not true in a claim; empty if all of it was.

    Exit code 0 claims that no call reaches the service any more. Any other code has to name each worker that still calls,
    or say that the change is not in force.

    Args:
        world: where it happened.
        claim: the command's exit code and text.
        pids: the process ids of the workers at that moment, by number.
    """
    time.sleep(max(0.0, claim.ended.at + IN_FLIGHT_SECONDS + _WATCH_SECONDS - time.time()))
    since = claim.ended.at + IN_FLIGHT_SECONDS
    arrived, begun = world.arrived_since(since), world.begun_since(since)
    found = []
    if claim.ended.code == 0:
        if arrived:
            found.append(f"exit 0, and requests arrived from workers {arrived}")
        if begun:
            found.append(f"exit 0, and the service's log has {begun} calls")
    elif not _says_nothing_changed(claim.ended):
        unnamed = [number for number in arrived if f"pid {pids[number]}" not in claim.ended.text]
        if unnamed:
            found.append(f"workers {unnamed} call, and are not named")
    if "Traceback" in claim.ended.text:
        found.append("a traceback")
    return found


def _says_nothing_changed(ended: Ended) -> bool:
    text = ended.text.lower()
    return "nothing was changed" in text or "may not have" in text or "unknown whether" in text
