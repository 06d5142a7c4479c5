"""Several workers are one service: nobody is counted twice, nobody is lost, and nothing that is broken ends a scrape."""

from __future__ import annotations

import errno
import json
import logging
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover import disk
from switchover.telemetry import CallEvent, TraceContext
from switchover.telemetry.metrics.report import MOST_BYTES, Report, write_report
from switchover.telemetry.metrics.tally import Tally
from switchover.telemetry.metrics.totals import Gauges
from switchover.telemetry.metrics.workers import Workers
from unit.telemetry.metrics.counted import BOUNDS, OPERATIONS, event


class Worker:
    """A worker, and what it has counted."""

    def __init__(self, directory: Path, bounds: Sequence[float] = BOUNDS) -> None:
        self.workers = Workers(directory)
        self._tally = Tally(bounds, OPERATIONS)

    def counts(self, number: int = 1, **given: Any) -> Worker:
        self._tally.add([event(**given)] * number)
        return self

    def own(self) -> Report:
        return Report(self._tally.totals(("serve",), dropped=0, cpu=10), Gauges({"serve": 1}, 100))

    def writes(self) -> Worker:
        self.workers.write(self.own())
        return self

    def sees(self) -> Report:
        return self.workers.together(self.own())

    def ends(self) -> None:
        self.writes()
        self.workers.close()


def calls(report: Report) -> int:
    return report.totals.series["getTrip"]["serve"].outcomes["ok"]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "of" / "workers"


@pytest.fixture
def made() -> Iterator[list[Worker]]:
    workers: list[Worker] = []
    yield workers
    for worker in workers:
        worker.workers.close()


@pytest.fixture
def one(directory: Path, made: list[Worker]) -> Worker:
    made.append(Worker(directory).counts(5))
    return made[-1]


@pytest.fixture
def two(directory: Path, made: list[Worker]) -> Worker:
    made.append(Worker(directory).counts(7))
    return made[-1]


def test_each_sees_the_sum_of_all(one: Worker, two: Worker) -> None:
    assert calls(one.sees()) == 5
    assert calls(two.sees()) == calls(one.sees()) == 12
    seen = one.sees()
    assert (seen.gauges, seen.totals.cpu) == (Gauges({"serve": 2}, 200), 20)


def test_what_is_gone_still_counts_and_what_it_was_doing_does_not(one: Worker, two: Worker, directory: Path) -> None:
    two.counts(duration=0.05, position=TraceContext(0xABC, 1)).ends()
    for _ in range(3):
        seen = one.sees()
        assert calls(seen) == 13
        assert seen.gauges == Gauges({"serve": 1}, 100)
        assert seen.totals.cpu == 20
    example = seen.totals.series["getTrip"]["serve"].examples[0]
    assert example is not None
    assert example.trace_id == f"{0xABC:032x}"
    assert sorted(name.partition("-")[0] for name in os.listdir(directory)) == ["lock", "remainder.json", "worker"]


def test_a_service_that_starts_again_goes_on_from_where_it_was(one: Worker, directory: Path) -> None:
    one.ends()
    next_one = Worker(directory).counts(2)
    assert calls(next_one.sees()) == 7
    next_one.workers.close()


def test_the_directory_and_its_files_are_for_one_user(one: Worker, directory: Path) -> None:
    one.sees()
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}


def test_a_directory_that_others_may_use_is_refused(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    with pytest.raises(ValueError, match="may be used by others"):
        Workers(shared)
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="file is no directory"):
        Workers(tmp_path / "file")


@given(st.lists(st.tuples(st.sampled_from("write see end start".split()), st.integers(0, 3), st.integers(0, 5))))
def test_whoever_comes_and_goes_nothing_that_was_told_is_lost(steps: list[tuple[str, int, int]]) -> None:
    """Calls are told before they are asked for, so every scrape gives all of them."""
    import tempfile  # noqa: PLC0415 - fixtures are not made anew for each example

    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "workers"
        living = [Worker(directory) for _ in range(4)]
        told = 0
        for step, index, number in steps:
            living[index].counts(number).writes()
            told += number
            if step == "end":
                living[index].ends()
                living[index] = Worker(directory)
            if step != "write":
                assert calls(living[(index + 1) % 4].sees()) == told
        assert len(os.listdir(directory) if directory.exists() else []) <= 4 + 4 + 2
        for worker in living:
            worker.workers.close()


# -- what may end half-way --------------------------------------------------------------------------------------------


def test_a_fold_that_was_cut_off_counts_nobody_twice(
    one: Worker, two: Worker, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.ends()
    unlink = Path.unlink

    def killed(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "unlink", killed)
    assert [calls(one.sees()), calls(one.sees())] == [12, 12]
    monkeypatch.setattr(Path, "unlink", unlink)
    assert calls(one.sees()) == 12
    assert sum(name.startswith("worker-") for name in os.listdir(directory)) == 1
    assert calls(one.sees()) == 12


@pytest.mark.parametrize("seconds", [0, 61])
@pytest.mark.parametrize("is_held", [True, False])
def test_what_somebody_was_writing_when_it_was_killed_is_removed_after_a_while(
    one: Worker, directory: Path, seconds: int, is_held: bool
) -> None:
    one.sees()
    unfinished = directory / "worker-0123456789abcdef.json.tmp"
    descriptor = disk.replace_held(unfinished, b"{")
    if not is_held:
        os.close(descriptor)
    since = time.time() - seconds
    os.utime(unfinished, (since, since))
    one.sees()
    assert unfinished.exists() is (is_held or seconds == 0)
    if is_held:
        os.close(descriptor)


# -- what is not ours -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("notes.txt", b"", "it is no file of a worker's"),
        ("worker-0123456789ABCDEF.json", b"", "it is no file of a worker's"),
        ("worker-0123456789abcdef.json", b"", "Invalid JSON"),
        ("worker-0123456789abcdef.json", b'{"totals":[],"gauges":{}}', "totals: "),
        ("worker-0123456789abcdef.json", b"[" * 5000, "Invalid JSON"),
        ("worker-0123456789abcdef.json", b" " * (MOST_BYTES + 1), "no file of at most"),
        ("remainder.json", b"{}", "totals: Field required"),
    ],
)
def test_what_is_not_ours_is_passed_over_and_told_once(
    one: Worker, directory: Path, caplog: pytest.LogCaptureFixture, name: str, content: bytes, why: str
) -> None:
    one.sees()
    (directory / name).write_bytes(content)
    with caplog.at_level(logging.WARNING, "switchover.metrics"):
        assert [calls(one.sees()), calls(one.sees())] == [5, 5]
    [message] = caplog.messages
    assert message.startswith(f"{directory / name} is passed over: ")
    assert why in message


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda report: report["totals"]["bounds"].reverse(), "totals/bounds: they do not grow"),
        (
            lambda report: report["totals"]["series"]["getTrip"]["serve"]["buckets"].append(1),
            "totals/series/getTrip/serve: 4 buckets are needed",
        ),
        (lambda report: report["totals"].update(dropped=-1), "totals/dropped: Input should be greater than"),
        (lambda report: report.update(layout=2), "layout: Input should be 1"),
        (
            lambda report: report["totals"]["series"]["getTrip"].update(grpc={}),
            "totals/series/getTrip/grpc/[key]: Input should be 'direct'",
        ),
    ],
)
def test_numbers_that_cannot_be_are_passed_over(
    one: Worker, directory: Path, caplog: pytest.LogCaptureFixture, change: Any, why: str
) -> None:
    one.sees()
    report = json.loads(write_report(one.own()))
    change(report)
    (directory / "worker-0123456789abcdef.json").write_text(json.dumps(report))
    assert calls(one.sees()) == 5
    assert why in caplog.text


def test_durations_with_the_bounds_of_other_objectives_are_passed_over_and_calls_are_not(
    one: Worker, directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Worker(directory, (0.5,)).counts(3).ends()
    seen = one.sees()
    assert calls(seen) == 8
    assert sum(seen.totals.series["getTrip"]["serve"].buckets) == 5
    assert "they have the bounds of other objectives" in caplog.text
    assert calls(one.sees()) == 8


# -- disks ------------------------------------------------------------------------------------------------------------


def test_a_full_disk_is_told_once_and_the_own_numbers_are_served(
    one: Worker, two: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    two.ends()
    one.writes()

    def full(descriptor: int, data: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        assert [calls(one.counts().sees()), calls(one.counts().sees())] == [13, 14]
    assert sorted(message.partition(":")[0] for message in caplog.messages) == [
        "the numbers of processes that are gone cannot be put together",
        "the numbers of this process cannot be told to the others",
    ]
    assert calls(one.sees()) == 14


def test_a_directory_that_cannot_be_made_is_told_and_the_own_numbers_are_served(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "blocked"
    worker = Worker(blocked / "workers").counts(5)
    blocked.touch()
    assert calls(worker.sees()) == 5
    assert calls(worker.sees()) == 5
    assert sorted(message.partition(":")[0] for message in caplog.messages) == [
        "the numbers of other processes cannot be read",
        "the numbers of this process cannot be told to the others",
    ]
    blocked.unlink()
    assert calls(worker.sees()) == 5
    worker.workers.close()
    assert len(list((blocked / "workers").iterdir())) == 2


def test_a_scrape_that_is_kept_from_the_others_fails_rather_than_seem_a_start_from_0(
    one: Worker, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one.sees()
    monkeypatch.setattr("switchover.telemetry.metrics.workers.LOCK_SECONDS", 0.01)
    with disk.locked(directory / "lock", 1), pytest.raises(TimeoutError):
        one.sees()


def test_many_batches_fit(one: Worker) -> None:
    batch: list[CallEvent] = [event(position=TraceContext(number, 1)) for number in range(1, 1000)]
    one._tally.add(batch)
    assert calls(one.sees()) == 1004
    assert len(write_report(one.own())) < MOST_BYTES // 100
