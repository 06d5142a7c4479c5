"""The generated caller: whoever can be made can travel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livetrip_contract import Caller
from switchover.errors import InvalidRequest
from switchover.trust import Identity, decode_identity, encode_identity

NAMES = st.text(st.characters(codec=None) | st.sampled_from("\x00\x1f\x7f\x9f\xa0\ud800\udfff\u2028"), max_size=8)


def can_travel(user: str, groups: frozenset[str]) -> bool:
    try:
        return decode_identity(encode_identity(Identity(user, groups))) == Identity(user, groups)
    except InvalidRequest:
        return False


def can_call(user: str, groups: frozenset[str]) -> bool:
    try:
        return Caller(user, groups) == Caller(user, groups)
    except ValueError:
        return False


@given(NAMES, st.frozensets(NAMES, max_size=3))
def test_a_caller_can_be_made_of_exactly_the_names_that_can_travel(user: str, groups: frozenset[str]) -> None:
    assert can_call(user, groups) == can_travel(user, groups)


@pytest.mark.parametrize(("user", "groups"), [("", frozenset()), ("a\x01", frozenset()), ("a", frozenset({""}))])
def test_whoever_cannot_travel_is_not_made_and_not_repeated(user: str, groups: frozenset[str]) -> None:
    with pytest.raises(ValueError, match=r"^a caller's names are text, not empty, without control characters$"):
        Caller(user, groups)
