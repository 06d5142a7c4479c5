"""Every sentence that an order prints, and its exit code, over all situations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from support.clock import OwnedClock
from support.rollouts import FixedPlan, beat, beat_at, change
from switchover.cli.operating.outcome import outcome_code, outcome_lines
from switchover.rollout import RolloutState
from switchover.rollout.orders import Operator
from switchover.rollout.stores import FakeRolloutStore

OTHER = "e" * 64
GOES = RolloutState()


class World:
    """A rollout with two workers that go by version 1 and then do what a situation has them do."""

    def __init__(self) -> None:
        self.clock = OwnedClock()
        self.store = FakeRolloutStore(clock=self.clock, monotonic=self.clock)
        self.before = self.store.change(change(getTrip=5000), expected=0)
        self.operator = Operator(self.store, FixedPlan(), who="kokoro")

    def beats(self, worker: str, state: RolloutState | None = None, **said: Any) -> None:
        self.store.heartbeat(beat_at(state or self.store.load(), worker, **said))


Happening = Callable[[World], None]


def nothing(_: World) -> None:
    pass


def two(world: World) -> None:
    world.beats("web-1")
    world.beats("web-2")


def silent_for(seconds: float, **said: Any) -> Happening:
    def happens(world: World) -> None:
        world.beats("web-2", **said)
        world.clock.passes(seconds)
        world.beats("web-1")

    return happens


def first_obeys(world: World) -> None:
    world.beats("web-1")


def problem(world: World) -> None:
    world.beats("web-1")
    world.beats("web-2", problem="version 2 cannot be applied: TypeError")


def old_kit(world: World) -> None:
    world.beats("web-1")
    world.store.heartbeat(beat("web-2", world.store.load().version))


def ended(world: World) -> None:
    world.beats("web-1")
    world.store.leave("web-2")


def resumed(world: World) -> None:
    two(world)
    world.store.change(change("resume", why="it was the network", pin_all=False), expected=world.store.load().version)
    two(world)


def restored(world: World) -> None:
    world.beats("web-1", version=7, head=OTHER)
    world.beats("web-2", version=7, head=OTHER)


def stuck_elsewhere(world: World) -> None:
    """A worker that holds a number that no change can pass."""
    world.beats("web-1")
    world.beats("web-2", version=2**53, head=OTHER)


@dataclass(frozen=True)
class Situation:
    name: str
    before: Happening
    after: Happening
    code: int
    lines: tuple[str, ...]


LATE = "NOT OBEYED by web-2 (pid 1 on machine, version 1, "
SITUATIONS = [
    Situation("all converged", two, two, 0, ("2 of 2 workers obeyed, 0.50 s after the order",)),
    Situation(
        "one late",
        two,
        first_obeys,
        1,
        (
            "1 of 2 workers obeyed, 0.50 s",
            f"{LATE}0.0 s ago): it has not applied version 2",
            "behind: what it still does",
        ),
    ),
    Situation(
        "one cut off or frozen",
        silent_for(37),
        first_obeys,
        1,
        (
            "1 of 2 workers obeyed",
            f"{LATE}37.0 s ago): not heard for 37 s",
            "not heard: it is frozen, dead, or cut off",
        ),
    ),
    Situation(
        "one cut off for hours",
        silent_for(4 * 3600),
        first_obeys,
        1,
        ("1 of 2 workers obeyed", f"{LATE}14400.0 s ago): not heard for 4 h", "not heard: "),
    ),
    Situation(
        "one cut off, lease over",
        silent_for(95, lease_seconds=60.0),
        first_obeys,
        0,
        (
            "2 of 2 workers obeyed, 0.50 s",
            "of these, web-2 (pid 1 on machine, version 1, 95.0 s ago): not heard for 95 s; its lease of 60 s has run out, "
            "so it answers everything in its own process",
        ),
    ),
    Situation(
        "one cut off, lease not over",
        silent_for(61, lease_seconds=60.0),
        first_obeys,
        1,
        ("1 of 2 workers obeyed", f"{LATE}61.0 s ago): not heard for 61 s", "not heard: "),
    ),
    Situation(
        "store restored",
        restored,
        two,
        0,
        (
            "the store had lost changes: workers held version 7 of another history. Version 8 passes it, and takes EVERY ",
            "2 of 2 workers obeyed",
        ),
    ),
    Situation(
        "head differs, and cannot be passed",
        stuck_elsewhere,
        first_obeys,
        1,
        (
            "1 of 2 workers obeyed",
            "NOT OBEYED by web-2 (pid 1 on machine, version 9007199254740992, 0.0 s ago): it holds version "
            "9007199254740992 of another history, which this store does not have",
            "diverged: the store was lost, replaced or restored, and it keeps what it had",
        ),
    ),
    Situation(
        "a problem",
        two,
        problem,
        1,
        (
            "1 of 2 workers obeyed",
            "NOT OBEYED by web-2 (pid 1 on machine, version 2, 0.0 s ago, version 2 cannot be applied: TypeError): it ",
            "problem: its log says more",
        ),
    ),
    Situation(
        "an older kit",
        two,
        old_kit,
        0,
        (
            "2 of 2 workers obeyed",
            "of these, web-2 (pid 1 on machine, version 2, 0.0 s ago): judged by its version alone",
        ),
    ),
    Situation("ended while it waited", two, ended, 0, ("1 of 1 workers obeyed",)),
    Situation(
        "undone by another operator",
        two,
        resumed,
        1,
        (
            "2 of 2 workers obeyed",
            "NO LONGER IN FORCE: version 3, resume by kokoro at 2027-01-15T08:00:00.000Z: it was the network",
        ),
    ),
    Situation("none follows", nothing, nothing, 1, ("no worker follows this rollout, so there was nobody to obey",)),
]


@pytest.mark.parametrize("it", SITUATIONS, ids=lambda it: it.name)
def test_every_line_of_a_rollback_is_true(it: Situation) -> None:
    world = World()
    it.before(world)
    state = world.operator.rollback(why="wrong answers")
    it.after(world)
    obeyed = world.operator.wait_obeyed(state.version, 0)
    lines = list(outcome_lines(obeyed, 0.5))
    assert len(lines) == len(it.lines), lines
    assert [line.startswith(said) for line, said in zip(lines, it.lines, strict=True)] == [True] * len(lines), lines
    assert outcome_code(obeyed, needs_workers=True) == it.code
    assert obeyed.is_complete() is (it.code == 0)


def test_where_no_worker_is_needed_none_is_missed() -> None:
    world = World()
    obeyed = world.operator.wait_obeyed(world.operator.resume().version, 0)
    assert outcome_code(obeyed, needs_workers=False) == 0
