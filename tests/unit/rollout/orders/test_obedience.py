"""Whether an order was obeyed: the truth, and names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.clock import OwnedClock
from support.rollouts import beat
from switchover.errors import StoreUnavailable
from switchover.rollout.orders.obedience import Obeyed, wait_obeyed
from switchover.rollout.stores import FakeRolloutStore


class Scene:
    """Workers in a time that passes while one waits: what happens at which second."""

    def __init__(self, happenings: dict[int, Callable[[FakeRolloutStore], None]]) -> None:
        self.clock = OwnedClock(0.0)
        self.store = FakeRolloutStore(monotonic=self.clock)
        self._happenings = happenings
        self._happen()

    def pause(self, seconds: float) -> None:
        assert seconds > 0
        self.clock.now = float(int(self.clock.now) + 1)
        self._happen()

    def waited(self, timeout: float) -> Obeyed:
        return wait_obeyed(self.store, 1, timeout, clock=self.clock, pause=self.pause)

    def _happen(self) -> None:
        happening = self._happenings.get(int(self.clock.now))
        if happening is not None:
            happening(self.store)


def both(store: FakeRolloutStore) -> None:
    store.heartbeat(beat("web-1"))
    store.heartbeat(beat("web-2"))


def obeys(*workers: str) -> Callable[[FakeRolloutStore], None]:
    def happens(store: FakeRolloutStore) -> None:
        for worker in workers:
            store.heartbeat(beat(worker, 1))

    return happens


def test_it_returns_once_all_have_obeyed() -> None:
    obeyed = Scene({0: both, 1: obeys("web-1"), 3: obeys("web-2")}).waited(10)
    assert (obeyed.n, obeyed.of, obeyed.seconds, obeyed.late) == (2, 2, 3.0, ())
    assert obeyed.is_complete()
    assert str(obeyed) == "2 of 2 workers obeyed within 3.00 s"


def test_a_worker_that_does_not_obey_is_named() -> None:
    obeyed = Scene({0: both, 1: obeys("web-1")}).waited(4)
    assert (obeyed.n, obeyed.of, obeyed.seconds) == (1, 2, 4.0)
    assert [worker.beat.id for worker in obeyed.late] == ["web-2"]
    assert not obeyed.is_complete()
    assert str(obeyed) == ("1 of 2 workers obeyed within 4.00 s; not: web-2 (pid 1 on machine, version 0, 4.0 s ago)")


def test_a_worker_that_leaves_is_not_waited_for() -> None:
    obeyed = Scene({0: both, 1: obeys("web-1"), 2: lambda store: store.leave("web-2")}).waited(10)
    assert (obeyed.n, obeyed.of, obeyed.seconds) == (1, 1, 2.0)


def test_a_worker_that_is_given_up_while_one_waits_is_named_all_the_same() -> None:
    def alive(store: FakeRolloutStore) -> None:
        store.heartbeat(beat("web-1", 1))

    obeyed = Scene({0: both, **dict.fromkeys(range(1, 60), alive)}).waited(40)
    assert (obeyed.n, obeyed.of, obeyed.seconds) == (1, 2, 40.0)
    assert [worker.beat.id for worker in obeyed.late] == ["web-2"]


def test_one_that_was_given_up_and_comes_back_obedient_is_no_longer_late() -> None:
    obeyed = Scene({0: both, **dict.fromkeys(range(1, 33), obeys("web-1")), 33: obeys("web-1", "web-2")}).waited(40)
    assert (obeyed.n, obeyed.of, obeyed.seconds) == (2, 2, 33.0)


def test_without_workers_nobody_obeyed() -> None:
    obeyed = Scene({}).waited(5)
    assert (obeyed.n, obeyed.of) == (0, 0)
    assert not obeyed.is_complete()


def test_a_store_that_does_not_answer_is_no_obedience() -> None:
    scene = Scene({0: both})
    scene.store.outage = "down"
    with pytest.raises(StoreUnavailable):
        scene.waited(5)
