"""What travels beside a call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover import CallContext, calling, current
from switchover.context import is_idempotency_key
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


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=128))
def test_visible_ascii_is_a_key(key: str) -> None:
    assert is_idempotency_key(key)
