"""Where a call goes: the order of the steps, and that what is explained is what is decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.clock import OwnedClock
from switchover.rollout import CircuitSettings, FixedRules, OperationRules, Rollout, RolloutState, Share
from switchover.rollout.asker import Asker
from switchover.rollout.deciding import decide
from switchover.rollout.decision import DECISIONS, FALLBACK

ALL, NONE, HALF, LEAST = Share(10_000), Share(0), Share(5_000), Share(1)
STAFF, TESTERS, OUT = "staff", "testers", "out"


def ruled(**given: Any) -> FixedRules:
    return FixedRules({"getTrip": OperationRules(cohort="trips", salt="trips", **given)})


def rollout(share: Share | None = None, rules: FixedRules | None = None, **state: Any) -> Rollout:
    shares: Mapping[str, Share] = {} if share is None else {"getTrip": share}
    circuit = CircuitSettings(in_a_row=1)
    made = Rollout(rules, state=RolloutState(shares=shares, **state), circuit=circuit, clock=OwnedClock())
    made.cover(["getTrip"])
    return made


def broken(made: Rollout) -> Rollout:
    circuit = made.table.routes["getTrip"].circuit
    ticket = circuit.enter()
    assert ticket is not None
    circuit.leave(ticket, is_good=False)
    return made


def went(made: Rollout, user: str | None = "aiko", *groups: str, **asks: Any) -> tuple[str, str]:
    found = made.explain("getTrip", user, groups, **asks)
    assert found.steps[-1].has_decided
    assert [step.has_decided for step in found.steps] == [False] * (len(found.steps) - 1) + [True]
    return found.side, found.reason


RULES = ruled(groups={STAFF: ALL, OUT: NONE}, overriding=frozenset({TESTERS}))


def test_the_ceiling_comes_before_everything() -> None:
    made = Rollout(RULES, state=RolloutState(shares={"getTrip": ALL}, is_pinned=True), ceiling="direct")
    assert went(made, "aiko", STAFF, TESTERS, backend="http") == ("direct", "ceiling")


def test_the_kill_switch_comes_next() -> None:
    for pinned in ({"is_pinned": True}, {"pinned": frozenset({"getTrip"})}):
        made = broken(rollout(ALL, RULES, **pinned))
        assert went(made, "aiko", STAFF, TESTERS, backend="http") == ("direct", "pinned")


def test_an_open_circuit_comes_before_what_the_caller_asks_for() -> None:
    made = broken(rollout(ALL, RULES))
    assert went(made, "aiko", STAFF, TESTERS, backend="http") == ("direct", "circuit_open")


def test_a_circuit_is_not_asked_where_nothing_could_pass_it() -> None:
    assert went(broken(rollout(NONE))) == ("direct", "none")


def test_what_a_caller_asks_for_comes_before_groups_and_share() -> None:
    made = rollout(HALF, RULES)
    assert went(made, "aiko", OUT, TESTERS, backend="http") == ("http", "override")
    assert went(made, "aiko", STAFF, TESTERS, backend="direct") == ("direct", "override")


def test_a_caller_whom_the_plan_does_not_allow_it_asks_in_vain() -> None:
    made = rollout(NONE, RULES)
    assert went(made, "aiko", backend="http") == ("direct", "none")
    assert went(made, None, backend="http") == ("direct", "none")
    assert went(rollout(NONE), "aiko", TESTERS, backend="http") == ("direct", "none")


def test_groups_come_before_the_share_and_the_first_one_counts() -> None:
    made = rollout(ALL, RULES)
    assert went(made, "aiko", OUT) == ("direct", "group")
    assert went(made, "aiko", OUT, STAFF) == ("http", "group")
    assert went(rollout(LEAST, RULES), "aiko", STAFF) == ("http", "group")


def test_a_share_of_nothing_is_nobody_whatever_group_they_are_in() -> None:
    assert went(rollout(NONE, RULES), "aiko", STAFF) == ("direct", "none")
    assert went(rollout(NONE, ruled(groups={STAFF: ALL})), "aiko", STAFF) == ("direct", "none")
    found = rollout(NONE, RULES).explain("getTrip", "aiko", [STAFF])
    assert found.steps[-2].finding == "are not asked while nothing goes over HTTP"


def test_who_may_ask_for_a_side_may_before_anybody_goes_there() -> None:
    made = rollout(NONE, RULES)
    assert went(made, "aiko", STAFF, TESTERS, backend="http") == ("http", "override")
    assert went(made, "aiko", STAFF, TESTERS) == ("direct", "none")


def test_a_group_may_have_a_share_of_its_own() -> None:
    made = rollout(LEAST, ruled(groups={STAFF: HALF}))
    found = {went(made, f"user-{number}", STAFF) for number in range(50)}
    assert found == {("direct", "group"), ("http", "group")}


def test_the_share_decides_in_the_end() -> None:
    assert went(rollout(NONE)) == ("direct", "none")
    assert went(rollout(None)) == ("direct", "none")
    assert went(rollout(ALL)) == ("http", "all")
    assert {went(rollout(HALF), f"user-{number}") for number in range(50)} == {("direct", "bucket"), ("http", "bucket")}


def test_who_is_anonymous_sticks_by_session_and_else_by_trace() -> None:
    made = rollout(HALF)
    for number in range(20):
        session, trace = f"session-{number}", 2**100 + number
        assert len({went(made, None, session=session, trace=other) for other in range(20)}) == 1
        assert len({went(made, None, trace=trace) for _ in range(20)}) == 1
    assert len({went(made, None, session=f"session-{number}") for number in range(50)}) == 2
    assert len({went(made, None, trace=number) for number in range(50)}) == 2


def test_a_user_stays_where_they_are_whatever_their_session() -> None:
    made = rollout(HALF)
    for number in range(20):
        found = {went(made, f"user-{number}", session=f"session-{other}", trace=other) for other in range(20)}
        assert len(found) == 1


def test_who_can_be_known_by_nothing_is_drawn_for_each_call() -> None:
    made = rollout(HALF)
    assert {went(made, None) for _ in range(100)} == {("direct", "bucket"), ("http", "bucket")}
    assert made.explain("getTrip").known_by is None
    assert made.explain("getTrip").place is None


def test_operations_of_a_cohort_have_the_same_users_and_others_have_others() -> None:
    one = OperationRules(cohort="trips", salt="trips")
    rules = FixedRules({"getTrip": one, "addEntry": one})
    made = Rollout(rules, state=RolloutState(shares=dict.fromkeys(("getTrip", "addEntry", "getHealth"), HALF)))
    users = [f"user-{number}" for number in range(200)]
    sides = {name: [made.explain(name, user).side for user in users] for name in ("getTrip", "addEntry", "getHealth")}
    assert sides["getTrip"] == sides["addEntry"] != sides["getHealth"]
    assert made.explain("getHealth").cohort == "getHealth"


def test_what_is_explained_can_be_read() -> None:
    found = rollout(HALF, RULES).explain("getTrip", "aiko", [TESTERS])
    assert found.share == HALF
    assert found.cohort == "trips"
    assert found.known_by == "user"
    assert found.place is not None
    assert [(step.step, step.finding) for step in found.steps] == [
        ("ceiling", "this process may call over HTTP"),
        ("kill switch", "is not thrown"),
        ("circuit", "is closed"),
        ("override", "the caller asks for no side"),
        ("groups", "the user is in none that the plan treats differently"),
        ("bucket", f"50 % of trips goes over HTTP; this user is in whatever is more than {found.place}"),
    ]


@pytest.mark.parametrize(
    ("rules", "groups", "asks", "step", "finding"),
    [
        (None, (), {"backend": "http"}, "override", "the caller asks for http, and the plan allows nobody to"),
        (
            RULES,
            (),
            {"backend": "http"},
            "override",
            "the caller asks for http, and is not in a group that may (testers)",
        ),
        (
            RULES,
            (TESTERS,),
            {"backend": "http"},
            "override",
            "the caller asks for http, and is in a group that may (testers)",
        ),
        (RULES, (STAFF,), {}, "groups", "the user is in staff, of which 100 % goes over HTTP"),
        (None, (), {}, "groups", "the plan treats none differently"),
        (None, (), {}, "bucket", "50 % of getTrip goes over HTTP; each call is drawn anew"),
    ],
)
def test_each_step_says_what_it_found(
    rules: FixedRules | None, groups: tuple[str, ...], asks: dict[str, Any], step: str, finding: str
) -> None:
    found = rollout(HALF, rules).explain("getTrip", None, groups, **asks)
    assert {one.step: one.finding for one in found.steps}[step] == finding


def test_the_steps_that_stop_everything_say_so() -> None:
    low = Rollout(ceiling="direct")
    low.cover(["getTrip"])
    assert low.explain("getTrip").steps[-1].finding == "this process calls nothing over HTTP"
    assert rollout(is_pinned=True).explain("getTrip").steps[-1].finding == "keeps the operation in this process"
    assert broken(rollout(ALL)).explain("getTrip").steps[-1].finding == "is open"


askers = st.builds(
    Asker,
    user=st.none() | st.text(min_size=1),
    groups=st.frozensets(st.sampled_from([STAFF, TESTERS, OUT, "others"])),
    session=st.text(min_size=1),
    trace=st.none() | st.integers(1, 2**128 - 1),
    side=st.sampled_from([None, "direct", "http"]),
)
rules_of = st.builds(
    ruled,
    groups=st.dictionaries(st.sampled_from([STAFF, OUT]), st.integers(0, 10_000).map(Share)),
    overriding=st.frozensets(st.sampled_from([STAFF, TESTERS])),
)


@given(askers, rules_of, st.integers(0, 10_000).map(Share), st.booleans(), st.booleans(), st.booleans())
def test_what_is_explained_is_what_is_decided(
    asker: Asker, rules: FixedRules, share: Share, is_low: bool, is_pinned: bool, is_broken: bool
) -> None:
    state = RolloutState(shares={"getTrip": share}, is_pinned=is_pinned)
    made = Rollout(rules, state=state, ceiling="direct" if is_low else "http", circuit=CircuitSettings(in_a_row=1))
    if is_broken:
        broken(made)
    decision = decide(made.table.routes["getTrip"], asker)
    user, groups, session, trace, side = asker
    found = made.explain("getTrip", user, groups, session=session, trace=trace, backend=side)
    assert (found.side, found.reason) == (decision.side, decision.reason)
    order = ["ceiling", "kill switch", "circuit", "override", "groups", "bucket"]
    assert [step.step for step in found.steps] == order[: len(found.steps)]


@given(askers, rules_of, st.integers(0, 10_000), st.integers(0, 10_000))
def test_nobody_leaves_going_up_whatever_the_rules(asker: Asker, rules: FixedRules, one: int, other: int) -> None:
    sides = [
        decide(rollout(Share(share), rules).table.routes["getTrip"], asker).is_http for share in sorted((one, other))
    ]
    assert sides != [True, False]


@given(askers, rules_of)
def test_nobody_goes_anywhere_at_a_share_of_nothing_unless_they_ask_and_may(asker: Asker, rules: FixedRules) -> None:
    decision = decide(rollout(NONE, rules).table.routes["getTrip"], asker)
    assert (decision.reason, decision.is_http) in {("none", False), ("override", asker.side == "http")}


def test_every_decision_has_its_own_number_and_reason() -> None:
    assert [decision.number for decision in DECISIONS] == list(range(len(DECISIONS)))
    assert len({(decision.side, decision.reason) for decision in DECISIONS}) == len(DECISIONS)
    assert FALLBACK.side == "direct"
