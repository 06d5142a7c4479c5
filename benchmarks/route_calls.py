"""Routing: the decision by itself, `route` over `direct` per call, and whether the number of operations matters. CPU time per call."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from benchmarks.apps.by_switchover import TwoOperations, bound
from benchmarks.apps.model import AIKO, BACKEND, TRIP
from benchmarks.measure import Measure, Row, compare
from livetrip_contract import Caller
from switchover import Recorder, Rollout, RolloutState, Share, Timeouts
from switchover.port.wire import WireRequest, WireResponse
from switchover.rollout import FixedRules, OperationRules
from switchover.rollout.asker import Asker
from switchover.rollout.deciding import decide

_CALLS = 50_000
_REMOTE_CALLS = 2_000
_USERS = [Caller(f"user-{number}") for number in range(1_000)]
_TENTH = Share(1_000)


async def run(rounds: int) -> list[Row]:
    """Measure."""
    return [*await _per_call(rounds), *await _over_http(rounds), *await _deciding(rounds)]


async def _per_call(rounds: int) -> list[Row]:
    spanned = bound(Recorder(spans=True))
    stays = [caller for caller in _USERS if _is_out(caller)][:500]
    measures: dict[str, Measure] = {
        "bare await of the method": _loop(BACKEND, [AIKO]),
        "direct, event recorded": _loop(bound().direct(BACKEND), [AIKO]),
        "direct, a span of its own": _loop(spanned.direct(BACKEND), [AIKO]),
        "route, 0 %": _loop(_routed(Rollout.fixed({})), [AIKO]),
        "route, pinned at 100 %": _loop(_routed(_pinned()), [AIKO]),
        "route, sticky 10 %": _loop(_routed(Rollout.fixed(_TENTH)), stays),
        "route, sticky 10 %, a span of its own": _loop(_routed(Rollout.fixed(_TENTH), spanned), stays),
        "route, sticky 10 %, 10,000 operations": _loop(_routed(_crowded(10_000)), stays),
        "route, user groups at 10 %": _loop(_routed(_grouped()), stays),
    }
    # What begins an event ends it as well: without two looks at the clock there is none, and those alone cost about 3.5.
    bars = {
        "route, 0 %": "<= 3",
        "route, pinned at 100 %": "<= 3",
        "route, sticky 10 %": "<= 4.5",
        "route, sticky 10 %, 10,000 operations": "<= 4.5",
    }
    return await compare("route over direct (ns of CPU per call)", measures, unit="ns", rounds=rounds, bars=bars)


async def _over_http(rounds: int) -> list[Row]:
    port, answering = bound(), _Answering()
    remote = port.http(transport=answering, trust="open")
    routed = port.route(direct=port.direct(BACKEND), http=remote, rollout=Rollout.fixed(Share(10_000)))
    measures = {
        "http, no network": _loop(remote, [AIKO], _REMOTE_CALLS),
        "route, 100 %, no network": _loop(routed, [AIKO], _REMOTE_CALLS),
    }
    return await compare("route over http (ns of CPU per call)", measures, unit="ns", rounds=rounds)


async def _deciding(rounds: int) -> list[Row]:
    measures = {f"a decision among {count:,} operations": _decisions(count) for count in (1, 100, 10_000)}
    return await compare("the decision (ns of CPU)", measures, unit="ns", rounds=rounds)


def _loop(live_trip: Any, callers: list[Caller], calls: int = _CALLS) -> Measure:
    trip_id = uuid4()
    users = (callers * (calls // len(callers) + 1))[:calls]

    async def loop() -> float:
        started = time.process_time_ns()
        for caller in users:
            await live_trip.get_trip(caller, trip_id)
        return (time.process_time_ns() - started) / calls

    return loop


def _decisions(count: int) -> Measure:
    rollout = _crowded(count)
    rollout.cover(["getTrip"])
    askers = [Asker(caller.user_id) for caller in _USERS]

    async def loop() -> float:
        started = time.process_time_ns()
        for _ in range(_CALLS // len(askers)):
            for asker in askers:
                decide(rollout.table.routes["getTrip"], asker)
        return (time.process_time_ns() - started) / _CALLS

    return loop


def _routed(rollout: Rollout, port: Any = None) -> TwoOperations:
    port = port or bound()
    remote = port.http(transport=_Answering(), trust="open")
    routed: TwoOperations = port.route(direct=port.direct(BACKEND), http=remote, rollout=rollout)
    return routed


def _pinned() -> Rollout:
    return Rollout(state=RolloutState(shares={"getTrip": Share(10_000)}, is_pinned=True))


def _grouped() -> Rollout:
    rules = OperationRules(cohort="trips", salt="getTrip", groups={"staff": Share(10_000)})
    return Rollout(FixedRules({"getTrip": rules}), state=RolloutState(shares={"getTrip": _TENTH}))


def _crowded(count: int) -> Rollout:
    shares: Mapping[str, Share] = {f"operation{number}": _TENTH for number in range(count - 1)}
    return Rollout(state=RolloutState(shares={**shares, "getTrip": _TENTH}))


def _is_out(caller: Caller) -> bool:
    rollout = Rollout.fixed({"getTrip": _TENTH})
    return rollout.explain("getTrip", caller.user_id).side == "direct"


class _Answering:
    """A transport that knows the answer."""

    def __init__(self) -> None:
        self._answer = WireResponse(
            200, [("content-type", "application/json")], TRIP.model_dump_json(by_alias=True).encode()
        )

    async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        return self._answer

    async def aclose(self) -> None:
        """Nothing is open."""
