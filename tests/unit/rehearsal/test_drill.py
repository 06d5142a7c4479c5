"""A drill goes up, comes back, and leaves everything as it was, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from support.rollouts import change
from switchover.errors import RolloutConflict, RolloutRefused, StoreUnavailable
from switchover.rehearsal import Measures, Objective, Rehearsal, Step, missed
from switchover.rollout import RolloutState, Share
from switchover.rollout.record import Change
from switchover.rollout.stores import WorkerSeen
from unit.rehearsal.scene import OPERATIONS, Scene


def orders(measures: Measures) -> list[tuple[str, int]]:
    return [(step.order, step.share) for step in measures.steps]


UP_AND_BACK = [("set", 100), ("set", 10_000), ("rollback", 0), ("resume", 0)]


def test_it_goes_up_through_the_stages_and_back() -> None:
    scene = Scene()
    measures = scene.run()
    assert missed(measures, Objective()) == ()
    assert orders(measures) == UP_AND_BACK
    assert scene.steps == [replace(step, calls=0) for step in measures.steps]
    assert all(step.calls for step in measures.steps[:3])
    assert [(it.worker, it.seconds) for it in measures.http] == [("web-1", 0.0), ("web-2", 0.0)]
    state = scene.store.load()
    assert (state.shares, state.pinned, state.version) == ({}, frozenset(), 4)
    assert {event.who for event in scene.store.history()} == {"kokoro"}
    assert scene.load.stops


def test_shares_from_before_are_in_force_again() -> None:
    scene = Scene(is_from_current=True)
    scene.colleague.set_share(Share(1000), ["getTrip"], why="for real")
    measures = scene.run()
    assert missed(measures, Objective()) == ()
    assert orders(measures) == [*UP_AND_BACK, ("set", 1000)]
    assert scene.store.history()[1].after.shares == {"listTrips": Share(100)}
    assert scene.shares() == {"getTrip": 1000}


def test_a_stage_that_all_have_passed_is_left_out() -> None:
    scene = Scene(is_from_current=True)
    scene.colleague.set_share(Share(1000), ["reads"], why="for real")
    assert orders(scene.run()) == [*UP_AND_BACK[1:], ("set", 1000)]
    assert scene.shares() == dict.fromkeys(OPERATIONS, 1000)


def test_it_does_not_begin_where_it_would_disturb_or_nobody_obeys() -> None:
    scene = Scene()
    scene.colleague.set_share(Share(1000), ["getTrip"], why="for real")
    with pytest.raises(RolloutRefused, match="a rollout is under way"):
        scene.run()
    scene = Scene()
    scene.store._beats.clear()
    with pytest.raises(RolloutRefused, match="no worker follows"):
        scene.run()
    scene = Scene()
    scene.load.refusal = RolloutRefused("load", "it cannot be used")
    with pytest.raises(RolloutRefused, match="it cannot be used"):
        scene.run()
    assert scene.store.load().version == 0
    assert scene.load.stops == 1


def test_a_worker_that_is_frozen_during_the_rollback_is_named_and_has_told_nothing() -> None:
    scene = Scene()

    def freeze() -> None:
        if scene.is_at("set", 10_000):
            scene.store.frozen = {"web-2"}

    scene.happening = freeze
    measures = scene.run()
    rollback = measures.steps[2]
    assert (rollback.order, rollback.obeyed, rollback.of) == ("rollback", 1, 2)
    assert rollback.late[0].startswith("web-2 (pid 1 on desk, version 2")
    assert [it.seconds for it in measures.http] == [0.0, None]
    assert "rollback (version 3): 1 of 2 workers obeyed" in " ".join(missed(measures, Objective()))
    assert scene.shares() == {}


def test_a_worker_that_is_frozen_while_shares_rise_ends_the_rise() -> None:
    scene = Scene()

    def freeze() -> None:
        scene.store.frozen = {"web-1"}

    scene.happening = freeze
    measures = scene.run()
    assert "not every worker lives and has applied version" not in measures.left
    assert orders(measures)[-2:] == [("rollback", 0), ("resume", 0)]
    assert scene.shares() == {}
    assert missed(measures, Objective())


def test_a_call_over_http_after_the_rollback_is_measured() -> None:
    scene = Scene()

    def linger() -> None:
        if scene.is_at("rollback") and scene.clock() < scene.steps[-1].at + 2:
            scene.store.last["getTrip"] = scene.clock()

    scene.happening = linger
    measures = scene.run()
    assert all(it.seconds is not None and 1.9 < it.seconds < 2.1 for it in measures.http)
    assert any("called over HTTP" in sentence for sentence in missed(measures, Objective()))


def test_a_service_that_fails_is_told_though_everybody_is_answered() -> None:
    scene = Scene()
    scene.store.failed = 3
    measures = scene.run()
    assert [it.failed for it in measures.http] == [6, 6]
    assert missed(measures, Objective())[0].startswith("the service failed at least 12 calls")


def test_workers_that_tell_nothing_prove_nothing() -> None:
    scene = Scene()
    scene.store.silent = {"web-1", "web-2"}
    scene.store.live()
    measures = scene.run()
    assert measures.unproven == OPERATIONS
    assert [it.seconds for it in measures.http] == [None, None]


def test_an_interruption_goes_back_at_once() -> None:
    scene = Scene(hold=600.0)

    def interrupt() -> None:
        scene.interruption = "interrupted"

    scene.happening = interrupt
    began = scene.clock()
    measures = scene.run()
    assert measures.broken_off == "interrupted"
    assert orders(measures) == [("set", 100), ("rollback", 0), ("resume", 0)]
    assert scene.clock() - began < 10
    assert scene.shares() == {}


def test_an_interruption_before_the_first_order_changes_nothing() -> None:
    scene = Scene()
    scene.interruption = "interrupted"
    measures = scene.run()
    assert (measures.steps, measures.http, measures.broken_off) == ((), (), "interrupted")
    assert scene.store.load().version == 0


def test_a_load_that_ends_breaks_it_off() -> None:
    scene = Scene()

    def crash() -> None:
        scene.load.problem = "the load ended: builtins.OSError"

    scene.happening = crash
    measures = scene.run()
    assert measures.broken_off == "the load ended: builtins.OSError"
    assert scene.shares() == {}


def test_whatever_else_is_raised_it_goes_back_first() -> None:
    scene = Scene()

    def crash() -> None:
        if scene.is_at("set", 100):
            raise KeyboardInterrupt

    scene.happening = crash
    with pytest.raises(KeyboardInterrupt):
        scene.run()
    assert scene.steps[-1].order == "resume"
    assert scene.shares() == {}


def test_a_store_that_is_away_for_a_while_is_waited_for() -> None:
    scene = Scene()
    outage = [False]

    def fail() -> None:
        if scene.is_at("set", 100) and not outage[0]:
            scene.store.outage, outage[0] = "connection lost", True
        elif scene.store.outage and scene.clock() > scene.steps[-1].at + 15:
            scene.store.outage = None
            scene.store.live()

    scene.happening = fail
    measures = scene.run()
    assert measures.broken_off == "connection lost"
    assert measures.left == ""
    assert orders(measures) == [("set", 100), ("rollback", 0), ("resume", 0)]
    assert scene.shares() == {}


def test_a_store_that_stays_away_is_told_and_what_to_do() -> None:
    scene = Scene()

    def fail() -> None:
        scene.store.outage = "connection lost"

    scene.happening = fail
    measures = scene.run()
    assert measures.left == "for 30 s it did not work: connection lost; look, and roll back by hand"
    assert measures.http == ()
    assert scene.shares() == dict.fromkeys(OPERATIONS, 100)


def test_a_store_that_goes_away_after_the_rollback_leaves_the_kill_switch_pulled_and_says_so() -> None:
    scene = Scene()

    def fail() -> None:
        if scene.is_at("rollback"):
            scene.store.outage = "connection lost"

    scene.happening = fail
    measures = scene.run()
    assert measures.left.startswith("for 30 s it did not work")
    assert scene.shares() == {}
    assert scene.store.load().pinned == frozenset(OPERATIONS)


def test_an_order_whose_answer_was_lost_counts_from_the_first_time() -> None:
    scene = Scene()
    lost = [False]
    waiting = scene.store.workers

    def workers(*, reports: bool = True) -> object:
        if scene.store.load().version == 3 and not lost[0]:
            lost[0] = True
            scene.store.outage = "connection lost"
        return waiting(reports=reports)

    def mend() -> None:
        scene.store.outage = None

    scene.store.workers = workers  # type: ignore[method-assign,assignment]
    scene.happening = mend
    measures = scene.run()
    assert orders(measures) == UP_AND_BACK
    assert measures.steps[2].seconds == pytest.approx(0.2)


def test_what_a_colleague_orders_meanwhile_stays() -> None:
    scene = Scene()
    done = [False]

    def interfere() -> None:
        if scene.is_at("set", 100) and not done[0]:
            done[0] = True
            scene.colleague.rollback(["getTrip"], why="wrong answers")

    scene.happening = interfere
    measures = scene.run()
    assert "the kill switch keeps getTrip; resume first" in measures.broken_off
    assert measures.left == "getTrip is pinned, because colleague ordered rollback (version 2)"
    state = scene.store.load()
    assert (state.shares, state.pinned) == ({}, frozenset({"getTrip"}))


def test_the_kill_switch_of_a_colleague_is_not_released() -> None:
    scene = Scene()
    done = [False]

    def interfere() -> None:
        if scene.is_at("set", 100) and not done[0]:
            done[0] = True
            scene.colleague.rollback(why="everything is wrong")

    scene.happening = interfere
    measures = scene.run()
    assert measures.broken_off
    assert scene.store.load().is_pinned
    assert scene.shares() == {}


def test_the_kill_switch_alone_keeps_the_rehearsal_from_releasing_its_own() -> None:
    scene = Scene()

    def interfere() -> None:
        if scene.is_at("rollback") and not scene.store.load().is_pinned:
            scene.store.change(change("pin", pin_all=True), expected=scene.store.load().version)

    scene.happening = interfere
    measures = scene.run()
    assert measures.left == "getTrip is pinned; listTrips is pinned"
    assert scene.store.load().is_pinned


def test_a_hold_of_a_colleague_stays() -> None:
    scene = Scene()
    done = [False]

    def interfere() -> None:
        if scene.is_at("set", 10_000) and not done[0]:
            done[0] = True
            scene.colleague.hold(["getTrip"], why="looking")

    scene.happening = interfere
    measures = scene.run()
    assert measures.left == ""
    state = scene.store.load()
    assert (state.shares, state.pinned, state.held) == ({}, frozenset(), frozenset({"getTrip"}))


def test_a_share_of_a_colleague_stays_and_is_told() -> None:
    scene = Scene()
    done = [False]

    def interfere() -> None:
        if scene.is_at("set", 10_000) and not done[0]:
            done[0] = True
            scene.colleague.set_share(Share(500), ["getTrip"], why="for real")

    scene.happening = interfere
    measures = scene.run()
    assert measures.left.startswith("getTrip is at 5 %, because colleague ordered set (version ")
    assert scene.shares() == {"getTrip": 500}


def test_a_terminal_that_is_gone_keeps_nobody_from_going_back(caplog: pytest.LogCaptureFixture) -> None:
    scene = Scene()

    def show(step: Step) -> None:
        raise BrokenPipeError

    measures = scene.run(show)
    assert orders(measures) == UP_AND_BACK
    assert missed(measures, Objective()) == ()
    assert "rollback (version 3) could not be shown: builtins.BrokenPipeError" in caplog.text


def test_a_store_that_goes_away_while_workers_tell_ends_the_waiting() -> None:
    scene = Scene()
    waiting, calls = scene.store.workers, [0]

    def workers(*, reports: bool = True) -> Sequence[WorkerSeen]:
        if reports and scene.is_at("rollback"):
            calls[0] += 1
            raise StoreUnavailable("connection lost")
        return waiting(reports=reports)

    scene.store.workers = workers  # type: ignore[method-assign]
    measures = scene.run()
    assert calls == [1]
    assert measures.left == ""
    assert [it.seconds for it in measures.http] == [None, None]


def test_nobody_has_to_interrupt_it() -> None:
    scene = Scene()
    quiet = Rehearsal(
        store=scene.store,
        operator=scene.colleague,
        load=scene.load,
        drill=scene.drill,
        clock=scene.clock,
        now=scene.clock,
        pause=scene.pause,
    )
    assert missed(quiet.run(), Objective()) == ()


def test_whoever_is_always_faster_is_waited_for_too() -> None:
    scene = Scene()
    faster, tries = scene.store.change, [0]

    def conflicting(change: Change, *, expected: int) -> RolloutState:
        if change.action == "rollback":
            tries[0] += 1
            if tries[0] <= 60:
                raise RolloutConflict(expected, expected + 1)
        return faster(change, expected=expected)

    scene.store.change = conflicting  # type: ignore[method-assign]
    measures = scene.run()
    assert orders(measures) == UP_AND_BACK
    assert measures.left == ""


def test_a_kill_switch_that_is_pulled_on_the_way_back_is_not_overruled() -> None:
    scene = Scene(is_from_current=True)
    scene.colleague.set_share(Share(1000), ["getTrip"], why="for real")

    def show(step: Step) -> None:
        if step.order == "resume":
            scene.colleague.rollback(why="everything is wrong")

    measures = scene.run(show)
    assert "the kill switch keeps getTrip; resume first" in measures.left
    assert scene.shares() == {}


def test_what_has_not_moved_is_not_moved_back() -> None:
    scene = Scene(is_from_current=True)
    scene.colleague.set_share(Share(1000), ["getTrip"], why="for real")
    scene.interruption = "interrupted"
    measures = scene.run()
    assert (measures.steps, measures.left) == ((), "")
    assert scene.store.load().version == 1


def test_a_kill_switch_that_is_pulled_before_the_first_order_is_not_released() -> None:
    scene = Scene()
    scene.load.starting = lambda: scene.colleague.rollback(["getTrip"], why="wrong answers")
    measures = scene.run()
    assert measures.steps == ()
    assert measures.left == "getTrip is pinned, because colleague ordered rollback (version 1)"
    assert scene.store.load().pinned == frozenset({"getTrip"})


def test_what_a_colleague_orders_after_the_rollback_stays_too() -> None:
    scene = Scene(is_from_current=True)
    scene.colleague.set_share(Share(1000), ["getTrip"], why="for real")
    done = [False]

    def interfere() -> None:
        if scene.is_at("rollback") and not done[0]:
            done[0] = True
            scene.colleague.resume(["getTrip"])
            scene.colleague.set_share(Share(500), ["getTrip"], why="for real")

    scene.happening = interfere
    measures = scene.run()
    assert measures.left.startswith("getTrip is at 5 %, because colleague ordered set (version ")
    assert scene.shares() == {"getTrip": 500}
