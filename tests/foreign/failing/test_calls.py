from __future__ import annotations

from datetime import date

import pytest

from foreign.failing.thing import Busy, GoneAway, LockedError, Missing, Taken, Teapot, Thing
from foreign.wirings import WIRINGS, Wiring, contract

ERRORS: dict[str | int, type[Exception]] = {
    "missing": Missing,
    "gone-away": GoneAway,
    "taken": Taken,
    "locked": LockedError,
    418: Teapot,
    429: Busy,
}
PORT = contract("failing").bind(Thing, errors=ERRORS)


@pytest.fixture(params=WIRINGS, ids=lambda wiring: wiring.__name__)
def thing(request: pytest.FixtureRequest) -> Thing:
    wiring: Wiring = request.param
    made: Thing = wiring(PORT, Thing())
    return made


def test_two_codes_of_one_status_are_two_exceptions(thing: Thing) -> None:
    with pytest.raises(Missing, match="no such thing"):
        thing.fail("missing")
    with pytest.raises(GoneAway) as info:
        thing.fail("gone")
    assert info.value.since == date(2026, 1, 2)


def test_what_a_failure_carries_arrives(thing: Thing) -> None:
    with pytest.raises(Taken, match="somebody has it") as info:
        thing.fail("taken")
    assert info.value.by == "Ann"
    with pytest.raises(Taken) as info:
        thing.fail("taken by nobody")
    assert info.value.by is None
    with pytest.raises(LockedError, match="for now"):
        thing.fail("locked")


def test_a_status_alone_is_an_exception(thing: Thing) -> None:
    with pytest.raises(Teapot):
        thing.fail("teapot")


def test_somebodys_own_json_is_read_by_its_members(thing: Thing) -> None:
    with pytest.raises(Busy, match="later") as info:
        thing.fail("busy")
    assert info.value.wait == 7


def test_what_is_not_read_of_a_failure_is_named() -> None:
    assert any("describes a failure as text/html; its status alone is used" in warning for warning in PORT.warnings)
