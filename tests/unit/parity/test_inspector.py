"""Calls looked at on a thread of the inspector's own."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence

import pytest

from switchover.parity import Breach, Inspector

BREACH = Breach("getNote", "answer#/due", "is a datetime without an offset", "the caller would get InternalError")


def test_a_breach_says_where_what_and_what_would_happen() -> None:
    assert str(BREACH) == (
        "getNote answer#/due: is a datetime without an offset; over HTTP the caller would get InternalError"
    )


def test_what_is_found_is_reported() -> None:
    seen: list[Breach] = []
    inspector = Inspector(1, seen.extend)
    inspector.submit(lambda: [BREACH])
    inspector.submit(list)
    inspector.close()
    assert seen == [BREACH]


def test_without_a_report_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    inspector = Inspector(1)
    inspector.submit(lambda: [BREACH])
    inspector.close()
    assert [record.getMessage() for record in caplog.records] == [str(BREACH)]


def test_looking_happens_on_another_thread() -> None:
    threads: list[str] = []

    def look() -> Sequence[Breach]:
        threads.append(threading.current_thread().name)
        return []

    inspector = Inspector(1)
    inspector.submit(look)
    inspector.close()
    assert threads == ["switchover-fidelity"]


def test_a_look_or_a_report_that_fails_does_not_end_the_looking(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Breach] = []

    def report(breaches: Sequence[Breach]) -> None:
        seen.extend(breaches)
        raise ValueError("no")

    def fail() -> Sequence[Breach]:
        raise KeyError("no")

    inspector = Inspector(1, report)
    with caplog.at_level(logging.ERROR):
        for look in (fail, lambda: [BREACH], lambda: [BREACH]):
            inspector.submit(look)
        inspector.close()
    assert seen == [BREACH, BREACH]
    assert caplog.text.count("a sampled call could not be looked at") == 3


def test_what_cannot_be_kept_up_with_is_dropped_and_counted() -> None:
    go, busy = threading.Event(), threading.Event()

    def wait() -> Sequence[Breach]:
        busy.set()
        go.wait(10)
        return []

    inspector = Inspector(1)
    inspector.submit(wait)
    assert busy.wait(10)
    for _ in range(Inspector.MOST_WAITING + 3):
        inspector.submit(list)
    assert inspector.dropped == 3
    go.set()
    inspector.close()


def test_a_closed_inspector_starts_again_when_it_is_needed() -> None:
    seen: list[Breach] = []
    inspector = Inspector(1, seen.extend)
    inspector.close()
    inspector.submit(lambda: [BREACH])
    inspector.close()
    assert seen == [BREACH]


@pytest.mark.parametrize("share", [0, -1, 1.1, float("nan")])
def test_a_share_lies_between_0_and_1(share: float) -> None:
    with pytest.raises(ValueError, match="more than 0 and at most 1"):
        Inspector(share)


def test_a_share_of_the_calls_is_chosen() -> None:
    inspector = Inspector(0.25)
    assert 700 < sum(inspector.chooses() for _ in range(4000)) < 1300
    assert all(Inspector(1).chooses() for _ in range(100))


def test_a_forked_child_looks_at_its_own_calls() -> None:
    told = threading.Event()
    inspector = Inspector(1, lambda breaches: told.set())
    inspector.submit(list)
    with inspector._lock:  # a fork finds locks held
        child = os.fork()
        if child == 0:
            inspector.submit(lambda: [BREACH])
            os._exit(0 if told.wait(10) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    inspector.close()
