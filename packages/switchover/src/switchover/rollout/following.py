"""What a follower says of itself."""

from __future__ import annotations

import logging
import os
import random
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

log = logging.getLogger("switchover.rollout")


def new_worker_id(name: str, host: str) -> str:
    """An id of this process under which nothing else was ever heard; letters, digits, `.` and `-`."""
    first = re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-.")[:80] or "worker"
    machine = re.sub(r"[^A-Za-z0-9.-]+", "-", host)[:80]
    return f"{first}-{machine}-{os.getpid()}-{secrets.token_hex(2)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerStatus:
    """How a process stands to the rollout's store.

    Attributes:
        worker_id: under which it gives signs of life.
        version: of the state that is in force here; None before there was any: everything is answered in this process.
        is_from_cache: was that state read from the cache file, and not from the store?
        unavailable_seconds: for how long the store has not answered; None if it does.
        problem: what went wrong last, if it still is; "" otherwise. Holds no secrets.
        lease_seconds: after so long without the store everything is answered in this process; None: that never happens.
        is_suspended: whether that is so now.
    """

    worker_id: str
    version: int | None = None
    is_from_cache: bool = False
    unavailable_seconds: float | None = None
    problem: str = ""
    lease_seconds: float | None = None
    is_suspended: bool = False

    def __str__(self) -> str:
        if self.version is None:
            said = "no state yet, so everything is answered in this process"
        else:
            said = f"version {self.version} in force" + (", from the cache file" if self.is_from_cache else "")
        if self.unavailable_seconds is not None:
            said += f"; the store has not answered for {self.unavailable_seconds:.1f} s"
        if self.is_suspended:
            said += f"; the lease of {self.lease_seconds:g} s has run out, so everything is answered in this process"
        return f"{said}: {self.problem}" if self.problem else said


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When a follower does something.

    Attributes:
        beat_seconds: between two signs of life, and the longest that a change lost on the way stays unseen.
        back_off_seconds: the pause after a first failure. It doubles with each one that follows, and half of it is left to chance.
        longest_back_off_seconds: where that doubling ends.
        chance: evenly distributed from 0 to 1, where the pauses of many processes are to part.

    Raises:
        ValueError: times that are not positive.
    """

    beat_seconds: float = 1.0
    back_off_seconds: float = 0.1
    longest_back_off_seconds: float = 5.0
    chance: Callable[[], float] = field(default=random.random, repr=False)

    def __post_init__(self) -> None:
        """See the class."""
        for name in ("beat_seconds", "back_off_seconds", "longest_back_off_seconds"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} has to be more than 0 seconds, not {getattr(self, name)}")

    def pause(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row."""
        longest = min(self.back_off_seconds * 2.0 ** min(failures - 1, 60), self.longest_back_off_seconds)
        return longest * (0.5 + 0.5 * self.chance())
