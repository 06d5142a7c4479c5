"""What travels beside a call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover import CallContext, Recorder, calling, current
from switchover.context import Inside, carrying_out, is_idempotency_key, until
from switchover.telemetry import start


def test_nothing_travels_unless_it_is_set() -> None:
    assert current() == CallContext(None, None)


def test_what_is_set_inside_is_gone_outside() -> None:
    trace = start()
    with calling(trace=trace, idempotency_key="one") as outer:
        assert current() is outer
        with calling(idempotency_key="two"):
            assert current() == CallContext(trace, "two")
        with calling():
            assert current() == CallContext(trace, "one")
    assert current() == CallContext()


def test_what_is_set_is_gone_after_a_failure_too() -> None:
    with pytest.raises(KeyError), calling(idempotency_key="one"):
        raise KeyError
    assert current() == CallContext()


@pytest.mark.parametrize("key", ["", "a b", "é", "a\n", "x" * 129])
def test_a_key_that_could_not_travel_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="1 to 128 visible ASCII characters"), calling(idempotency_key=key):
        raise AssertionError
    assert current() == CallContext()


def test_session_and_side_are_set_and_stay_inside() -> None:
    with calling(session="a", backend="http"):
        assert (current().session, current().side) == ("a", "http")
        with calling(backend="direct"):
            assert (current().session, current().side) == ("a", "direct")
    assert (current().session, current().side) == (None, None)


def test_the_shorter_budget_counts() -> None:
    with calling(budget=10) as outer:
        assert outer.deadline is not None
        with calling(budget=60) as longer:
            assert longer.deadline == outer.deadline
        with calling(budget=1) as shorter:
            assert shorter.deadline is not None
            assert shorter.deadline < outer.deadline
        with calling(session="a") as same:
            assert same.deadline == outer.deadline
    assert current().deadline is None


def test_what_is_carried_out_inside_knows_session_side_and_deadline() -> None:
    with calling(session="a", backend="http", budget=5) as outside:
        assert outside.deadline is not None
        write = carrying_out(current(), "addNote", start())
        read = Inside((outside, 0, Recorder().lane("direct")))
        again = until(read, outside.deadline - 1)
        for inside in (write, read):
            assert (inside.session, inside.side, inside.deadline) == ("a", "http", outside.deadline)
        assert (again.session, again.side, again.deadline) == ("a", "http", outside.deadline - 1)
        assert again.trace == read.trace


@pytest.mark.parametrize("budget", [0, -1, float("inf"), float("nan")])
def test_a_budget_that_is_none_is_refused(budget: float) -> None:
    with pytest.raises(ValueError, match="a budget is more than 0 seconds"), calling(budget=budget):
        raise AssertionError


def test_a_session_without_a_name_and_a_side_that_is_none_are_refused() -> None:
    with pytest.raises(ValueError, match="a session is named by text that is not empty"), calling(session=""):
        raise AssertionError
    with pytest.raises(ValueError, match='a backend is "direct" or "http", not \'both\''):  # noqa: SIM117
        with calling(backend="both"):  # type: ignore[arg-type]
            raise AssertionError


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=128))
def test_visible_ascii_is_a_key(key: str) -> None:
    assert is_idempotency_key(key)
