"""What a rehearsal moves, and when it does not begin."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from support.rollouts import FixedPlan, FixedWave, beat
from switchover.errors import RolloutRefused
from switchover.rehearsal import SafeCall, chosen
from switchover.rehearsal.choosing import covered, require_calls, require_quiet
from switchover.rollout import RolloutState, Share
from switchover.rollout.orders.convergence import Chain
from switchover.rollout.orders.obedience import require_obedient
from switchover.rollout.plan import Cohort
from switchover.rollout.stores import FakeRolloutStore, WorkerSeen

PLAN = FixedPlan(
    (FixedWave("reads", ("getTrip", "listTrips", "getMap")), FixedWave("writes", ("createTrip", "drawMap")))
)
SAFE = {"getTrip", "listTrips", "getMap"}
COHORTS = (
    Cohort(name="trips", operations=("getTrip", "listTrips"), salt="trips", is_together=True),
    Cohort(name="maps", operations=("getMap", "drawMap"), salt="maps", is_together=True),
    Cohort(name="new", operations=("createTrip",), salt="new"),
)


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (None, ("getTrip", "listTrips")),
        (["trips"], ("getTrip", "listTrips")),
        (["listTrips", "getTrip"], ("listTrips", "getTrip")),
    ],
)
def test_safe_operations_are_moved_that_need_no_others(
    targets: Sequence[str] | None, expected: tuple[str, ...]
) -> None:
    assert chosen(PLAN, COHORTS, SAFE, targets) == expected


@pytest.mark.parametrize(
    ("targets", "reason", "said"),
    [
        (["createTrip"], "unsafe", "createTrip changes something"),
        (["writes"], "unsafe", "createTrip, drawMap changes something"),
        (["getTrip"], "torn_apart", "the operations of trips move together; name listTrips as well"),
        (["getTrap"], "unknown_target", "'getTrap' is no operation, cohort, group or wave of the plan"),
    ],
)
def test_what_cannot_be_moved_is_refused(targets: Sequence[str], reason: str, said: str) -> None:
    with pytest.raises(RolloutRefused, match=said) as caught:
        chosen(PLAN, COHORTS, SAFE, targets)
    assert caught.value.reason == reason


def test_a_plan_without_anything_safe_has_nothing_to_rehearse_with() -> None:
    with pytest.raises(RolloutRefused, match="no safe operation that may move by itself"):
        chosen(PLAN, COHORTS, set(), None)


async def nothing() -> None: ...


def test_a_load_makes_safe_calls_of_everything_that_moves() -> None:
    calls = [SafeCall("getTrip", nothing), SafeCall("listTrips", nothing)]
    require_calls(["getTrip"], SAFE, calls)
    with pytest.raises(RolloutRefused, match="the load has no call of getMap; add one, or name the operations"):
        require_calls(["getTrip", "getMap"], SAFE, calls)
    with pytest.raises(
        RolloutRefused, match="the load calls createTrip, gone, which the contract does not have as safe"
    ):
        require_calls(["getTrip"], SAFE, [*calls, SafeCall("gone", nothing), SafeCall("createTrip", nothing)])


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (RolloutState(is_pinned=True), "the kill switch keeps getTrip"),
        (RolloutState(pinned=frozenset({"getTrip"})), "the kill switch keeps getTrip"),
        (RolloutState(held=frozenset({"getTrip"})), "getTrip is not to go up for now"),
        (RolloutState(shares={"getTrip": Share(100)}), "under way: getTrip at 1 %; --from-current takes them back"),
    ],
)
def test_nobody_is_disturbed(state: RolloutState, said: str) -> None:
    with pytest.raises(RolloutRefused, match=said):
        require_quiet(state, ["getTrip"], is_from_current=False)
    require_quiet(state, ["listTrips"] if not state.is_pinned else [], is_from_current=False)


def test_from_where_it_is_a_rollout_may_be_under_way() -> None:
    require_quiet(RolloutState(shares={"getTrip": Share(100)}), ["getTrip"], is_from_current=True)


def test_workers_have_to_be_there_and_to_obey() -> None:
    chain = Chain(FakeRolloutStore(), RolloutState(version=2))
    require_obedient([WorkerSeen(beat("web-1", 2), 0.5)], chain)
    with pytest.raises(RolloutRefused, match="no worker follows this rollout"):
        require_obedient([], chain)
    with pytest.raises(RolloutRefused, match=r"applied version 2: web-1 \(pid 1"):
        require_obedient([WorkerSeen(beat("web-1", 1), 0.5), WorkerSeen(beat("web-2", 2), 0.5)], chain)
    with pytest.raises(RolloutRefused, match="web-2"):
        require_obedient([WorkerSeen(beat("web-1", 2), 0.5), WorkerSeen(beat("web-2", 2), 9.0)], chain)


def test_what_the_load_does_not_call_is_left_out_with_all_that_moves_with_it() -> None:
    async def call() -> None: ...

    assert covered(("getTrip", "listTrips", "createTrip"), COHORTS, [SafeCall("getTrip", call)]) == ()
    both = [SafeCall("getTrip", call), SafeCall("listTrips", call), SafeCall("getMap", call)]
    assert covered(("getTrip", "listTrips", "createTrip"), COHORTS, both) == ("getTrip", "listTrips")
