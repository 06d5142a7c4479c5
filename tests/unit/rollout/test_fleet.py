"""All workers seen together: what they report adds up, and what is silent or foreign does not count."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from support.clock import OwnedClock
from support.rollouts import beat, change
from switchover.rollout import CircuitState, Share
from switchover.rollout.fleet import Fleet, FleetView, OperationFigures, SideFigures, merged
from switchover.rollout.plan import RolloutPlan, parse
from switchover.rollout.record import Change, Edit
from switchover.rollout.reporting import OperationReport
from switchover.rollout.stores import FakeRolloutStore
from switchover.rollout.windows import LatencySketch, WindowSnapshot
from switchover.versions import ContractVersion

PLAN = parse(
    b"""
[[waves]]
name = "reads"
operations = ["getTrip", "listTrips"]
stages = ["1%", "50%", "100%"]
bake = "10m"

[[waves]]
name = "writes"
operations = ["createTrip"]

[cohorts.trips]
operations = ["getTrip", "listTrips", "createTrip"]
"""
)


def window(*seconds: float, failed: int = 0, length: float = 10) -> WindowSnapshot:
    return WindowSnapshot(seconds=length, ok=len(seconds) - failed, failed=failed, latency=LatencySketch.of(seconds))


def report(circuit: str = "closed", last: float | None = None, **sides: WindowSnapshot) -> dict[str, Any]:
    found = OperationReport(
        direct=sides.get("direct", window()),
        http=sides.get("http", window()),
        circuit=CircuitState(circuit),
        last_http_at=last,
    )
    return {"format": 1, "at": 0, "operations": {"getTrip": found.to_json()}, "leftOut": 2}


class World:
    def __init__(self, plan: RolloutPlan = PLAN) -> None:
        self.clock = OwnedClock()
        self.store = FakeRolloutStore(clock=self.clock, monotonic=self.clock)
        self.fleet = Fleet(self.store, plan, clock=self.clock)

    def seen(self) -> dict[str, Any]:
        view = self.fleet.view()
        assert isinstance(view, FleetView)
        return {operation.operation: operation for operation in view.operations}


def test_before_anything_has_happened_all_that_is_planned_is_seen() -> None:
    world = World()
    view = world.fleet.view()
    assert [operation.operation for operation in view.operations] == ["getTrip", "listTrips", "createTrip"]
    assert {(it.share, it.stage, it.cohort) for it in view.operations} == {(Share(0), 0, "trips")}
    assert (view.workers, view.obeying, view.figures(), world.fleet.figures()) == ((), 0, {}, {})
    json.dumps(view.to_json(), allow_nan=False)


def test_reports_of_workers_add_up() -> None:
    world = World()
    world.store.heartbeat(beat("web-1", **report(last=5.0, direct=window(0.1, 0.1, 0.1), http=window(0.2, failed=1))))
    world.store.heartbeat(beat("web-2", **report("open", last=7.0, http=window(0.2, 0.2))))
    world.store.heartbeat(beat("web-3", **report("open")))
    found = world.seen()["getTrip"].figures
    assert (found.direct.calls, found.http.calls, found.measured) == (3, 3, 0.5)
    assert found.http.error_rate == 1 / 3
    assert abs(found.http.p95 - 0.2) < 0.004
    assert abs(found.direct.p50 - 0.1) < 0.002
    assert (found.circuits, found.last_http_at) == ({CircuitState.CLOSED: 1, CircuitState.OPEN: 2}, 7.0)
    assert world.fleet.view().left_out == 6
    assert list(world.fleet.figures()) == ["getTrip"]


def test_who_is_silent_or_behind_does_not_obey_and_what_is_silent_is_not_counted() -> None:
    world = World()
    world.store.change(change(getTrip=100), expected=0)
    world.store.heartbeat(beat("frozen", 1, **report(direct=window(0.1))))
    world.clock.passes(6)
    world.store.heartbeat(beat("behind", 0, **report(direct=window(0.1, 0.1))))
    world.store.heartbeat(beat("well", 1))
    view = world.fleet.view()
    assert {worker.judged.beat.id: worker.is_obeying for worker in view.workers} == {
        "frozen": False,
        "behind": False,
        "well": True,
    }
    assert view.obeying == 1
    assert view.operations[0].figures.direct.calls == 2


def test_stages_bake_pins_and_holds_are_seen() -> None:
    world = World()
    edit = Edit(
        shares={"getTrip": Share(5000), "listTrips": Share(100)}, pinned={"createTrip": True}, held={"getTrip": True}
    )
    world.store.change(Change(edit=edit, action="set", who="kokoro"), expected=0)
    world.clock.passes(60)
    view = world.fleet.view()
    reads, writes = view.waves
    assert (reads.stage, reads.stages, round(reads.bake_seconds_left)) == (1, 3, 540)
    assert (writes.stage, writes.bake_seconds_left) == (0, 0.0)
    trip, trips, create = view.operations
    assert (trip.stage, trip.is_held, trip.is_pinned, trips.stage, create.is_pinned) == (2, True, False, 1, True)
    world.clock.passes(600)
    assert world.fleet.view().waves[0].bake_seconds_left == 0


def test_what_is_not_planned_and_goes_is_seen_all_the_same() -> None:
    world = World(RolloutPlan(waves=()))
    world.store.change(change(pin_all=True, getTrip=100), expected=0)
    (trip,) = world.fleet.view().operations
    assert (trip.operation, trip.wave, trip.stages, trip.share, trip.is_pinned) == ("getTrip", "", 0, Share(100), True)


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers(-5, 5) | st.text() | st.lists(st.integers())))
def test_foreign_reports_are_passed_over(foreign: dict[str, Any]) -> None:
    world = World()
    world.store.heartbeat(beat("web-1", **{f"x{name}": value for name, value in foreign.items()}))
    world.store.heartbeat(beat("web-2", format=1, leftOut=foreign.get("a"), operations=foreign))
    assert world.fleet.view().operations[0].figures == OperationFigures()


def known(version: str) -> dict[str, str]:
    return ContractVersion(version, "sha256:" + "0" * 16).to_json()


def test_the_versions_of_workers_and_services_are_counted_among_those_that_live() -> None:
    world = World()
    world.store.heartbeat(beat("gone", contract=known("1.2.0"), services=[known("1.2.0")]))
    world.clock.passes(6)
    world.store.heartbeat(beat("web-1", contract=known("1.4.0"), services=[known("1.4.0"), known("1.3.0")]))
    world.store.heartbeat(beat("web-2", contract=known("1.4.0"), services=[known("1.4.0")]))
    world.store.heartbeat(beat("web-3", contract=known("1.3.0")))
    world.store.heartbeat(beat("of-an-earlier-release"))
    found = world.fleet.view().contracts
    assert found.differ
    assert found.to_json() == {
        "workers": [{**known("1.4.0"), "workers": 2}, {**known("1.3.0"), "workers": 1}],
        "services": [{**known("1.4.0"), "workers": 2}, {**known("1.3.0"), "workers": 1}],
        "differ": True,
    }


def test_one_version_everywhere_is_no_difference() -> None:
    world = World()
    assert not world.fleet.view().contracts.differ
    world.store.heartbeat(beat("web-1", contract=known("1.4.0"), services=[known("1.4.0")]))
    assert not world.fleet.view().contracts.differ


def test_an_operation_that_the_service_of_any_worker_lacks_is_marked() -> None:
    world = World()
    world.store.heartbeat(beat("web-1", missing=["getTrip", "gone"]))
    world.store.heartbeat(beat("web-2", missing=[7, None]))
    assert [it.operation for it in world.fleet.view().operations if it.is_missing] == ["getTrip"]
    assert world.fleet.view().to_json()["operations"][0]["isMissing"] is True


@given(
    st.dictionaries(
        st.sampled_from(["contract", "services", "missing"]),
        st.recursive(
            st.none() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["digest", "version"]), inner),
        ),
    )
)
def test_versions_of_another_form_are_passed_over(foreign: dict[str, Any]) -> None:
    world = World()
    world.store.heartbeat(beat("web-1", **foreign))
    assert not world.fleet.view().contracts.differ


def test_windows_of_other_lengths_are_left_out() -> None:
    sides = SideFigures.of([window(0.1), window(0.1, 0.2), window(9.0, length=60)])
    assert sides.calls == 3
    assert SideFigures.of([]) == SideFigures()


@given(st.lists(st.integers(1, 5), min_size=1), st.randoms())
def test_the_order_of_workers_makes_no_difference(counts: list[int], chance: Any) -> None:
    reports = [
        {"getTrip": OperationReport(direct=window(*[0.1 * count] * count), http=window(0.2))} for count in counts
    ]
    before = merged(reports)
    chance.shuffle(reports)
    assert merged(reports) == before
    assert before["getTrip"].direct.calls == sum(counts)
