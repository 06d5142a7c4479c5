"""LiveTrip for people who click twice: a write whose first request is still being carried out is repeated until it is answered."""

from __future__ import annotations

import asyncio
import functools
from time import monotonic
from typing import Any, Final, cast

from livetrip_contract import IdempotencyKeyInUse, LiveTrip

WAIT_SECONDS: Final = 10.0
"""How long a page waits for the first request at most."""


def repeating(live_trip: LiveTrip, *, wait_seconds: float = WAIT_SECONDS) -> LiveTrip:
    """LiveTrip, whose writes repeat themselves under the same key while the first request with it is being carried out.

    A second click gets the answer of the first one, whichever request the browser shows.
    """
    return cast("LiveTrip", _Repeating(live_trip, wait_seconds))


class _Repeating:
    def __init__(self, live_trip: LiveTrip, wait_seconds: float) -> None:
        self._live_trip = live_trip
        self._wait_seconds = wait_seconds

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._live_trip, name)

        @functools.wraps(method)
        async def call(*args: Any, **kwargs: Any) -> Any:
            until = monotonic() + self._wait_seconds
            while True:
                try:
                    return await method(*args, **kwargs)
                except IdempotencyKeyInUse as error:
                    if monotonic() + error.retry_after > until:
                        raise
                    await asyncio.sleep(error.retry_after)

        return call
