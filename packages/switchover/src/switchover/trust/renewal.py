"""When a credential is renewed, and when one that could not be is asked for again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """When a credential that lives for a while is replaced.

    Attributes:
        share: of its lifetime after which a newer one is fetched, beside the calls; 0 to 1.
        margin_seconds: how long before its end it counts as ended, for a request under way and clocks that differ; at most a tenth of
            its lifetime.
        back_off_seconds: the pause after a first failure. It doubles with each one that follows, and half of it is left to chance.
        longest_back_off_seconds: where that doubling ends.
        refusal_seconds: how old a credential is at least before a service's refusal of it has it replaced ahead of its time.
        clock: seconds since 1970.
        chance: evenly distributed from 0 to 1, where the pauses of many processes are to part.

    Raises:
        ValueError: a share that is none, or times that are not positive.
    """

    share: float = 0.75
    margin_seconds: float = 10.0
    back_off_seconds: float = 0.5
    longest_back_off_seconds: float = 30.0
    refusal_seconds: float = 30.0
    clock: Callable[[], float] = field(default=time.time, repr=False)
    chance: Callable[[], float] = field(default=random.random, repr=False)

    def __post_init__(self) -> None:
        """See the class."""
        if not 0 < self.share <= 1:
            raise ValueError(
                f"a credential is renewed after a share of its lifetime, more than 0 and up to 1, not {self.share}"
            )
        for name in ("margin_seconds", "back_off_seconds", "longest_back_off_seconds", "refusal_seconds"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} has to be more than 0 seconds, not {getattr(self, name)}")


class BackOff:
    """The pause between attempts that fail: it grows, has an end, and differs from process to process.

    Not safe for threads by itself; `Renewing` holds its lock.
    """

    __slots__ = ("_failed_at", "_failures", "_renewal", "_until")

    def __init__(self, renewal: Renewal) -> None:
        self._renewal = renewal
        self.succeeded()

    def seconds_left(self, now: float) -> float:
        """How long not to try; 0 if one may."""
        # A clock that was set back must not make a pause of seconds one of hours.
        return self._until - now if self._failed_at <= now < self._until else 0.0

    def failed(self, now: float) -> float:
        """Note a failure; the pause that follows, in seconds."""
        renewal = self._renewal
        pause = min(renewal.back_off_seconds * 2.0 ** min(self._failures, 60), renewal.longest_back_off_seconds)
        pause *= 0.5 + 0.5 * renewal.chance()
        self._failures += 1
        self._failed_at, self._until = now, now + pause
        return pause

    def succeeded(self) -> None:
        """Forget the failures."""
        self._failures = 0
        self._failed_at = self._until = 0.0
