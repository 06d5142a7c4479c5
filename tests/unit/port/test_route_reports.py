"""What a routed port does is what an operator sees: real calls, a recorder, a follower, a store, and the fleet's view."""

from __future__ import annotations

from support.waiting import eventually
from switchover import Fleet, Follower, Reporter, Rollout, RolloutState, Share
from switchover.rollout import CircuitState
from switchover.rollout.following import Rhythm
from switchover.rollout.plan import parse
from switchover.rollout.stores import FakeRolloutStore
from unit.port.desk import Caller
from unit.port.routing import routed

PLAN = parse(b'[[waves]]\nname = "reads"\noperations = ["listNotes"]\n')
CALLS = 400


async def test_the_share_that_is_measured_is_the_one_that_is_in_force() -> None:
    rollout = Rollout(state=RolloutState(shares={"listNotes": Share(2500)}))
    world = routed("async", rollout)
    reporter = Reporter.watching(world.recorder, rollout)
    store = FakeRolloutStore()
    rhythm = Rhythm(beat_seconds=0.05, back_off_seconds=0.01, longest_back_off_seconds=0.02)
    follower = Follower(store, rollout.apply, report=reporter.report, rhythm=rhythm)
    follower.start()
    try:
        for number in range(CALLS):
            await world.desk.list_notes(Caller(f"user-{number}", frozenset()))
        world.recorder.flush()
        fleet = Fleet(store, PLAN)

        def calls() -> int:
            figures = fleet.view().operations[0].figures
            return figures.direct.calls + figures.http.calls

        eventually(lambda: calls() == CALLS)
        (seen,) = (it for it in fleet.view().operations if it.operation == "listNotes")
        assert seen.figures.measured is not None
        assert 0.15 < seen.figures.measured < 0.35
        assert seen.figures.circuits == {CircuitState.CLOSED: 1}
        last = max(event.at for event in world.events if event.wiring == "http")
        assert seen.figures.last_http_at == last
    finally:
        assert follower.stop()
        world.recorder.close()
