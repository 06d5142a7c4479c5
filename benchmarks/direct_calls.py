"""(1) `direct` with its event recorded, over calling the backend's method bare. CPU time per call."""

from __future__ import annotations

import time
from uuid import uuid4

from benchmarks.apps.by_switchover import TwoOperations, port
from benchmarks.apps.model import AIKO, BACKEND
from benchmarks.measure import Row, compare

_CALLS = 50_000


async def run(rounds: int) -> list[Row]:
    """Measure."""
    trip_id = uuid4()

    async def loop(live_trip: TwoOperations) -> float:
        started = time.process_time_ns()
        for _ in range(_CALLS):
            await live_trip.get_trip(AIKO, trip_id)
        return (time.process_time_ns() - started) / _CALLS

    wired = port.direct(BACKEND)
    measures = {"bare await of the method": lambda: loop(BACKEND), "direct, event recorded": lambda: loop(wired)}
    return await compare(
        "direct (ns of CPU per call)", measures, unit="ns", rounds=rounds, bars={"direct, event recorded": "<= 3"}
    )
