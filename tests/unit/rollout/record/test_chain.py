"""The record: whatever is done to it is found, with its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.rollouts import change
from switchover.rollout import RolloutState, Share
from switchover.rollout.record import (
    Change,
    Edit,
    Event,
    Unreadable,
    event_data,
    event_of,
    event_words,
    made,
    read_event,
    replayed,
    verify,
)
from switchover.rollout.record.reading import canonical, parsed

NOON = 1_800_000_000.0


def record(length: int = 6) -> tuple[list[Event], RolloutState]:
    state, events = RolloutState(), []
    for number in range(length):
        asked = change(why=f"reason {number}", windows={"getTrip": {"ok": number}}, getTrip=100 * number, listTrips=7)
        event = made(asked, state, NOON + number / 1000)
        state = event.applied(state)
        events.append(event)
    return events, state


def test_a_whole_record_holds_and_leads_to_what_is_in_force() -> None:
    events, state = record()
    assert verify(events, state=state) == ()
    assert replayed(events) == state
    assert state.shares == {"getTrip": Share(500), "listTrips": Share(7)}
    assert state.since == {"getTrip": NOON, "listTrips": NOON}
    assert verify([], state=RolloutState()) == ()


def test_an_event_says_who_when_from_to_and_why() -> None:
    event = record()[0][2]
    assert (event.who, event.at, event.why) == ("kokoro", "2027-01-15T08:00:00.002Z", "reason 2")
    assert event.before.shares == {"getTrip": Share(100), "listTrips": Share(7)}
    assert event.after.shares == {"getTrip": Share(200), "listTrips": Share(7)}
    assert event.windows == {"getTrip": {"ok": 2}}


def test_an_event_comes_back_as_it_went() -> None:
    for event in record()[0]:
        assert event_of(parsed(canonical(event_data(event)))) == event


EDITS: list[dict[str, Any]] = [
    {"who": "somebody else"},
    {"why": ""},
    {"at": "2027-01-15T08:00:00.042Z"},
    {"action": "promote"},
    {"key": "x"},
    {"contract_digest": "x"},
    {"plan_digest": "x"},
    {"windows": None},
    {"before": Edit()},
    {"after": Edit(shares={"getTrip": Share(1)})},
    {"previous": "f" * 64},
    {"digest": "f" * 64},
    {"version": 40},
]


@pytest.mark.parametrize("edited", EDITS, ids=lambda edited: next(iter(edited)))
@pytest.mark.parametrize("at", [0, 3, 5])
def test_any_edit_is_found_where_it_was_made(at: int, edited: dict[str, Any]) -> None:
    events, state = record()
    events[at] = replace(events[at], **edited)
    broken = verify(events, state=state)
    assert broken[0].position == at + 1
    assert "edited" in str(broken[0])


@given(st.integers(2, 8), st.data())
def test_what_is_taken_out_moved_or_doubled_is_found_at_the_first_place_that_changed(
    length: int, data: st.DataObject
) -> None:
    events, state = record(length)
    indexes = data.draw(st.lists(st.integers(0, length - 1), max_size=length + 1))
    forged = [events[index] for index in indexes]
    intact = indexes == list(range(length))
    broken = verify(forged, state=state)
    assert bool(broken) is not intact
    if broken:
        kept = next((at for at, index in enumerate(indexes) if at != index), len(indexes))
        assert broken[0].position == kept + 1


@pytest.mark.parametrize("at", [0, 3, 5])
def test_what_cannot_be_read_is_found_where_it_lies_and_the_rest_is_judged(at: int) -> None:
    events, state = record()
    entries: list[Event | Unreadable] = [read_event(canonical(event_data(event))) for event in events]
    assert verify(entries, state=state) == ()
    entries[at] = read_event(b"garbage")
    (broken,) = verify(entries, state=state)
    assert (broken.position, broken.version) == (at + 1, 0)
    assert str(broken).startswith(f"event {at + 1}: this is no event: ")
    edited = replace(events[1], who="nobody")
    entries[1] = edited
    assert 2 in {link.position for link in verify(entries, state=state)}


def test_an_event_that_was_made_anew_breaks_what_follows() -> None:
    events, state = record()
    before = replayed(events[:2])
    events[2] = made(change(why="a better reason", getTrip=9), before, NOON)
    assert [str(link) for link in verify(events, state=state)] == [
        "event 4: version 4 follows another event than the one before"
    ]
    with pytest.raises(ValueError, match="event 4"):
        replayed(events)


def test_an_end_that_was_made_anew_is_not_what_is_in_force() -> None:
    events, state = record()
    events[5] = made(change(why="a better reason", getTrip=9), replayed(events[:5]), NOON)
    assert "ends in another version 6" in str(verify(events, state=state)[0])
    assert "ends at version 5, and version 6" in str(verify(events[:5], state=state)[0])


def test_a_state_that_the_record_does_not_lead_to_is_told() -> None:
    events, state = record()
    other = replace(state, shares={"getTrip": Share(10_000)})
    assert "version 6 as recorded is not what is in force" in str(verify(events, state=other)[0])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"at": "yesterday"}, "#/at is 'yesterday'"),
        ({"at": "2027-02-31T08:00:00.000Z"}, "#/at is '2027-02-31"),
        ({"before": {}}, "#/before/shares is missing"),
        ({"after": {"shares": {}, "pinned": {"x": 1}, "held": {}, "is_pinned": None}}, "#/after/pinned/x is 1"),
        ({"after": {"shares": {}, "pinned": {}, "held": {}, "is_pinned": 3}}, "#/after/is_pinned is 3"),
        ({"who": None}, "#/who is None"),
    ],
)
def test_what_is_no_event_is_refused_with_its_place(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        event_of({**event_data(record(1)[0][0]), **changed})


def test_a_change_needs_somebody_and_reasons_that_fit() -> None:
    with pytest.raises(ValueError, match="`who` is empty"):
        Change(edit=Edit(), action="set", who=" ")
    with pytest.raises(ValueError, match="why has 4001 characters"):
        change(why="x" * 4001)
    with pytest.raises(ValueError, match="JSON"):
        change(windows=float("nan"))


def test_windows_are_kept_as_json_has_them() -> None:
    assert change(windows={1: (2, 3)}).windows == {"1": [2, 3]}


def test_pins_and_holds_are_set_and_released() -> None:
    edit = Edit(pinned={"a": True, "b": False}, held={"c": True}, is_pinned=True)
    state = edit.applied(RolloutState(pinned=frozenset({"b"})), head="0" * 64, at=1)
    assert (state.pinned, state.held) == (frozenset({"a"}), frozenset({"c"}))
    assert (state.is_pinned, state.version) == (True, 1)
    assert edit.new_to(state).is_empty()
    assert not Edit(is_pinned=False).new_to(state).is_empty()
    assert edit.found_in(RolloutState()).is_pinned is False


# -- versions that the store has lost


def passing(passes: int, events: list[Event], state: RolloutState) -> tuple[list[Event], RolloutState]:
    asked = replace(change("rollback", why="restored", pin_all=True), passes=passes)
    event = made(asked, state, NOON + 1)
    return [*events, event], event.applied(state)


def test_a_change_that_passes_lost_versions_continues_the_chain_past_them() -> None:
    events, state = passing(40, *record(3))
    assert (state.version, events[-1].passes, events[-1].previous) == (41, 40, events[2].digest)
    after = made(change(getTrip=1), state, NOON + 2)
    assert after.version == 42
    assert verify([*events, after], state=after.applied(state)) == ()
    assert replayed(events) == state
    assert event_of(parsed(canonical(event_data(events[-1])))) == events[-1]
    words = [*event_words(events[-1])]
    assert words == ["continues past version 40, which workers held of another history", "kill switch on for all"]


def test_a_version_that_is_not_behind_is_passed_as_the_next() -> None:
    events, state = passing(2, *record(6))
    assert (state.version, events[-1].passes) == (7, 6)
    assert verify(events, state=state) == ()


@pytest.mark.parametrize("edited", [{"passes": None}, {"passes": 39}, {"passes": 41}, {"version": 42}])
def test_a_gap_holds_only_where_the_event_itself_says_so(edited: dict[str, Any]) -> None:
    events, state = passing(40, *record(3))
    events[-1] = replace(events[-1], **edited)
    found = [str(link) for link in verify(events, state=state)]
    assert any("was edited" in link for link in found)
    assert any("stands where version" in link for link in found)


def test_what_is_taken_out_before_a_gap_is_found() -> None:
    events, state = passing(40, *record(3))
    assert [link.position for link in verify([*events[:2], events[3]], state=state)] == [3]


@pytest.mark.parametrize("passes", [-1, 2**52 + 1])
def test_a_version_that_nothing_can_be_past_cannot_be_passed(passes: int) -> None:
    with pytest.raises(ValueError, match="passes must be a version"):
        replace(change(), passes=passes)
