"""The table in force: swapped as a whole, by whoever says what is new."""

from __future__ import annotations

import logging
import os
import threading

import pytest

from switchover.rollout import FixedRules, OperationRules, Rollout, RolloutState, Share
from switchover.rollout.circuit import CircuitState
from switchover.rollout.rollout import _after_fork

ALL, NONE = Share(10_000), Share(0)


def at(version: int, share: Share = ALL) -> RolloutState:
    return RolloutState(version=version, shares={"getTrip": share})


def test_nothing_goes_over_http_until_somebody_says_so() -> None:
    rollout = Rollout()
    rollout.cover(["getTrip"])
    assert rollout.applied_version == 0
    assert rollout.explain("getTrip", "aiko").side == "direct"


def test_a_newer_state_is_obeyed_and_an_older_one_is_not() -> None:
    rollout = Rollout()
    assert rollout.apply(at(2))
    assert not rollout.apply(at(2, NONE))
    assert not rollout.apply(at(1, NONE))
    assert rollout.applied_version == 2
    assert rollout.explain("getTrip", "aiko").side == "http"
    assert rollout.apply(at(3, NONE))
    assert rollout.explain("getTrip", "aiko").side == "direct"


def test_who_subscribed_hears_of_every_state_that_is_obeyed() -> None:
    rollout, heard = Rollout(), list[int]()
    rollout.subscribe(lambda state: heard.append(state.version))
    for version in (1, 1, 3, 2):
        rollout.apply(at(version))
    assert heard == [1, 3]


def test_a_subscriber_that_fails_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    rollout, heard = Rollout(), list[int]()

    def fail(state: RolloutState) -> None:
        raise OSError

    rollout.subscribe(fail)
    rollout.subscribe(lambda state: heard.append(state.version))
    with caplog.at_level(logging.ERROR):
        assert rollout.apply(at(1))
    assert heard == [1]
    assert "version 1" in caplog.text


def test_a_table_is_replaced_and_never_changed() -> None:
    rollout = Rollout(state=at(1))
    before = rollout.table
    rollout.apply(at(2, NONE))
    assert before.routes["getTrip"].share == ALL
    assert rollout.table.routes["getTrip"].share == NONE
    with pytest.raises(TypeError):
        before.routes["getTrip"] = rollout.table.routes["getTrip"]  # type: ignore[index]


def test_an_operation_keeps_its_number_whatever_comes() -> None:
    rollout = Rollout()
    one, other = rollout.cover(["getTrip", "addEntry"])
    rollout.apply(RolloutState(version=1, shares={"another": ALL}, pinned=frozenset({"yetAnother"})))
    rollout.replan(FixedRules({"planned": OperationRules(cohort="c", salt="c")}))
    assert rollout.cover(["addEntry", "getTrip"]) == [other, one]
    assert rollout.table.rows[one].operation == "getTrip"
    assert rollout.table.rows[other].operation == "addEntry"
    assert list(rollout.table.rows) == list(rollout.table.routes.values())


def test_other_rules_count_from_the_next_call_on() -> None:
    rollout = Rollout(state=at(1, ALL))
    rules = OperationRules(cohort="trips", salt="trips", groups={"staff": NONE})
    rollout.replan(FixedRules({"getTrip": rules}))
    assert rollout.explain("getTrip", "aiko", ["staff"]).side == "direct"
    assert rollout.applied_version == 1


def test_a_fixed_rollout_has_shares_by_operation_or_one_for_all() -> None:
    by_operation, for_all = Rollout.fixed({"getTrip": ALL}), Rollout.fixed(ALL)
    for rollout in (by_operation, for_all):
        rollout.cover(["getTrip", "addEntry"])
    assert [by_operation.explain(name).side for name in ("getTrip", "addEntry")] == ["http", "direct"]
    assert [for_all.explain(name).side for name in ("getTrip", "addEntry")] == ["http", "http"]
    assert list(for_all.table.state.shares) == []
    assert len(for_all.table.state.shares) == 0


def test_an_operation_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(KeyError, match="there is no operation 'getTrap'; there are getTrip"):
        Rollout(state=at(1)).explain("getTrap")
    with pytest.raises(KeyError, match="there are none"):
        Rollout().explain("getTrap")


def test_a_ceiling_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match='a ceiling is "direct" or "http", not \'monolith\''):
        Rollout(ceiling="monolith")  # type: ignore[arg-type]


def test_states_may_be_applied_from_many_threads_and_the_newest_is_in_force_in_the_end() -> None:
    rollout, heard = Rollout(), list[int]()
    rollout.subscribe(lambda state: heard.append(state.version))
    start = threading.Barrier(4)

    def apply(first: int) -> None:
        start.wait(10)
        for version in range(first, 400, 4):
            rollout.apply(at(version))

    threads = [threading.Thread(target=apply, args=(first,)) for first in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert rollout.applied_version == 400 - 1 or rollout.applied_version == max(heard)
    assert max(heard) == rollout.applied_version
    assert len(heard) == len(set(heard))


def test_a_forked_child_has_a_rollout_that_can_be_changed_and_circuits_of_its_own() -> None:
    rollout = Rollout(state=at(1))
    circuit = rollout.table.routes["getTrip"].circuit
    for _ in range(5):
        ticket = circuit.enter()
        assert ticket is not None
        circuit.leave(ticket, is_good=False)
    assert rollout.circuits == {"getTrip": CircuitState.OPEN}
    reading, writing = os.pipe()
    with rollout._changing, circuit._lock:
        child = os.fork()
        if child == 0:
            os.close(reading)
            is_well = rollout.apply(at(2)) and rollout.circuits == {"getTrip": CircuitState.CLOSED}
            os.write(writing, b"well" if is_well else b"ill")
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        assert told.read() == b"well"
    assert os.waitpid(child, 0)[1] == 0
    assert rollout.applied_version == 1
    assert rollout.circuits == {"getTrip": CircuitState.OPEN}

    with rollout._changing, circuit._lock:
        _after_fork()  # what the child did, where its coverage is seen
        assert rollout.apply(at(2))
    assert rollout.circuits == {"getTrip": CircuitState.CLOSED}
