"""(1) `direct` with its event recorded, over calling the backend's method bare. CPU time per call."""

from __future__ import annotations

import time
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from benchmarks.apps.by_switchover import TwoOperations, bound, port
from benchmarks.apps.model import AIKO, BACKEND
from benchmarks.measure import Row, compare
from livetrip_contract import Caller
from switchover import Recorder

_CALLS = 50_000


async def run(rounds: int) -> list[Row]:
    """Measure."""
    trip_id = uuid4()

    async def loop(live_trip: TwoOperations) -> float:
        started = time.process_time_ns()
        for _ in range(_CALLS):
            await live_trip.get_trip(AIKO, trip_id)
        return (time.process_time_ns() - started) / _CALLS

    floor: Any = _Clocked()
    wired, spanned = port.direct(BACKEND), bound(Recorder(spans=True)).direct(BACKEND)
    measures = {
        "bare await of the method": lambda: loop(BACKEND),
        "a method around it that reads the clock twice": lambda: loop(floor),
        "direct, event recorded": lambda: loop(wired),
        "direct, event recorded, a span of its own": lambda: loop(spanned),
    }
    bars = {"direct, event recorded": "<= 3", "direct, event recorded, a span of its own": "<= 8"}
    return await compare("direct (ns of CPU per call)", measures, unit="ns", rounds=rounds, bars=bars)


class _Clocked:
    """The least that anything written in Python can do around a call and know how long it took."""

    async def get_trip(self, caller: Caller, trip_id: UUID) -> Any:
        perf_counter()
        result = await BACKEND.get_trip(caller, trip_id)
        perf_counter()
        return result
