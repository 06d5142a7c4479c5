"""Orders: what they change, when they are refused, and what becomes of two at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from support.clock import OwnedClock
from support.rollouts import FixedCohort, FixedPlan, FixedStage, FixedWave, beat, change, stages
from support.waiting import eventually
from switchover.errors import RolloutConflict, RolloutRefused, StoreUnavailable
from switchover.rollout import RolloutState, Share
from switchover.rollout.orders import Operator, order_key
from switchover.rollout.record import Change, Edit, Event, verify
from switchover.rollout.stores import FakeRolloutStore

PLAN = FixedPlan()
BAKED = FixedPlan(
    (FixedWave("reads", ("getTrip", "listTrips"), stages(600, 60, 60, 0)), FixedWave("writes", ("createTrip",)))
)
GROUPS = {"diary": ("getTrip", "createTrip")}


@pytest.fixture
def clock() -> OwnedClock:
    return OwnedClock()


class ObedientStore(FakeRolloutStore):
    """One whose only worker applies each change at once."""

    def change(self, change: Change, *, expected: int) -> RolloutState:
        state = super().change(change, expected=expected)
        self.heartbeat(beat(version=state.version))
        return state


@pytest.fixture
def store(clock: OwnedClock) -> ObedientStore:
    made = ObedientStore(clock=clock)
    made.heartbeat(beat())
    return made


@pytest.fixture
def operator(store: FakeRolloutStore) -> Operator:
    return Operator(
        store,
        BAKED,
        who="kokoro",
        groups=GROUPS,
        contract_digest="c",
        plan_digest="p",
        windows=lambda: {"getTrip": {"ok": 7}},
    )


def refused(order: Callable[[], object]) -> RolloutRefused:
    with pytest.raises(RolloutRefused) as caught:
        order()
    return caught.value


def test_a_wave_goes_up_stage_by_stage(operator: Operator, clock: OwnedClock) -> None:
    assert operator.start().shares == {"getTrip": Share(100), "listTrips": Share(100)}
    reached = []
    for _ in range(3):
        clock.passes(600)
        reached.append(dict(operator.promote().shares))
    assert reached == [{"getTrip": share, "listTrips": share} for share in (1000, 5000, 10_000)]
    assert operator.start().shares == {"getTrip": 10_000, "listTrips": 10_000, "createTrip": 100}
    assert operator.promote("writes").shares["createTrip"] == 1000


def test_an_order_is_on_record_with_everything_it_was_decided_on(operator: Operator, store: FakeRolloutStore) -> None:
    state = operator.start(why="the night is quiet")
    (event,) = store.history()
    assert (event.action, event.who, event.why) == ("start", "kokoro", "the night is quiet")
    assert (event.contract_digest, event.plan_digest, event.windows) == ("c", "p", {"getTrip": {"ok": 7}})
    assert event.before.shares == {"getTrip": 0, "listTrips": 0}
    assert verify(store.history(), state=state) == ()


def test_waves_go_in_their_order_unless_forced(operator: Operator) -> None:
    assert refused(lambda: operator.start("writes")).reason == "wave_before"
    assert operator.start("writes", is_forced=True).shares == {"createTrip": 100}


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (lambda it: it.start("unknown"), "unknown_wave"),
        (lambda it: it.promote("unknown"), "unknown_wave"),
        (lambda it: it.promote(), "no_wave"),
        (lambda it: it.promote("reads"), "not_started"),
        (lambda it: it.hold(["unknown"]), "unknown_target"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    operator: Operator, store: FakeRolloutStore, order: Callable[[Operator], Any], reason: str
) -> None:
    assert refused(lambda: order(operator)).reason == reason
    assert store.load().version == 0


def test_a_wave_is_started_once_and_ends_at_its_last_stage(operator: Operator) -> None:
    operator.start()
    assert refused(lambda: operator.start("reads")).reason == "started"
    assert "is at 1 %, and its last stage is 100 %" in str(refused(operator.start))
    operator.set_share(Share(10_000), why="all of it")
    assert refused(lambda: operator.promote("reads", is_forced=True)).reason == "complete"
    assert refused(operator.start).reason == "no_wave"
    assert refused(operator.promote).reason == "no_wave"


def test_several_waves_under_way_have_to_be_told_apart(operator: Operator) -> None:
    operator.start()
    operator.start("writes", is_forced=True)
    assert refused(operator.promote).reason == "ambiguous"
    assert operator.promote("writes").shares["createTrip"] == 1000


LAST_STAGE_BAKES = FixedPlan(
    (FixedWave("reads", ("getTrip", "listTrips"), stages(0, 0, 0, 600)), FixedWave("writes", ("createTrip",)))
)


def test_the_next_wave_starts_once_the_last_stage_of_those_before_has_lasted_its_time(
    store: FakeRolloutStore, clock: OwnedClock
) -> None:
    operator = Operator(store, LAST_STAGE_BAKES, who="kokoro")
    operator.start()
    for _ in range(3):
        operator.promote()
    clock.passes(12)
    error = refused(operator.start)
    assert error.reason == "baking"
    assert str(error) == "the wave 'reads' has to stay at its last stage for another 588 s; force it to go on"
    assert refused(lambda: operator.start("writes")).reason == "baking"
    clock.passes(588)
    assert operator.start().shares["createTrip"] == 100


def test_an_order_that_overrules_a_bake_is_recorded_as_forced(store: FakeRolloutStore) -> None:
    operator = Operator(store, LAST_STAGE_BAKES, who="kokoro")
    operator.set_share(Share(10_000), ["reads"], why="")
    assert refused(operator.start).reason == "baking"
    operator.start(why="the night is short", is_forced=True)
    operator.promote("writes", why="shorter still", is_forced=True)
    operator.set_share(Share(10_000), ["writes"], why="over", is_forced=True)
    assert [event.action for event in store.history()] == ["set", "start (forced)", "promote (forced)", "set (forced)"]


def test_a_share_that_is_set_is_no_way_around_the_bake_of_the_waves_before(
    store: FakeRolloutStore, clock: OwnedClock
) -> None:
    operator = Operator(store, LAST_STAGE_BAKES, who="kokoro")
    operator.set_share(Share(10_000), ["reads"], why="proven elsewhere")
    for targets in (["createTrip"], ["writes"], None):
        assert refused(partial(operator.set_share, Share(1), targets, why="")).reason == "baking"
    assert operator.set_share(Share(0), ["writes"], why="").version == 1
    clock.passes(600)
    assert operator.set_share(Share(1), ["writes"], why="").shares["createTrip"] == 1


def test_a_share_that_is_set_is_free_of_stages_and_of_the_order_of_waves(store: FakeRolloutStore) -> None:
    operator = Operator(store, LAST_STAGE_BAKES, who="kokoro")
    assert operator.set_share(Share(10_000), ["reads", "writes"], why="").version == 1
    assert operator.set_share(Share(5000), ["writes"], why="").version == 2
    assert operator.set_share(Share(6000), ["writes"], why="it goes on while reads bake").version == 3
    operator.rollback(why="")
    operator.resume()
    operator.set_share(Share(5000), ["reads"], why="")
    assert operator.set_share(Share(1), ["writes"], why="reads are not complete").shares["createTrip"] == 1


def test_bakes_go_by_the_clock_of_the_store_and_not_by_that_of_the_operators_machine(
    store: FakeRolloutStore, clock: OwnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = Operator(store, BAKED, who="kokoro")
    operator.start()
    monkeypatch.setattr(time, "time", lambda: clock() + 3600)
    assert "another 600 s" in str(refused(operator.promote))
    monkeypatch.setattr(time, "time", lambda: clock() - 3600)
    clock.passes(600)
    assert operator.promote().shares["getTrip"] == 1000


def test_a_stage_lasts_its_time_unless_forced(operator: Operator, clock: OwnedClock) -> None:
    operator.start()
    clock.passes(599)
    error = refused(operator.promote)
    assert error.reason == "baking"
    assert "another 1 s" in str(error)
    clock.passes(-5000)
    assert "another 600 s" in str(refused(operator.promote))
    assert operator.promote(is_forced=True).shares["getTrip"] == 1000
    clock.passes(59)
    assert "another 1 s" in str(refused(operator.promote))
    clock.passes(1)
    assert operator.promote().shares["getTrip"] == 5000


def test_below_its_first_stage_a_wave_bakes_as_long_as_there(operator: Operator, clock: OwnedClock) -> None:
    operator.set_share(Share(50), ["reads"], why="")
    clock.passes(599)
    assert "another 1 s" in str(refused(operator.promote))
    clock.passes(1)
    assert operator.promote().shares["getTrip"] == 100


def test_what_is_ahead_of_its_wave_stays_there(operator: Operator, clock: OwnedClock) -> None:
    operator.start()
    operator.set_share(Share(5000), ["getTrip"], why="it is safe")
    clock.passes(600)
    assert operator.promote().shares == {"getTrip": 5000, "listTrips": 1000}


def test_a_share_is_set_for_operations_groups_waves_or_all(operator: Operator) -> None:
    assert operator.set_share(Share(7), ["listTrips"], why="").shares == {"listTrips": 7}
    assert operator.set_share(Share(8), ["diary"], why="").shares == {"getTrip": 8, "createTrip": 8, "listTrips": 7}
    assert operator.set_share(Share(9), ["reads"], why="").shares == {"getTrip": 9, "createTrip": 8, "listTrips": 9}
    assert operator.set_share(Share(0), why="").shares == {}


def test_what_is_held_does_not_go_up_and_may_go_down(operator: Operator) -> None:
    operator.start()
    assert operator.hold(["getTrip"]).held == {"getTrip"}
    error = refused(lambda: operator.promote(is_forced=True))
    assert (error.reason, str(error)) == ("held", "getTrip is not to go up for now; resume first")
    assert operator.set_share(Share(50), ["getTrip"], why="").shares["getTrip"] == 50
    assert operator.resume(["getTrip"]).held == frozenset()
    assert operator.promote(is_forced=True).shares["getTrip"] == 100


def test_holding_everything_is_released_at_once(operator: Operator) -> None:
    assert operator.hold().held == {"getTrip", "listTrips", "createTrip"}
    assert operator.resume().held == frozenset()


def test_a_rollback_pins_and_takes_shares_back(operator: Operator) -> None:
    operator.start()
    state = operator.rollback(["getTrip"], why="wrong answers")
    assert (state.shares, state.is_pinned) == ({"listTrips": 100}, False)
    assert state.pinned == frozenset({"getTrip"})
    assert refused(lambda: operator.promote(is_forced=True)).reason == "pinned"
    state = operator.resume(["getTrip"])
    assert (state.shares, state.pinned) == ({"listTrips": 100}, frozenset())


def test_a_rollback_of_everything_pins_what_nobody_planned_too(operator: Operator, store: FakeRolloutStore) -> None:
    store.change(change(unplanned=5000), expected=0)
    state = operator.rollback(why="wrong answers")
    assert (state.shares, state.is_pinned) == ({}, True)
    assert refused(operator.start).reason == "pinned"
    assert refused(lambda: operator.resume(["getTrip"])).reason == "all_pinned"
    state = operator.resume()
    assert (state.shares, state.is_pinned) == ({}, False)


@pytest.mark.parametrize("why", ["", " ", "\t\n"])
def test_a_rollback_without_a_reason_is_carried_out_and_says_so(
    operator: Operator, store: FakeRolloutStore, why: str
) -> None:
    assert operator.rollback(why=why).is_pinned
    assert [event.why for event in store.history()] == ["not given"]
    operator.resume()
    assert operator.rollback().is_pinned


def test_a_rollback_needs_no_plan(store: FakeRolloutStore) -> None:
    store.change(change(getTrip=5000, listTrips=100), expected=0)
    operator = Operator(store, FixedPlan(()), who="kokoro")
    assert operator.rollback(["getTrip"]).pinned == {"getTrip"}
    state = operator.rollback()
    assert (state.shares, state.is_pinned) == ({}, True)
    assert refused(lambda: operator.rollback(["getTip"])).reason == "unknown_target"


def test_what_is_so_already_is_not_recorded(operator: Operator, store: FakeRolloutStore) -> None:
    state = operator.rollback(why="wrong answers")
    assert operator.rollback(why="again") == state
    assert len(store.history()) == 1


def test_nothing_goes_up_before_the_workers_obey(operator: Operator, store: FakeRolloutStore) -> None:
    operator.start()
    store.heartbeat(beat("web-2", version=0))
    error = refused(lambda: operator.set_share(Share(200), why=""))
    assert error.reason == "not_obeyed"
    assert "has applied version 1: web-2 (pid 1 on machine, version 0" in str(error)
    assert operator.set_share(Share(50), ["reads"], why="going down is always well").version == 2
    assert operator.set_share(Share(200), why="", is_forced=True).version == 3


def test_a_worker_that_is_silent_does_not_obey() -> None:
    clock = OwnedClock()
    store = FakeRolloutStore(monotonic=clock)
    operator = Operator(store, PLAN, who="kokoro")
    store.heartbeat(beat())
    clock.passes(6)
    assert refused(operator.start).reason == "not_obeyed"


def test_nothing_goes_up_without_workers_unless_forced(store: FakeRolloutStore, operator: Operator) -> None:
    store.leave("web-1")
    assert refused(operator.start).reason == "no_workers"
    assert operator.start(is_forced=True).version == 1


def test_nothing_is_promoted_while_the_store_is_down(store: FakeRolloutStore, operator: Operator) -> None:
    operator.start()
    store.outage = "down"
    with pytest.raises(StoreUnavailable, match="down"):
        operator.promote(is_forced=True)
    store.outage = None
    assert store.load().version == 1


class RacingStore(FakeRolloutStore):
    """One where somebody else is faster, as often as there are edits left."""

    def __init__(self, *edits: Edit) -> None:
        super().__init__()
        self.edits = list(edits)

    def change(self, change: Change, *, expected: int) -> RolloutState:
        if self.edits:
            super().change(Change(edit=self.edits.pop(0), action="set", who="other"), expected=expected)
        return super().change(change, expected=expected)


ELSEWHERE = Edit(shares={"createTrip": Share(1)})


def test_an_order_is_given_again_after_a_change_elsewhere() -> None:
    store = RacingStore(ELSEWHERE)
    state = Operator(store, PLAN, who="kokoro").set_share(Share(5), ["getTrip"], why="", is_forced=True)
    assert (state.version, state.shares) == (2, {"createTrip": 1, "getTrip": 5})


@pytest.mark.parametrize(
    "faster",
    [
        Edit(shares={"getTrip": Share(3)}),
        Edit(held={"getTrip": False}),
        Edit(pinned={"getTrip": False}),
        Edit(is_pinned=False),
    ],
)
def test_an_order_is_not_given_again_after_a_change_of_the_same(faster: Edit) -> None:
    store = RacingStore(faster)
    with pytest.raises(RolloutConflict, match=r"for version 0 .* version 1 is in force: the same operations") as caught:
        Operator(store, PLAN, who="kokoro").set_share(Share(5), ["getTrip"], why="", is_forced=True)
    assert (caught.value.expected, caught.value.found) == (0, 1)
    assert store.load().version == 1


def test_an_order_that_would_mean_something_else_is_not_given_again() -> None:
    store = RacingStore(Edit(shares={"getTrip": Share(100), "listTrips": Share(100)}))
    plan = FixedPlan(
        (
            FixedWave("reads", ("getTrip",), (FixedStage(Share(100)),)),
            FixedWave("more", ("listTrips",), (FixedStage(Share(100)),)),
        )
    )
    with pytest.raises(RolloutRefused, match="every wave of the plan has been started"):
        Operator(store, plan, who="kokoro").start(is_forced=True)


def test_two_promotions_at_once_are_one_step() -> None:
    store = RacingStore()
    operator = Operator(store, PLAN, who="kokoro")
    operator.start(is_forced=True)
    store.edits.append(Edit(shares={"getTrip": Share(1000), "listTrips": Share(1000)}))
    with pytest.raises(RolloutConflict):
        operator.promote(is_forced=True)
    assert store.load().shares["getTrip"] == 1000


def test_a_rollback_prevails_whatever_others_change() -> None:
    store = RacingStore(Edit(shares={"getTrip": Share(3)}), Edit(is_pinned=False), Edit(pinned={"getTrip": False}))
    state = Operator(store, PLAN, who="kokoro").rollback(["getTrip"], why="wrong answers")
    assert (state.version, state.shares) == (4, {})
    assert state.pinned == frozenset({"getTrip"})


def test_somebody_who_is_always_faster_is_told() -> None:
    store = RacingStore(*[Edit(shares={"createTrip": Share(n)}) for n in range(1, 60)])
    with pytest.raises(RolloutConflict, match="others were faster 50 times"):
        Operator(store, PLAN, who="kokoro").rollback(why="wrong answers")


def test_orders_have_the_time_of_the_machine_by_default() -> None:
    store = ObedientStore()
    store.heartbeat(beat())
    operator = Operator(store, PLAN, who="kokoro")
    assert abs(operator.start().since["getTrip"] - time.time()) < 60
    assert operator.promote().shares["getTrip"] == 1000
    assert store.history()[0].windows is None
    assert operator.wait_obeyed(2, 1).is_complete()


def keyed(store: FakeRolloutStore, key: str) -> Operator:
    return Operator(store, PLAN, who="kokoro", key=key)


def test_an_order_that_is_given_twice_under_one_key_is_carried_out_once(
    store: ObedientStore, clock: OwnedClock
) -> None:
    first = keyed(store, order_key("a", "1")).start()
    assert keyed(store, order_key("a", "1")).start() == first
    promoted = keyed(store, order_key("b", "1")).promote()
    assert keyed(store, order_key("b", "1")).promote() == promoted
    assert [event.key for event in store.history()] == ["a/1", "b/1"]
    with pytest.raises(RolloutRefused, match="this key belongs to another order, version 1: start") as caught:
        keyed(store, order_key("a", "2")).promote()
    assert caught.value.reason == "key_reused"
    assert store.load() == promoted


def test_an_order_that_was_undone_and_is_given_again_under_its_key_says_that_it_was_undone(
    store: ObedientStore,
) -> None:
    keyed(store, order_key("a", "1")).rollback()
    others(store).resume()
    others(store).set_share(Share(10_000), why="impatient", is_forced=True)

    again = keyed(store, order_key("a", "1"))
    assert not again.rollback().is_pinned
    undone = again.undone()
    assert undone is not None
    assert undone.event is not None
    assert undone.event.who == "aiko"


def test_of_the_same_order_at_the_same_time_one_is_carried_out(clock: OwnedClock) -> None:
    class Raced(ObedientStore):
        """One in whose way the same order comes, once."""

        has_raced = False

        def change(self, change: Change, *, expected: int) -> RolloutState:
            if not self.has_raced:
                self.has_raced = True
                super().change(change, expected=expected)
            return super().change(change, expected=expected)

    store = Raced(clock=clock)
    store.heartbeat(beat())
    state = keyed(store, order_key("a", "1")).start()
    assert (state.version, len(store.history())) == (1, 1)


BACK: list[Callable[[Operator], RolloutState]] = [
    lambda it: it.rollback(why="wrong answers"),
    lambda it: it.rollback(["getTrip"], why="wrong answers"),
    lambda it: it.hold(why="wait"),
    lambda it: it.set_share(Share(0), ["getTrip"], why="wait"),
]


def with_share(windows: Callable[[], Any]) -> tuple[ObedientStore, Operator]:
    store = ObedientStore(clock=OwnedClock())
    store.change(change(getTrip=5000), expected=0)
    return store, Operator(store, PLAN, who="kokoro", windows=windows)


@pytest.mark.parametrize("order", BACK)
def test_what_goes_back_is_in_force_before_figures_are_read_and_they_are_attached_then(
    order: Callable[[Operator], RolloutState],
) -> None:
    versions: list[int] = []

    def windows() -> Any:
        versions.append(made.load().version)
        return {"getTrip": {"ok": 7}}

    made, operator = with_share(windows)
    state = order(operator)
    assert versions == [2]
    event = made.history()[-1]
    assert (event.windows, event.digest) == ({"getTrip": {"ok": 7}}, state.head)
    assert event.windows_at
    assert event.is_whole()
    assert verify(made.record(), state=made.load()) == ()


@pytest.mark.parametrize("order", BACK)
@pytest.mark.parametrize("error", [StoreUnavailable("no workers table"), OSError("no"), RecursionError(), KeyError(1)])
def test_what_goes_back_does_not_depend_on_figures(
    order: Callable[[Operator], RolloutState], error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def windows() -> Any:
        raise error

    store, operator = with_share(windows)
    assert order(operator) == store.load()
    assert store.load().version == 2
    assert (store.history()[-1].windows, store.history()[-1].windows_at) == (None, "")
    assert "version 2 is in force, without figures in the audit log: " in caplog.text


@pytest.mark.parametrize("order", BACK)
@pytest.mark.parametrize("told", [float("nan"), object()])
def test_figures_that_are_no_json_do_not_keep_anything_from_going_back(
    order: Callable[[Operator], RolloutState], told: object
) -> None:
    store, operator = with_share(lambda: told)
    assert order(operator).version == 2
    assert store.history()[-1].windows is None


def test_figures_that_are_long_in_coming_are_waited_for_a_moment(caplog: pytest.LogCaptureFixture) -> None:
    release = threading.Event()

    def windows() -> Any:
        release.wait(60)
        return {"getTrip": {"ok": 7}}

    store, operator = with_share(windows)
    started = time.monotonic()
    state = operator.rollback(why="wrong answers")
    assert time.monotonic() - started < 30
    assert store.load() == state
    assert "they could not be read within 1 s" in caplog.text
    release.set()
    eventually(lambda: store.history()[-1].windows == {"getTrip": {"ok": 7}}, 20)


def test_what_goes_up_is_recorded_with_the_figures_that_it_was_decided_on(
    operator: Operator, store: FakeRolloutStore
) -> None:
    operator.start()
    operator.rollback()
    operator.resume()
    assert [bool(event.windows_at) for event in store.history()] == [False, True, False]
    assert [event.windows for event in store.history()] == [{"getTrip": {"ok": 7}}] * 3


def test_an_order_with_a_key_goes_back_though_the_audit_log_cannot_be_read() -> None:
    class Unreadable(ObedientStore):
        def history(self, after: int = 0, limit: int | None = None) -> Sequence[Event]:
            raise StoreUnavailable("line 3 is no event")

    store = Unreadable()
    assert keyed(store, order_key("a", "1")).rollback().is_pinned
    with pytest.raises(StoreUnavailable):
        keyed(store, order_key("a", "1")).resume()


def others(store: FakeRolloutStore, plan: FixedPlan = PLAN) -> Operator:
    return Operator(store, plan, who="aiko")


@pytest.mark.parametrize(
    ("order", "undoing"),
    [
        (lambda it: it.rollback(), lambda it: it.resume()),
        (lambda it: it.rollback(["getTrip"]), lambda it: it.resume()),
        (lambda it: it.rollback(["getTrip"]), lambda it: it.resume(["getTrip"])),
        (lambda it: it.hold(["getTrip"]), lambda it: it.resume(["getTrip"])),
        (lambda it: it.set_share(Share(500), ["getTrip"], why=""), lambda it: it.rollback(["getTrip"])),
        (lambda it: it.set_share(Share(500), ["getTrip"], why=""), lambda it: it.rollback()),
        (lambda it: it.start(), lambda it: it.set_share(Share(1), ["getTrip"], why="")),
        (lambda it: it.resume(), lambda it: it.rollback()),
        (lambda it: it.resume(["getTrip"]), lambda it: it.rollback()),
    ],
)
def test_what_was_undone_is_known_with_who_undid_it(
    store: ObedientStore, order: Callable[[Operator], RolloutState], undoing: Callable[[Operator], RolloutState]
) -> None:
    operator = Operator(store, PLAN, who="kokoro")
    operator.hold(["getTrip"])
    operator.resume(["getTrip"])
    assert operator.undone() is None
    order(operator)
    assert operator.undone() is None
    if not store.load().is_pinned:
        others(store).set_share(Share(7), ["createTrip"], why="elsewhere", is_forced=True)
    assert operator.undone() is None
    made = undoing(others(store))
    others(store).hold(["createTrip"])
    undone = operator.undone()
    assert undone is not None
    assert undone.event is not None
    assert (undone.event.version, undone.event.who) == (made.version, "aiko")
    assert str(undone).startswith(f"version {made.version}, {undone.event.action} by aiko at 2")
    assert undone.version == store.load().version


def test_what_was_undone_and_done_again_is_in_force(store: ObedientStore) -> None:
    operator = Operator(store, PLAN, who="kokoro")
    operator.rollback()
    others(store).resume()
    others(store).rollback()
    assert operator.undone() is None


def test_what_was_so_already_can_be_undone_too(store: ObedientStore) -> None:
    operator = Operator(store, PLAN, who="kokoro")
    others(store).rollback()
    assert operator.rollback().version == 1
    others(store).resume()
    undone = operator.undone()
    assert undone is not None
    assert undone.event == store.history()[-1]


def test_a_store_that_was_replaced_has_undone_everything_and_cannot_say_who(store: ObedientStore) -> None:
    operator = Operator(store, PLAN, who="kokoro")
    state = operator.rollback()
    for other in (RolloutState(), replace(state, head="f" * 64)):
        store._state = other
        undone = operator.undone()
        assert undone is not None
        assert (undone.version, undone.event) == (other.version, None)
        assert "does not say how it came to that" in str(undone)


def test_an_interruption_that_comes_after_the_change_leaves_it_known(store: ObedientStore) -> None:
    class Interrupted(ObedientStore):
        is_late = True

        def change(self, change: Change, *, expected: int) -> RolloutState:
            if self.is_late:
                super().change(change, expected=expected)
            raise KeyboardInterrupt

    for is_late in (True, False):
        interrupted = Interrupted()
        interrupted.is_late = is_late
        operator = Operator(interrupted, PLAN, who="kokoro")
        with pytest.raises(KeyboardInterrupt):
            operator.rollback()
        assert (operator.established is not None) is is_late
        if operator.established is not None:
            assert operator.established.state == interrupted.load()


TOGETHER = FixedPlan(
    (FixedWave("reads", ("getTrip", "listTrips", "getHealth")), FixedWave("writes", ("createTrip",))),
    (
        FixedCohort("trips", ("getTrip", "listTrips"), is_together=True),
        FixedCohort("others", ("getHealth", "createTrip")),
    ),
)


@pytest.mark.parametrize("target", ["getTrip", "listTrips", "trips"])
def test_an_order_to_one_operation_of_a_cohort_that_is_together_is_one_to_all_of_it(
    store: FakeRolloutStore, target: str
) -> None:
    operator = Operator(store, TOGETHER, who="kokoro")
    both = {"getTrip", "listTrips"}
    assert operator.set_share(Share(7), [target], why="").shares == dict.fromkeys(both, Share(7))
    assert operator.hold([target]).held == both
    assert operator.resume([target]).held == frozenset()
    state = operator.rollback([target], why="wrong answers")
    assert state.pinned == both
    assert not state.shares
    assert store.history(limit=1)[0].after.shares == dict.fromkeys(both, Share(7))


def test_a_cohort_can_be_named_and_its_operations_move_alone_unless_they_are_together(store: FakeRolloutStore) -> None:
    operator = Operator(store, TOGETHER, who="kokoro")
    assert operator.set_share(Share(5), ["getHealth"], why="").shares == {"getHealth": Share(5)}
    assert operator.set_share(Share(6), ["others"], why="").shares == dict.fromkeys(
        ("getHealth", "createTrip"), Share(6)
    )
    with pytest.raises(
        RolloutRefused, match="'trip' is no operation, cohort, group or wave of the plan: createTrip, getHealth"
    ):
        operator.hold(["trip"])
