from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.rollout import RolloutState, Share
from switchover.rollout.record import canonical, parsed, state_data, state_of

NAMES = st.text(max_size=20)
STATES = st.builds(
    RolloutState,
    version=st.integers(0, 2**53),
    shares=st.dictionaries(NAMES, st.builds(Share, st.integers(0, 10_000))),
    pinned=st.frozensets(NAMES),
    is_pinned=st.booleans(),
    held=st.frozensets(NAMES),
    since=st.dictionaries(NAMES, st.integers(0, 2**40)),
    head=st.text("0123456789abcdef", min_size=64, max_size=64),
)


@given(STATES)
def test_a_state_comes_back_as_it_went(state: RolloutState) -> None:
    assert state_of(parsed(canonical(state_data(state)))) == state


GOOD = state_data(RolloutState())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"version": -1}, "#/version is -1; it has to be a whole number"),
        ({"version": True}, "#/version is True"),
        ({"version": 1.0}, "#/version is 1.0"),
        ({"version": "1"}, "#/version is '1'"),
        ({"shares": {"getTrip": 10_001}}, "#/shares/getTrip is 10001; it has to be a whole number, 0 to 10000"),
        ({"shares": []}, r"#/shares is \[\]; it has to be an object"),
        ({"pinned": "getTrip"}, "#/pinned is 'getTrip'; it has to be a list"),
        ({"pinned": ["a", 1]}, "#/pinned/1 is 1; it has to be a text"),
        ({"pinned": ["a", "a"]}, "#/pinned names something twice"),
        ({"held": ["x" * 4001]}, "#/held/0 is 'x+…; it has to be a text of at most 4000"),
        ({"is_pinned": 0}, "#/is_pinned is 0; it has to be true or false"),
        ({"head": "0" * 63}, "#/head is .*64 hex digits"),
        ({"head": "G" * 64}, "#/head is .*64 hex digits"),
        ({"since": {"getTrip": None}}, "#/since/getTrip is None"),
    ],
)
def test_what_is_no_state_is_refused_with_its_place(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        state_of({**GOOD, **changed})


@pytest.mark.parametrize("name", list(GOOD))
def test_nothing_of_a_state_may_be_missing(name: str) -> None:
    with pytest.raises(ValueError, match=f"#/{name} is missing"):
        state_of({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize("text", ['{"a":1,"a":2}', "[NaN]", "[Infinity]", "{", "", "[" * 100_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(text)


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, object()])
def test_what_has_no_json_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical(value)


def test_canonical_json_is_the_same_for_the_same_value() -> None:
    assert canonical({"b": "ü", "a": [1, None]}) == '{"a":[1,null],"b":"\\u00fc"}'
    assert canonical(json.loads('{"a":[1,null], "b":"ü"}')) == canonical({"b": "ü", "a": [1, None]})
