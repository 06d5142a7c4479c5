"""The circuit breaker: opens, lets probes through, closes; whatever comes in whatever order."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from support.clock import OwnedClock
from switchover.rollout import CircuitSettings, CircuitState
from switchover.rollout.circuit import Circuit

SETTINGS = CircuitSettings(window=10.0, remembered=20, least=6, failing=0.5, in_a_row=4, cool_down=5.0, probes=2)


def circuit(**changed: Any) -> tuple[Circuit, OwnedClock]:
    clock = OwnedClock()
    values = {name: getattr(SETTINGS, name) for name in SETTINGS.__slots__} | changed
    return Circuit("getTrip", CircuitSettings(**values), clock), clock


def state_of(breaker: Circuit) -> CircuitState:
    return breaker.state


def passes(breaker: Circuit, *outcomes: bool | None) -> None:
    for is_good in outcomes:
        ticket = breaker.enter()
        assert ticket is not None
        breaker.leave(ticket, is_good=is_good)


def opened(**changed: Any) -> tuple[Circuit, OwnedClock]:
    breaker, clock = circuit(**changed)
    passes(breaker, *[False] * breaker._settings.in_a_row)
    assert state_of(breaker) is CircuitState.OPEN
    return breaker, clock


def test_failures_in_a_row_open_it_however_rare_the_calls() -> None:
    breaker, clock = circuit()
    for is_good in (False, False, False, True, False, False, False):
        passes(breaker, is_good)
        clock.passes(3_600)
    assert state_of(breaker) is CircuitState.CLOSED
    passes(breaker, False)
    assert state_of(breaker) is CircuitState.OPEN
    assert not breaker.is_closed


def test_a_part_of_failures_opens_it_once_there_are_enough_calls() -> None:
    breaker, _ = circuit()
    passes(breaker, True, False, True, False, True)
    assert state_of(breaker) is CircuitState.CLOSED
    passes(breaker, False)
    assert state_of(breaker) is CircuitState.OPEN


def test_failures_that_are_long_ago_count_no_more() -> None:
    breaker, clock = circuit()
    passes(breaker, False, False, False)
    clock.passes(10.0)
    passes(breaker, True, False, True, False, True, True, False)
    assert state_of(breaker) is CircuitState.CLOSED


def test_no_more_calls_are_remembered_than_it_may() -> None:
    breaker, _ = circuit()
    passes(breaker, *[True] * 1_000)
    assert len(breaker._calls) == 20
    passes(breaker, *[False, True, False, False, True, False, False, True, False, False, True])
    assert state_of(breaker) is CircuitState.CLOSED
    passes(breaker, False, False, True, False)
    assert state_of(breaker) is CircuitState.OPEN


def test_what_says_nothing_about_the_service_is_not_counted() -> None:
    breaker, _ = circuit()
    passes(breaker, False, False, False, None, None)
    passes(breaker, False)
    assert state_of(breaker) is CircuitState.OPEN


def test_nobody_passes_an_open_one_until_the_cool_down_is_over() -> None:
    breaker, clock = opened()
    clock.passes(4.9)
    assert breaker.enter() is None
    assert not breaker.admits()
    clock.passes(0.1)
    assert breaker.admits()
    assert state_of(breaker) is CircuitState.OPEN, "asking takes no probe"
    assert breaker.enter() is not None
    assert state_of(breaker) is CircuitState.HALF_OPEN


def test_only_so_many_probes_pass_at_once_and_all_have_to_succeed() -> None:
    breaker, clock = opened()
    clock.passes(5)
    tickets = [breaker.enter(), breaker.enter()]
    assert None not in tickets
    assert breaker.enter() is None
    assert not breaker.admits()
    for ticket, state in zip(tickets, (CircuitState.HALF_OPEN, CircuitState.CLOSED), strict=True):
        assert ticket is not None
        breaker.leave(ticket, is_good=True)
        assert state_of(breaker) is state


def test_one_probe_that_fails_opens_it_for_another_cool_down() -> None:
    breaker, clock = opened()
    clock.passes(5)
    passes(breaker, True, False)
    assert state_of(breaker) is CircuitState.OPEN
    clock.passes(4.9)
    assert breaker.enter() is None


def test_a_probe_that_said_nothing_leaves_its_place_to_another() -> None:
    breaker, clock = opened()
    clock.passes(5)
    passes(breaker, None, None, None, True, True)
    assert state_of(breaker) is CircuitState.CLOSED


def test_probes_that_never_come_back_do_not_keep_it_half_open() -> None:
    breaker, clock = opened()
    clock.passes(5)
    lost = [breaker.enter(), breaker.enter()]
    clock.passes(5)
    passes(breaker, True)
    for ticket in lost:
        assert ticket is not None
        breaker.leave(ticket, is_good=False)
    passes(breaker, True)
    assert state_of(breaker) is CircuitState.CLOSED


def test_what_began_before_it_opened_says_nothing_about_the_probes() -> None:
    breaker, clock = circuit()
    early = breaker.enter()
    passes(breaker, *[False] * 4)
    clock.passes(5)
    passes(breaker, True)
    assert early is not None
    breaker.leave(early, is_good=False)
    assert state_of(breaker) is CircuitState.HALF_OPEN


def test_an_operator_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "switchover.rollout"):
        breaker, clock = opened()
        clock.passes(5)
        passes(breaker, True, True)
    assert caplog.messages == ["the circuit of getTrip is open", "the circuit of getTrip is closed"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"window": 0}, "window of a circuit is more than 0, not 0"),
        ({"cool_down": -1}, "cool_down of a circuit is more than 0, not -1"),
        ({"probes": 0}, "probes of a circuit is more than 0"),
        ({"failing": 0}, "failing of a circuit is more than 0 and at most 1, not 0"),
        ({"failing": 1.5}, "at most 1, not 1.5"),
        ({"least": 50, "remembered": 20}, "a circuit that remembers 20 calls never counts 50"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CircuitSettings(**given)


def test_any_number_of_threads_take_no_more_probes_than_there_are() -> None:
    breaker, clock = opened(probes=3)
    clock.passes(5)
    start, passed = threading.Barrier(8), list[int]()

    def probe() -> None:
        start.wait(10)
        for _ in range(200):
            ticket = breaker.enter()
            if ticket is not None:
                passed.append(ticket)

    threads = [threading.Thread(target=probe) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(passed) == 3


class AnyOrder(RuleBasedStateMachine):
    """Calls begin, end, and time passes, in any order; a plain model says what may be seen."""

    under_way = Bundle("under_way")

    def __init__(self) -> None:
        super().__init__()
        self.breaker, self.clock = circuit()
        self.opened_at: float | None = None
        self.probing = 0

    @rule(target=under_way)
    def begin(self) -> int | None:
        before, admits = self.breaker.state, self.breaker.admits()
        ticket = self.breaker.enter()
        assert (ticket is not None) == admits
        if before is CircuitState.CLOSED:
            assert ticket is not None
        if before is CircuitState.OPEN and self.opened_at is not None:
            assert (ticket is not None) == (self.clock.now - self.opened_at >= SETTINGS.cool_down)
        return ticket

    @rule(ticket=consumes(under_way), is_good=st.none() | st.booleans())
    def end(self, ticket: int | None, is_good: bool | None) -> None:
        if ticket is None:
            return
        before, is_current = self.breaker.state, ticket == self.breaker._round
        self.breaker.leave(ticket, is_good=is_good)
        after = self.breaker.state
        if after is not before:
            assert is_current
            assert is_good is not None
            assert after is (CircuitState.CLOSED if is_good else CircuitState.OPEN)
            self.opened_at = self.clock.now if after is CircuitState.OPEN else None

    @rule(seconds=st.floats(0, 12))
    def wait(self, seconds: float) -> None:
        self.clock.passes(seconds)

    @precondition(lambda self: self.breaker.state is not CircuitState.CLOSED)
    @rule()
    def recover(self) -> None:
        """Whatever state it is in, a service that is well again is let in again."""
        self.clock.passes(SETTINGS.cool_down)
        passes(self.breaker, *[True] * SETTINGS.probes)
        assert self.breaker.state is CircuitState.CLOSED
        self.opened_at = None

    @invariant()
    def what_it_remembers_is_bounded(self) -> None:
        assert len(self.breaker._calls) <= SETTINGS.remembered
        assert self.breaker._failures == sum(not is_good for _, is_good in self.breaker._calls)
        assert 0 <= self.breaker._out <= SETTINGS.probes

    @invariant()
    def the_quick_answer_is_right(self) -> None:
        assert self.breaker.is_closed == (self.breaker.state is CircuitState.CLOSED)


AnyOrder.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestAnyOrder = AnyOrder.TestCase
