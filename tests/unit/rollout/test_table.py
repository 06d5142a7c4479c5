"""The compiled table: where users go is remembered, and what is remembered is what would be drawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover import Rollout, RolloutState, Share
from switchover.rollout import FixedRules, OperationRules
from switchover.rollout.asker import Asker
from switchover.rollout.deciding import decide
from switchover.rollout.table import Drawn, Route

HALF = Share(5_000)


def row(operation: str, rollout: Rollout) -> Route:
    return rollout.table.routes[operation]


@given(st.lists(st.text(), max_size=20), st.integers(1, 9_999))
def test_what_is_remembered_is_what_is_decided(users: list[str], share: int) -> None:
    route = row("getTrip", Rollout.fixed({"getTrip": Share(share)}))
    assert route.drawn is not None
    for user in users * 2:
        assert route.drawn[user] is decide(route, Asker(user))


def test_only_some_thousands_are_remembered() -> None:
    route = row("getTrip", Rollout.fixed({"getTrip": HALF}))
    assert route.drawn is not None
    first = [route.drawn[f"user-{number}"] for number in range(20_000)]
    assert len(route.drawn) <= 8_192
    assert first == [route.drawn[f"user-{number}"] for number in range(20_000)]


@pytest.mark.parametrize("nobody", [None, 7, b"aiko", ("aiko",)])
def test_what_is_no_text_is_nobody(nobody: object) -> None:
    drawn = Drawn(1, 2**63)
    with pytest.raises(TypeError, match="a user is known by text"):
        drawn[nobody]  # type: ignore[index]  # that is the point
    assert not drawn


def test_operations_of_a_cohort_with_one_share_remember_together_and_others_do_not() -> None:
    rules = {name: OperationRules(cohort="trips", salt="trips") for name in ("getTrip", "listTrips", "addTrip")}
    shares = {"getTrip": HALF, "listTrips": HALF, "addTrip": Share(1)}
    rollout = Rollout(FixedRules(rules), state=RolloutState(shares=shares))
    found = [row(name, rollout).drawn for name in rules]
    assert found[0] is found[1]
    assert found[0] is not found[2]


def test_a_change_forgets_what_was_remembered() -> None:
    rollout = Rollout.fixed({"getTrip": Share(1)})
    users = [f"user-{number}" for number in range(1_000)]
    drawn = row("getTrip", rollout).drawn
    assert drawn is not None
    before = sum(drawn[user].is_http for user in users)
    rollout.apply(RolloutState(version=1, shares={"getTrip": Share(9_999)}))
    drawn = row("getTrip", rollout).drawn
    assert drawn is not None
    assert sum(drawn[user].is_http for user in users) > before + 900
