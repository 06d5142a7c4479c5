"""Where tokens come from in these tests: a supply that fails, waits and counts as it is told."""

from __future__ import annotations

import threading
from typing import Any

from support.clock import OwnedClock
from switchover import Renewal
from switchover.errors import CredentialUnavailable
from switchover.trust.renewing import Fetched, Renewing

WAIT_SECONDS = 20.0


class Supply:
    """Gives `token-1`, `token-2` and so on. While `gate` is closed, a fetch waits; with `failure`, it fails."""

    def __init__(self, lifetime: float = 1000.0) -> None:
        self.lifetime = lifetime
        self.fetches = 0
        self.failure: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    async def __call__(self) -> Fetched:
        self.fetches += 1
        number = self.fetches
        assert self.gate.wait(WAIT_SECONDS)
        if self.failure is not None:
            raise self.failure
        return Fetched(f"token-{number}", self.lifetime)


DOWN = CredentialUnavailable("the issuer cannot be reached")


def renewing(supply: Supply, clock: OwnedClock, **given: Any) -> Renewing:
    """What is under test, on a clock and a chance that stand."""
    return Renewing("tokens", supply, Renewal(clock=clock, **{"chance": lambda: 1.0, **given}))
