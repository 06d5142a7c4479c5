"""The load: bounded, judged, and ended when it is told to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.waiting import eventually
from switchover.errors import RolloutRefused
from switchover.rehearsal import DrivenLoad, Load, SafeCall
from switchover.rehearsal.driving import next_due
from switchover.rehearsal.tally import MOST_TROUBLES, Tally

Ask = Callable[[], Awaitable[Any]]


class Traffic:
    """A load whose answers a test sets. It has to be closed in the end."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer
        self.asked = 0
        self.is_open = False

    async def ask(self) -> Any:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def source(self, *calls: SafeCall) -> Load:
        @asynccontextmanager
        async def opened() -> AsyncIterator[Sequence[SafeCall]]:
            self.is_open = True
            try:
                yield calls or [SafeCall("getTrip", self.ask, varying=("/at",)), SafeCall("getMap", self.ask)]
            finally:
                self.is_open = False

        return opened


def driven(source: Load, *, most: int = 8, seconds: float = 10.0, rate: float = 2000.0) -> DrivenLoad:
    return DrivenLoad(source, ["getTrip"], {"getTrip", "getMap"}, rate=rate, most=most, seconds=seconds)


def test_calls_are_counted_by_step_and_held_against_the_answers_from_before() -> None:
    traffic = Traffic({"title": "Kyoto", "at": 1})
    load = driven(traffic.source())
    load.start()
    try:
        load.tally.begin(0)
        eventually(lambda: load.tally.of(0)[0] >= 3)
        traffic.answer = {"title": "Kyoto", "at": 2}
        load.tally.begin(1)
        eventually(lambda: load.tally.of(1)[0] >= 3)
        assert load.tally.of(0)[1:] == load.tally.of(1)[1:] == (0, 0)
        assert load.problem == ""
        traffic.answer = {"title": "Osaka", "at": 2}
        load.tally.begin(2)
        eventually(lambda: load.tally.of(2)[2] >= 1)
        traffic.answer = KeyError("secret")
        load.tally.begin(3)
        eventually(lambda: load.tally.of(3)[1] >= 1)
    finally:
        load.stop()
    assert not traffic.is_open
    assert load.problem == "the load has ended"
    wrong = next(it for it in load.tally.troubles if it.is_wrong)
    assert (wrong.call, wrong.what) == ("getTrip", "/title")
    assert "secret" not in str(load.tally.troubles)
    assert traffic.asked > 8


def test_no_more_calls_are_under_way_than_there_may_be() -> None:
    gate, under_way, most = threading.Event(), [0], [0]
    baseline = [2]

    async def ask() -> int:
        if baseline[0]:
            baseline[0] -= 1
            return 1
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        await asyncio.to_thread(gate.wait, 20)
        under_way[0] -= 1
        return 1

    load = driven(Traffic().source(SafeCall("getTrip", ask)), most=3)
    load.start()
    load.tally.begin(0)
    eventually(lambda: load.tally.skipped > 10)
    assert most[0] == 3
    gate.set()
    load.stop()
    assert under_way[0] == 0


def test_a_call_that_takes_too_long_has_failed() -> None:
    baseline = [2]

    async def ask() -> int:
        if baseline[0]:
            baseline[0] -= 1
            return 1
        await asyncio.Event().wait()
        raise AssertionError

    load = driven(Traffic().source(SafeCall("getTrip", ask)), seconds=0.05)
    load.start()
    load.tally.begin(0)
    eventually(lambda: load.tally.of(0)[1] >= 1)
    load.stop()
    assert "builtins.TimeoutError" in load.tally.troubles[0].what


def test_answers_that_differ_by_themselves_are_refused_before_anything_moves() -> None:
    numbers = iter(range(100))

    async def ask() -> dict[str, int]:
        return {"at": next(numbers)}

    load = driven(Traffic().source(SafeCall("getTrip", ask)))
    with pytest.raises(
        RolloutRefused, match="two answers of getTrip differ before anything has moved, at /at; say so with varying="
    ):
        load.start()
    load.stop()


@asynccontextmanager
async def broken() -> AsyncIterator[Sequence[SafeCall]]:
    raise OSError("hunter2")
    yield []


@asynccontextmanager
async def leaving() -> AsyncIterator[Sequence[SafeCall]]:
    raise SystemExit(3)
    yield []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (broken, "the load cannot be used: builtins.OSError"),
        (leaving, "the load cannot be used: builtins.SystemExit"),
        (Traffic(KeyError("hunter2")).source(), "getTrip fails before anything has moved: builtins.KeyError"),
        (Traffic(object()).source(), "getTrip fails before anything has moved: builtins.ValueError"),
        (Traffic(1).source(SafeCall("createTrip", Traffic(1).ask)), "the load calls createTrip"),
        (Traffic(1).source(SafeCall("getMap", Traffic(1).ask)), "the load has no call of getTrip"),
    ],
)
def test_a_load_that_cannot_be_used_is_refused(source: Load, said: str) -> None:
    load = driven(source)
    with pytest.raises(RolloutRefused, match=said) as caught:
        load.start()
    load.stop()
    assert "hunter2" not in str(caught.value)


def test_a_load_that_breaks_while_it_closes_says_so() -> None:
    traffic = Traffic(1)

    @asynccontextmanager
    async def closing() -> AsyncIterator[Sequence[SafeCall]]:
        yield [SafeCall("getTrip", traffic.ask)]
        raise OSError("hunter2")

    load = driven(closing)
    load.start()
    load.stop()
    assert load.problem.startswith("the load ended: builtins.OSError")
    assert "hunter2" not in load.problem


def test_nobody_has_to_wait_for_the_first_answers() -> None:
    gate, asked, looks = threading.Event(), threading.Event(), iter(range(9))

    async def ask() -> int:
        asked.set()
        await asyncio.to_thread(gate.wait, 20)
        return 1

    second = Traffic(1)
    load = driven(Traffic().source(SafeCall("getTrip", ask), SafeCall("getTrip", second.ask)))
    with pytest.raises(RolloutRefused, match="the load did not begin: interrupted"):
        load.start(lambda: "interrupted" if asked.is_set() and next(looks) else "")
    gate.set()
    load.stop()
    assert second.asked == 0


def test_a_load_that_is_not_ready_in_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setattr("switchover.rehearsal.driving.READY_SECONDS", 0.05)

    async def ask() -> int:
        await asyncio.to_thread(gate.wait, 20)
        return 1

    load = driven(Traffic().source(SafeCall("getTrip", ask)))
    with pytest.raises(RolloutRefused, match=r"it was not ready within 0\.05 s"):
        load.start()
    gate.set()
    load.stop()


def test_only_the_first_troubles_are_told_one_by_one_and_none_from_before() -> None:
    tally = Tally()
    tally.skip()
    tally.count(-1, "getTrip", failure="x")
    assert (tally.troubles, tally.skipped) == ((), 0)
    tally.begin(0)
    for _ in range(MOST_TROUBLES + 5):
        tally.count(0, "getTrip", differs="/a")
    assert len(tally.troubles) == MOST_TROUBLES
    assert tally.of(0) == (MOST_TROUBLES + 5, 0, MOST_TROUBLES + 5)


@given(st.floats(0, 1000), st.floats(0, 1000), st.floats(0.1, 1000))
def test_what_was_missed_is_made_up_for_within_bounds(due: float, now: float, rate: float) -> None:
    found = next_due(due, now, rate)
    assert found >= due + 1 / rate
    assert found >= now - 0.5
    assert found == due + 1 / rate or found == now - 0.5


def test_operations_that_it_has_no_call_of_are_left_out_where_that_is_asked_for() -> None:
    traffic = Traffic("a trip")
    source, safe = traffic.source(SafeCall("getTrip", traffic.ask)), {"getTrip", "getMap"}
    load = DrivenLoad(source, ["getTrip", "getMap"], safe, rate=2000.0, narrowed=lambda given: (given[0].operation,))
    load.start()
    load.stop()
    assert load.operations == ("getTrip",)
    nothing = DrivenLoad(source, ["getMap"], safe, rate=2000.0, narrowed=lambda _: ())
    with pytest.raises(RolloutRefused, match="the load has no call of getMap"):
        nothing.start()
    nothing.stop()
