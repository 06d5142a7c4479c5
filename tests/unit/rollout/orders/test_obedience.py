"""Whether an order was obeyed: the truth, and names."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence

import pytest

from support.clock import OwnedClock
from support.rollouts import FixedPlan, beat, beat_at, change
from switchover.errors import RolloutConflict, RolloutRefused, StoreUnavailable
from switchover.rollout import RolloutState, Share
from switchover.rollout.orders import Obeyed, Operator, Standing, forget_worker
from switchover.rollout.orders.convergence import describe_seconds
from switchover.rollout.orders.obedience import wait_obeyed
from switchover.rollout.record import Change, Event, verify
from switchover.rollout.stores import FakeRolloutStore, WorkerSeen

OTHER = "f" * 64


class Scene:
    """Workers in a time that passes while one waits: what happens at which second."""

    def __init__(self, happenings: dict[int, Callable[[FakeRolloutStore], None]]) -> None:
        self.clock = OwnedClock(0.0)
        self.store = FakeRolloutStore(monotonic=self.clock)
        self.store.change(change(pin_all=True), expected=0)
        self._happenings = happenings
        self._happen()

    def pause(self, seconds: float) -> None:
        assert seconds > 0
        self.clock.now = float(int(self.clock.now) + 1)
        self._happen()

    def waited(self, timeout: float, *, is_back: bool = False) -> Obeyed:
        return wait_obeyed(self.store, 1, timeout, is_back=is_back, clock=self.clock, pause=self.pause)

    def _happen(self) -> None:
        happening = self._happenings.get(int(self.clock.now))
        if happening is not None:
            happening(self.store)


def both(store: FakeRolloutStore) -> None:
    store.heartbeat(beat_at(RolloutState(), "web-1"))
    store.heartbeat(beat_at(RolloutState(), "web-2"))


def obeys(*workers: str) -> Callable[[FakeRolloutStore], None]:
    def happens(store: FakeRolloutStore) -> None:
        for worker in workers:
            store.heartbeat(beat_at(store.load(), worker))

    return happens


def test_it_returns_once_all_have_obeyed() -> None:
    obeyed = Scene({0: both, 1: obeys("web-1"), 3: obeys("web-2")}).waited(10)
    assert (obeyed.n, obeyed.of, obeyed.seconds, obeyed.late) == (2, 2, 3.0, ())
    assert obeyed.is_complete()
    assert str(obeyed) == "2 of 2 workers obeyed within 3.00 s"


def test_a_worker_that_does_not_obey_is_named() -> None:
    obeyed = Scene({0: both, 1: obeys("web-1")}).waited(4)
    assert (obeyed.n, obeyed.of, obeyed.seconds) == (1, 2, 4.0)
    assert [worker.beat.id for worker in obeyed.late] == ["web-2"]
    assert not obeyed.is_complete()
    named = "web-2 (pid 1 on machine, version 0, 4.0 s ago): it has not applied version 1"
    assert str(obeyed) == f"1 of 2 workers obeyed within 4.00 s; not: {named}"


def test_a_worker_that_leaves_is_not_waited_for() -> None:
    obeyed = Scene({0: both, 1: obeys("web-1"), 2: lambda store: store.leave("web-2")}).waited(10)
    assert (obeyed.n, obeyed.of, obeyed.seconds) == (1, 1, 2.0)


@pytest.mark.parametrize("seconds", [7, 37, 3600, 80_000])
def test_a_worker_that_went_silent_is_named_with_its_silence_however_long_that_is(seconds: int) -> None:
    scene = Scene({0: both})
    scene.clock.passes(seconds)
    obeys("web-1")(scene.store)
    obeyed = scene.waited(0)
    assert (obeyed.n, obeyed.of, obeyed.is_complete()) == (1, 2, False)
    (late,) = obeyed.late
    assert (late.beat.id, late.standing) == ("web-2", Standing.NOT_HEARD)
    assert str(late).endswith(f": not heard for {describe_seconds(seconds)}")


def test_silence_is_told_in_the_unit_of_people() -> None:
    assert [describe_seconds(it) for it in (7.2, 37, 119, 600, 10_000)] == ["7 s", "37 s", "119 s", "10 min", "3 h"]


def test_one_that_was_silent_and_comes_back_obedient_is_no_longer_late() -> None:
    obeyed = Scene({0: both, **dict.fromkeys(range(1, 33), obeys("web-1")), 33: obeys("web-1", "web-2")}).waited(40)
    assert (obeyed.n, obeyed.of, obeyed.seconds) == (2, 2, 33.0)


def test_a_worker_that_obeyed_before_it_went_silent_has_obeyed() -> None:
    scene = Scene({0: obeys("web-1")})
    scene.clock.passes(60)
    assert scene.waited(0).is_complete()


def test_a_version_of_another_history_counts_for_nothing() -> None:
    def other(store: FakeRolloutStore) -> None:
        store.heartbeat(beat_at(store.load(), "same", head=OTHER))
        store.heartbeat(beat_at(store.load(), "higher", version=7, head=OTHER))
        store.heartbeat(beat("older-kit", 7))

    obeyed = Scene({0: other}).waited(1)
    assert (obeyed.n, obeyed.of) == (0, 3)
    assert {worker.standing for worker in obeyed.late} == {Standing.DIVERGED}
    assert "it holds version 7 of another history, which this store does not have" in str(obeyed)


def test_a_later_version_of_the_same_history_counts_and_an_earlier_one_of_another_does_not() -> None:
    scene = Scene({0: obeys("web-1")})
    for version in range(1, 4):
        state = scene.store.change(change(getTrip=version), expected=version)
        scene.store.heartbeat(beat_at(state, f"later-{version}"))
    scene.store.heartbeat(beat_at(state, "other", version=2, head=OTHER))
    obeyed = scene.waited(1)
    assert [worker.beat.id for worker in obeyed.late] == ["other"]


def test_a_worker_of_an_older_kit_is_judged_by_its_version_alone_and_that_is_said() -> None:
    obeyed = Scene({0: lambda store: store.heartbeat(beat("web-1", 1))}).waited(1)
    assert obeyed.is_complete()
    assert [worker.what for worker in obeyed.assumed] == ["judged by its version alone"]


def test_a_worker_with_a_problem_has_not_obeyed() -> None:
    obeyed = Scene({0: lambda store: store.heartbeat(beat_at(store.load(), problem="out of breath"))}).waited(1)
    assert [worker.standing for worker in obeyed.late] == [Standing.PROBLEM]


@pytest.mark.parametrize(("seconds", "is_back", "n"), [(64, True, 0), (66, True, 1), (66, False, 0)])
def test_a_lease_that_ran_out_is_a_way_back_and_no_way_up(seconds: float, is_back: bool, n: int) -> None:
    scene = Scene({0: lambda store: store.heartbeat(beat_at(RolloutState(), lease_seconds=60))})
    scene.clock.passes(seconds)
    obeyed = scene.waited(0, is_back=is_back)
    assert (obeyed.n, obeyed.of) == (n, 1)
    assert [worker.standing for worker in obeyed.assumed] == [Standing.BY_LEASE] * n


def test_who_only_forked_workers_is_not_waited_for() -> None:
    def forked(store: FakeRolloutStore) -> None:
        store.heartbeat(beat_at(RolloutState(), "master", is_parent=True))
        obeys("web-1")(store)

    obeyed = Scene({0: forked}).waited(1)
    assert (obeyed.n, obeyed.of) == (1, 1)


def test_who_forked_and_went_silent_before_its_first_call_may_have_made_calls_since() -> None:
    def forked(store: FakeRolloutStore) -> None:
        store.heartbeat(beat_at(RolloutState(), "web-2", is_parent=True))

    scene = Scene({0: forked, 7: obeys("web-1")})
    for _ in range(7):
        scene.pause(1)
    obeyed = scene.waited(0)
    assert (obeyed.n, obeyed.of) == (1, 2)
    assert [(worker.beat.id, worker.what) for worker in obeyed.late] == [("web-2", "not heard for 7 s")]


def test_without_workers_nobody_obeyed() -> None:
    obeyed = Scene({}).waited(5)
    assert (obeyed.n, obeyed.of) == (0, 0)
    assert not obeyed.is_complete()


def test_a_store_that_does_not_answer_is_no_obedience() -> None:
    scene = Scene({0: both})
    scene.store.outage = "down"
    with pytest.raises(StoreUnavailable):
        scene.waited(5)


# -- what somebody else does meanwhile


def test_an_order_that_is_undone_while_it_waits_is_not_complete_and_says_by_what() -> None:
    store = FakeRolloutStore()
    operator, other = (Operator(store, FixedPlan(), who=who) for who in ("kokoro", "aiko"))
    store.heartbeat(beat_at(store.load()))

    def meanwhile(_: float) -> None:
        store.heartbeat(beat_at(other.resume(why="it was me")))

    obeyed = operator.wait_obeyed(operator.rollback(why="wrong").version, 5, pause=meanwhile)
    assert (obeyed.n, obeyed.of, obeyed.is_complete()) == (1, 1, False)
    assert re.fullmatch("version 2, resume by aiko at [^ ]+Z: it was me", str(obeyed.undone))


@pytest.mark.parametrize("is_readable", [True, False])
def test_a_worker_that_stopped_while_the_order_was_undone_has_not_obeyed_when_it_is_given_again(
    is_readable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FakeRolloutStore()
    operator, other = (Operator(store, FixedPlan(), who=who) for who in ("kokoro", "aiko"))
    store.heartbeat(beat_at(store.load(), "web-1"))
    store.heartbeat(beat_at(store.load(), "web-2"))

    def meanwhile(_: float) -> None:
        if store.load().version == 1:
            store.heartbeat(beat_at(other.resume(why="it was me"), "web-1"))
            store.heartbeat(beat_at(other.rollback(why="no, it was not"), "web-2"))
            if not is_readable:
                monkeypatch.setattr(store, "history", unreadable)

    def unreadable(after: int = 0, limit: int | None = None) -> Sequence[Event]:
        raise StoreUnavailable("a line is no event")

    obeyed = operator.wait_obeyed(operator.rollback(why="wrong").version, 0.2, pause=meanwhile)
    assert (obeyed.n, obeyed.of, obeyed.version, obeyed.undone) == (1, 2, 3, None)
    assert [(worker.beat.id, worker.beat.version) for worker in obeyed.late] == [("web-1", 2)]


def test_what_others_change_elsewhere_undoes_nothing() -> None:
    store = FakeRolloutStore()
    operator, other = (Operator(store, FixedPlan(), who=who) for who in ("kokoro", "aiko"))

    def meanwhile(_: float) -> None:
        store.heartbeat(beat_at(other.set_share(Share(7), ["createTrip"], why="", is_forced=True)))

    store.heartbeat(beat_at(store.load()))
    obeyed = operator.wait_obeyed(operator.rollback(["getTrip"], why="wrong").version, 5, pause=meanwhile)
    assert obeyed.is_complete()


def test_a_share_that_another_operator_moves_on_is_no_longer_what_was_ordered() -> None:
    store = FakeRolloutStore()
    operator, other = (Operator(store, FixedPlan(), who=who) for who in ("kokoro", "aiko"))
    store.heartbeat(beat_at(store.load()))
    state = operator.set_share(Share(100), ["getTrip"], why="")

    def meanwhile(_: float) -> None:
        store.heartbeat(beat_at(other.set_share(Share(50), ["getTrip"], why="", is_forced=True)))

    obeyed = operator.wait_obeyed(state.version, 5, pause=meanwhile)
    assert re.fullmatch(r"version 2, set \(forced\) by aiko at [^ ]+Z", str(obeyed.undone))


# -- a store that lost changes


class Restored:
    """A store that was put back to a backup, while a worker goes by what came after it."""

    def __init__(self, *, shares: int = 5000) -> None:
        self.store = FakeRolloutStore()
        self.store.change(change(getTrip=shares, listTrips=shares), expected=0)
        backup = list(self.store._history), self.store._state
        for version in range(1, 5):
            self.store.change(change(getTrip=0, listTrips=0), expected=version)
        self.worker = self.store.load()
        self.store._history, self.store._state = backup
        self.operator = Operator(self.store, FixedPlan(), who="kokoro")
        self.beats()

    def beats(self, _: float = 0) -> None:
        """The worker follows what is past its version, as a follower does."""
        state = self.store.load()
        self.worker = state if state.version > self.worker.version else self.worker
        self.store.heartbeat(beat_at(self.worker, "web-1"))


def test_a_rollback_passes_the_version_of_workers_that_hold_another_history_and_they_obey() -> None:
    scene = Restored()
    state = scene.operator.rollback(why="wrong answers")
    obeyed = scene.operator.wait_obeyed(state.version, 5, pause=scene.beats)
    assert (obeyed.is_complete(), obeyed.passed, obeyed.version, state.version) == (True, 5, 6, 6)
    assert scene.worker == scene.store.load() == state
    assert (state.is_pinned, state.shares) == (True, {})
    last = scene.store.history()[-1]
    assert (last.passes, last.version, last.action, last.why) == (5, 6, "rollback", "wrong answers")
    assert verify(scene.store.history(), state=state) == ()
    assert [event.version for event in scene.store.history(after=2)] == [6]


def test_a_worker_that_shows_up_while_the_rollback_waits_is_passed_too() -> None:
    scene = Restored()
    scene.store.leave("web-1")
    state = scene.operator.rollback(why="wrong answers")
    assert state.version == 2
    scene.store.heartbeat(beat_at(state, "web-2"))
    scene.beats()
    obeyed = scene.operator.wait_obeyed(state.version, 5, pause=lambda _: follow(scene))
    assert (obeyed.is_complete(), obeyed.of, obeyed.passed, obeyed.version) == (True, 2, 5, 6)


def follow(scene: Restored) -> None:
    scene.beats()
    scene.store.heartbeat(beat_at(scene.store.load(), "web-2"))


def test_a_rollback_of_one_operation_takes_everything_back_rather_than_what_a_backup_says_to_workers() -> None:
    scene = Restored(shares=10_000)
    state = scene.operator.rollback(["getTrip"], why="slow")
    assert (state.is_pinned, state.shares, state.version) == (True, {}, 6)
    assert scene.operator.wait_obeyed(state.version, 5, pause=scene.beats).is_complete()


def test_two_histories_with_the_same_version_are_told_apart() -> None:
    scene = Restored()
    other = scene.store
    for version in range(1, 5):
        other.change(change(createTrip=9), expected=version)
    assert other.load().version == scene.worker.version
    scene.beats()
    state = scene.operator.rollback(["getTrip"], why="slow")
    assert (state.is_pinned, state.version) == (True, 6)
    assert scene.operator.wait_obeyed(6, 5, pause=scene.beats).is_complete()


def test_a_kill_switch_that_is_thrown_already_still_reaches_workers_of_another_history() -> None:
    scene = Restored()
    scene.store.leave("web-1")
    first = scene.operator.rollback(why="wrong")
    scene.beats()
    state = scene.operator.rollback(why="again")
    assert (first.version, state.version) == (2, 6)


@pytest.mark.parametrize("failure", [StoreUnavailable("the disk is full"), RolloutConflict(1, 2)])
def test_a_rollback_that_is_in_force_and_cannot_pass_a_version_is_no_failure(failure: Exception) -> None:
    scene = Restored()
    real = scene.store.change

    def change(made: Change, *, expected: int) -> RolloutState:
        if made.passes is not None:
            raise failure
        return real(made, expected=expected)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scene.store, "change", change)
        state = scene.operator.rollback(why="wrong answers")
    assert (state.version, state.is_pinned, scene.operator.passed) == (2, True, None)
    assert scene.operator.wait_obeyed(2, 5, pause=scene.beats).passed == 5


def test_nothing_but_a_rollback_is_carried_out_while_workers_hold_another_history() -> None:
    scene = Restored()
    operator = scene.operator
    before = scene.store.load()
    orders: list[Callable[[], object]] = [
        operator.hold,
        operator.resume,
        operator.promote,
        lambda: operator.set_share(Share(0), why="down"),
        lambda: operator.set_share(Share(10_000), why="up"),
    ]
    for order in orders:
        with pytest.raises(RolloutRefused, match="the store was lost, replaced or restored, and workers do not") as it:
            order()
        assert it.value.reason == "diverged"
        assert "web-1 (pid 1 on machine, version 5" in str(it.value)
    assert scene.store.load() == before


def test_a_version_that_nothing_can_be_past_is_named_and_not_passed() -> None:
    scene = Restored()
    scene.store.leave("web-1")
    scene.store.heartbeat(beat_at(scene.worker, "web-9", version=2**53))
    state = scene.operator.rollback(why="wrong answers")
    obeyed = scene.operator.wait_obeyed(state.version, 0)
    assert (obeyed.passed, obeyed.is_complete()) == (None, False)
    assert "web-9" in str(obeyed)


def test_a_version_that_nothing_can_be_past_keeps_no_other_worker_from_being_reached() -> None:
    scene = Restored()
    scene.store.heartbeat(beat_at(scene.worker, "web-9", version=2**53))
    state = scene.operator.rollback(why="wrong answers")
    obeyed = scene.operator.wait_obeyed(state.version, 0.1, pause=scene.beats)
    assert (obeyed.n, obeyed.of, obeyed.passed, scene.worker) == (1, 2, 5, scene.store.load())
    assert [worker.beat.id for worker in obeyed.late] == ["web-9"]


def test_the_way_back_depends_on_no_list_of_workers() -> None:
    class Unlisted(FakeRolloutStore):
        def workers(self, *, reports: bool = True) -> Sequence[WorkerSeen]:
            raise StoreUnavailable("not today")

    assert Operator(Unlisted(), FixedPlan(), who="kokoro").rollback(["getTrip"], why="slow").pinned == {"getTrip"}


def test_the_way_back_does_not_wait_for_a_list_of_workers_that_hangs() -> None:
    released = threading.Event()

    class Hanging(FakeRolloutStore):
        def workers(self, *, reports: bool = True) -> Sequence[WorkerSeen]:
            released.wait(60)
            return super().workers(reports=reports)

    store = Hanging()
    try:
        assert Operator(store, FixedPlan(), who="kokoro").rollback(["getTrip"], why="slow").pinned == {"getTrip"}
        assert not released.is_set()
    finally:
        released.set()


# -- forgetting


def test_a_worker_that_is_known_to_be_gone_is_forgotten_on_record() -> None:
    clock = OwnedClock()
    store = FakeRolloutStore(monotonic=clock)
    store.heartbeat(beat_at(store.load(), "web-1"))
    for worker, said in (("web-1", "lives; end its process instead"), ("web-2", "known: web-1")):
        with pytest.raises(RolloutRefused, match=said):
            forget_worker(store, worker, who="kokoro", why="its pod was deleted")
    clock.passes(3600)
    with pytest.raises(RolloutRefused, match="needs a reason"):
        forget_worker(store, "web-1", who="kokoro", why=" ")
    state = forget_worker(store, "web-1", who="kokoro", why="its pod was deleted")
    (event,) = store.history()
    assert (event.action, event.why, state.shares) == ("forget", "web-1: its pod was deleted", {})
    assert store.workers() == []
