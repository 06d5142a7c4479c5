"""Rounds: their beat on a clock of the test's own, and what comes of each."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.errors import ServiceUnreachable
from switchover.probe import ProbeOutcome, Prober, ProbeTarget, Watch, beats, to_file
from switchover.probe.watching import AT_ONCE
from unit.probe.contracts import HEALTHY, target
from unit.probe.outcomes import outcome
from unit.probe.peers import answers, message, peer


class OwnTime:
    """A clock that moves when somebody sleeps, or works."""

    def __init__(self, late: float = 0.0) -> None:
        self.now = 1000.0
        self.late = late

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds + self.late


async def starts(
    every: float | None, works: list[float], *, late: float = 0.0, count: int | None = None
) -> list[float]:
    """When rounds begin that take so long, from the first on; at most one more than `works`."""
    time, found = OwnTime(late), list[float]()
    async for number in beats(every, count, clock=time, sleep=time.sleep):
        assert number == len(found) + 1
        found.append(round(time.now - 1000, 6))
        if number > len(works):
            break
        time.now += works[number - 1]
    return found


async def test_rounds_begin_at_multiples_of_the_interval_however_long_they_take() -> None:
    assert await starts(30, [1, 29, 0, 12.5]) == [0, 30, 60, 90, 120]


async def test_waking_late_does_not_add_up() -> None:
    assert await starts(30, [1, 1, 1], late=0.25) == [0, 30.25, 60.25, 90.25]


async def test_a_beat_that_falls_into_a_round_is_left_out() -> None:
    assert await starts(30, [31, 95, 30, 1]) == [0, 60, 180, 210, 240]


async def test_waking_early_does_not_make_a_beat_twice() -> None:
    assert await starts(30, [0, 0, 0], late=-0.001) == [0, 29.999, 59.999, 89.999]


async def test_there_is_one_round_without_an_interval_and_as_many_as_said_with_one() -> None:
    assert await starts(None, [5, 5]) == [0]
    assert await starts(30, [5] * 9, count=3) == [0, 30, 60]
    assert await starts(30, [5] * 9, count=1) == [0]


@given(st.floats(0.05, 100), st.lists(st.floats(0, 500), min_size=1, max_size=20))
def test_rounds_never_overlap_and_are_always_on_the_beat(every: float, works: list[float]) -> None:
    found = asyncio.run(starts(every, works))
    ended = 0.0
    for began, work in zip(found, [*works, 0], strict=True):
        assert began >= ended - 1e-5
        assert abs(began / every - round(began / every)) < 1e-3
        assert began < ended + every + 1e-5
        ended = began + work


# -- what comes of a round


class Reports:
    """What was shown, handed on and complained about."""

    def __init__(self) -> None:
        self.shown: list[ProbeOutcome] = []
        self.delivered: list[str] = []
        self.complaints: list[str] = []

    async def deliver(self, text: str) -> None:
        self.delivered.append(text)

    async def fail(self, text: str) -> None:
        raise ServiceUnreachable("The service cannot be reached.")


async def test_outcomes_are_shown_in_the_order_of_the_targets_and_handed_on() -> None:
    reports = Reports()
    async with peer(answers(body=HEALTHY)) as well, peer(answers("500 x")) as ill:
        targets = [target(well.url()), ProbeTarget.at(ill.url()), ProbeTarget.at(well.url())]
        watch = Watch(
            Prober("tokyo"),
            targets,
            show=reports.shown.append,
            deliveries=[reports.deliver],
            complain=reports.complaints.append,
        )
        assert watch.is_well is None
        await watch.run(beats(None))
    assert [shown.url for shown in reports.shown] == [one.url for one in targets]
    assert [shown.is_ok for shown in reports.shown] == [True, False, True]
    assert watch.is_well is False
    assert len(reports.delivered) == 1
    assert reports.delivered[0].count("switchover_probe_success{") == 3
    assert reports.complaints == []


async def test_the_last_round_decides() -> None:
    statuses = iter(["500 x", "200 OK"])

    async def better(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(message(next(statuses)))

    time, reports = OwnTime(), Reports()
    async with peer(better) as there:
        watch = Watch(
            Prober("tokyo"),
            [ProbeTarget.at(there.url())],
            show=reports.shown.append,
            complain=reports.complaints.append,
        )
        await watch.run(beats(30, 2, clock=time, sleep=time.sleep))
    assert [shown.is_ok for shown in reports.shown] == [False, True]
    assert watch.is_well is True


async def test_metrics_that_cannot_be_handed_on_are_told_and_nothing_stops(tmp_path: Path) -> None:
    reports = Reports()
    async with peer(answers()) as there:
        watch = Watch(
            Prober("tokyo"),
            [ProbeTarget.at(there.url())],
            show=reports.shown.append,
            deliveries=[reports.fail, to_file(tmp_path / "nowhere" / "x"), reports.deliver],
            complain=reports.complaints.append,
        )
        await watch.run(beats(None))
    assert reports.complaints == [
        "the metrics could not be handed on: service_unreachable: The service cannot be reached.",
        f"the metrics could not be handed on: {tmp_path / 'nowhere' / 'x'}: No such file or directory",
    ]
    assert len(reports.delivered) == 1
    assert watch.is_well is False


async def test_only_so_many_probes_run_at_once() -> None:
    running, most, full = 0, 0, asyncio.Event()

    class Counting(Prober):
        async def probe(self, target: ProbeTarget) -> ProbeOutcome:
            nonlocal running, most
            running += 1
            most = max(most, running)
            if running == AT_ONCE:
                full.set()
            await full.wait()
            running -= 1
            return outcome(url=target.url)

    reports = Reports()
    targets = [ProbeTarget.at(f"http://desk/{number}") for number in range(3 * AT_ONCE)]
    watch = Watch(Counting("tokyo"), targets, show=reports.shown.append, complain=reports.complaints.append)
    await watch.run(beats(None))
    assert most == AT_ONCE
    assert [shown.url for shown in reports.shown] == [one.url for one in targets]


async def test_a_watch_that_is_cancelled_in_a_round_keeps_what_the_round_before_said() -> None:
    going_on = asyncio.Event()

    async def first_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(there.requests) == 1:
            writer.write(message())
        else:
            going_on.set()
            await reader.read()

    time, reports = OwnTime(), Reports()
    async with peer(first_only) as there:
        watch = Watch(
            Prober("tokyo"),
            [ProbeTarget.at(there.url())],
            show=reports.shown.append,
            complain=reports.complaints.append,
        )
        watching = asyncio.create_task(watch.run(beats(1, clock=time, sleep=time.sleep)))
        await going_on.wait()
        watching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watching
    assert watch.is_well is True
    assert len(reports.shown) == 1
