"""What the file store does with files that are not as it left them."""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.clock import OwnedClock
from support.rollouts import beat, change
from switchover.errors import StoreUnavailable
from switchover.rollout import RolloutState, Share
from switchover.rollout.record import verify
from switchover.rollout.stores import FileRolloutStore, file


@pytest.fixture
def store(tmp_path: Path) -> FileRolloutStore:
    made = FileRolloutStore(tmp_path, look_seconds=0.01)
    for version in range(3):
        made.change(change(getTrip=100 * (version + 1)), expected=version)
    return made


EMPTY = b'{"digest":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","state":{}}\n'
GARBAGE = [b"", b"{", b"null", b"\x00\xff" * 40, EMPTY, EMPTY[:-1], EMPTY.replace(b"{}", b"{ }")]


@pytest.mark.parametrize("content", GARBAGE)
def test_garbage_is_written_anew_from_the_record(
    store: FileRolloutStore, tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    before = store.load()
    (tmp_path / "state.json").write_bytes(content)
    assert store.wait(3, 0) is True
    with caplog.at_level(logging.WARNING):
        assert store.load() == before
    assert "is no state" in caplog.text
    assert "written anew from the record, version 3" in caplog.text
    assert FileRolloutStore(tmp_path).load() == before


def test_a_state_that_is_missing_is_written_anew(store: FileRolloutStore, tmp_path: Path) -> None:
    before = store.load()
    (tmp_path / "state.json").unlink()
    assert store.wait(3, 0) is True
    assert store.load() == before


def test_a_state_that_was_edited_by_hand_is_not_believed(store: FileRolloutStore, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    edited = path.read_bytes().replace(b'"getTrip":300', b'"getTrip":900')
    assert edited != path.read_bytes()
    path.write_bytes(edited)
    assert store.load().shares == {"getTrip": Share(300)}


@pytest.mark.parametrize("content", GARBAGE)
def test_garbage_without_a_record_is_refused_and_not_taken_for_a_beginning(
    store: FileRolloutStore, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "state.json").write_bytes(content)
    (tmp_path / "history.jsonl").unlink()
    with pytest.raises(StoreUnavailable, match=r"state\.json is no state"):
        store.load()
    with pytest.raises(StoreUnavailable, match=r"state\.json is no state"):
        store.change(change(getTrip=1), expected=0)
    assert (tmp_path / "state.json").read_bytes() == content


def test_garbage_beside_a_record_that_was_edited_is_refused_with_both_reasons(
    store: FileRolloutStore, tmp_path: Path
) -> None:
    history = tmp_path / "history.jsonl"
    history.write_bytes(history.read_bytes().replace(b"kokoro", b"nobody"))
    (tmp_path / "state.json").write_bytes(b"garbage")
    with pytest.raises(
        StoreUnavailable, match=r"state.json is no state: .*cannot be written anew .*event 1: version 1 was"
    ):
        store.load()


def test_a_line_that_is_no_event_is_named(store: FileRolloutStore, tmp_path: Path) -> None:
    history = tmp_path / "history.jsonl"
    lines = history.read_bytes().splitlines(keepends=True)
    history.write_bytes(lines[0] + b"garbage\n" + lines[2])
    with pytest.raises(StoreUnavailable, match=r"history.jsonl:2 is no event"):
        store.history()
    assert [event.version for event in store.history(limit=1)] == [1]


def test_a_record_that_was_tampered_with_keeps_nobody_from_going_back(
    store: FileRolloutStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    history = tmp_path / "history.jsonl"
    lines = history.read_bytes().splitlines(keepends=True)
    history.write_bytes(lines[0] + lines[1])
    state = store.change(change("rollback", pin_all=True), expected=3)
    assert state.is_pinned
    assert "does not end where version 3 came from" in caplog.text
    assert [link.position for link in verify(store.history(), state=state)] == [3]
    history.write_bytes(b"garbage\n")
    assert store.change(change(getTrip=0), expected=4).version == 5


def test_an_event_whose_process_ended_before_the_state_was_written_never_comes_into_force(
    store: FileRolloutStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state.json"
    before = path.read_bytes()
    store.change(change(getTrip=10_000), expected=3)
    path.write_bytes(before)
    state = store.change(change(listTrips=500), expected=3)
    assert state.shares == {"getTrip": Share(300), "listTrips": Share(500)}
    assert "version 4 (set, by kokoro) never came into force, and was taken out" in caplog.text
    assert verify(store.record(), state=state) == ()


def test_a_line_that_was_cut_off_makes_way(store: FileRolloutStore, tmp_path: Path) -> None:
    history = tmp_path / "history.jsonl"
    with history.open("ab") as opened:
        opened.write(b'{"version": 4, "prev' + b"x" * 10_000)
    assert len(store.history()) == 3
    state = store.change(change(getTrip=400), expected=3)
    assert verify(store.history(), state=state) == ()


def test_events_of_any_length_are_found_again(store: FileRolloutStore) -> None:
    state = store.change(change(windows="x" * 20_000), expected=3)
    state = store.change(change(windows="y" * 20_000), expected=state.version)
    assert verify(store.history(), state=state) == ()


def test_two_changes_that_look_like_one_are_seen_when_the_wait_ends(store: FileRolloutStore, tmp_path: Path) -> None:
    store.load()
    FileRolloutStore(tmp_path).change(change(getTrip=400), expected=3)
    status = (tmp_path / "state.json").stat()
    store._loaded = (3, file._signature(status))
    assert store.wait(3, 0) is True


def test_a_file_that_has_been_there_for_a_while_is_not_read_again(
    store: FileRolloutStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(tmp_path / "state.json", (1_700_000_000, 1_700_000_000))
    store.load()

    def read_again() -> RolloutState:
        raise AssertionError("it was read again")

    monkeypatch.setattr(store, "_read", read_again)
    assert store.wait(3, 0) is False


def test_a_lock_that_is_held_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        monkeypatch.setattr(file, "_LOCK_SECONDS", 0.02)
        with pytest.raises(StoreUnavailable, match=r"lock has been locked by another process for 0.02 s"):
            FileRolloutStore(tmp_path).change(change(getTrip=1), expected=0)


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = FileRolloutStore(tmp_path / "file" / "rollout")
    for ask in (
        lambda: store.change(change(getTrip=1), expected=0),
        lambda: store.heartbeat(beat()),
        lambda: store.leave("web-1"),
        store.load,
    ):
        with pytest.raises(StoreUnavailable, match="file"):
            ask()


def test_signs_of_life_from_before_the_machine_started_do_not_count(tmp_path: Path) -> None:
    clock = OwnedClock(5000.0)
    store = FileRolloutStore(tmp_path, monotonic=clock)
    store.heartbeat(beat("web-1"))
    clock.passes(-4000)
    assert list(store.workers()) == []
    assert os.listdir(tmp_path / "workers") == []


def as_garbage(path: Path) -> None:
    path.write_bytes(b"garbage")


def as_no_heartbeat(path: Path) -> None:
    path.write_bytes(b'{"at": 1.5, "beat": {}}')


def as_one_that_was_cut_off(path: Path) -> None:
    path.write_bytes(b'{"at": 1.5, "bea')


def as_one_without_a_time(path: Path) -> None:
    path.write_bytes(b'{"at": 1, "beat": {}}')


def as_a_pipe(path: Path) -> None:
    os.mkfifo(path)


def as_a_circle_of_links(path: Path) -> None:
    path.symlink_to(path)


def as_a_link_to_elsewhere(path: Path) -> None:
    path.symlink_to("/dev/zero")


def as_another_users(path: Path) -> None:
    path.write_bytes(b"{}")
    path.chmod(0)


UNREADABLE = [
    (Path.mkdir, "not a regular file"),
    (as_garbage, "Expecting value"),
    (as_no_heartbeat, "#/id is missing"),
    (as_one_that_was_cut_off, "Unterminated string"),
    (as_one_without_a_time, "#/at is 1; it has to be a number of seconds"),
    (as_a_pipe, "not a regular file"),
    (as_a_circle_of_links, "Too many levels of symbolic links"),
    (as_a_link_to_elsewhere, "Too many levels of symbolic links"),
    (as_another_users, "#/beat is missing" if os.geteuid() == 0 else "Permission denied"),
]


@pytest.mark.parametrize("reports", [True, False])
@pytest.mark.parametrize(("spoil", "problem"), UNREADABLE)
def test_a_heartbeat_that_cannot_be_read_is_a_worker_with_a_problem(
    tmp_path: Path, spoil: Callable[[Path], None], problem: str, *, reports: bool
) -> None:
    store = FileRolloutStore(tmp_path)
    store.heartbeat(beat("web-1"))
    spoil(tmp_path / "workers" / "web~2.json")
    read, unread = store.workers(reports=reports)
    assert read.beat == beat("web-1")
    assert (unread.beat.id, unread.beat.pid, unread.beat.version) == ("web-2", 0, 0)
    assert unread.beat.problem.startswith("heartbeat unreadable: ")
    assert problem in unread.beat.problem
    assert "web-2 (heartbeat unreadable: " in str(unread)
    assert "pid" not in str(unread)


@pytest.mark.parametrize(("spoil", "problem"), UNREADABLE)
def test_a_heartbeat_that_cannot_be_read_expires_with_the_time_of_its_file(
    tmp_path: Path, spoil: Callable[[Path], None], problem: str
) -> None:
    store, path = FileRolloutStore(tmp_path, expire_seconds=30), tmp_path / "workers" / "web-2.json"
    store.heartbeat(beat("web-1"))
    spoil(path)
    os.utime(path, (time.time() - 31,) * 2, follow_symlinks=False)
    assert [worker.beat.id for worker in store.workers()] == ["web-1"], problem
    assert path.is_dir() or not os.path.lexists(path)
    assert [worker.beat.id for worker in store.workers()] == ["web-1"]


def test_a_folder_of_heartbeats_that_cannot_be_listed_is_not_a_fleet_without_workers(tmp_path: Path) -> None:
    store = FileRolloutStore(tmp_path)
    (tmp_path / "workers").write_bytes(b"")
    with pytest.raises(StoreUnavailable, match="workers"):
        store.workers()


@pytest.mark.parametrize("report", [b"", b"garbage", b"[1]\n", b'{"a": 1, "a": 2}\n', b"\xff"])
def test_a_report_that_cannot_be_read_leaves_the_sign_of_life(tmp_path: Path, report: bytes) -> None:
    store = FileRolloutStore(tmp_path)
    store.heartbeat(beat("web-1", at=1))
    path = tmp_path / "workers" / "web-1.json"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0] + report)
    assert [worker.beat for worker in store.workers()] == [beat("web-1")]


@pytest.mark.parametrize("worker_id", ["", "../x", "a/b", ".hidden", "x" * 201, "a\x00"])
def test_what_cannot_be_a_file_name_is_no_worker_id(worker_id: str) -> None:
    with pytest.raises(ValueError, match="is no worker id"):
        beat(worker_id)


def test_changes_that_the_file_systems_clock_cannot_tell_apart_are_seen_at_once(
    store: FileRolloutStore, tmp_path: Path
) -> None:
    """Within one tick of that clock, the number of a file that was replaced may be given to the next, and the sizes may be the same."""
    path, following = tmp_path / "state.json", FileRolloutStore(tmp_path, look_seconds=0.01)
    assert following.load().version == 3
    loaded, before = path.read_bytes(), path.stat()
    store.change(change(getTrip=400), expected=3)
    changed = path.read_bytes()
    assert len(changed) == len(loaded)
    put_in_place(path, loaded, before.st_mtime_ns)
    assert following.load().version == 3
    put_in_place(path, changed, before.st_mtime_ns)
    assert following.wait(3, 0) is True
    assert following.load().version == 4
    put_in_place(path, b"x" * len(changed), before.st_mtime_ns)
    assert following.wait(4, 0) is True
    assert following.load().version == 4


def test_they_are_seen_at_the_next_look_and_not_when_the_wait_is_over(store: FileRolloutStore, tmp_path: Path) -> None:
    path, following = tmp_path / "state.json", FileRolloutStore(tmp_path, look_seconds=0.01)
    before = path.stat().st_mtime_ns
    assert following.load().version == 3
    loaded = path.read_bytes()
    store.change(change(getTrip=400), expected=3)
    changed = path.read_bytes()
    put_in_place(path, loaded, before)
    assert following.load().version == 3
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(following.wait, 3, 60)
        put_in_place(path, changed, before)
        assert waiting.result(20) is True


def put_in_place(path: Path, content: bytes, mtime_ns: int) -> None:
    """Under the same number, with the same times."""
    with path.open("rb+") as file:
        file.write(content)
        file.flush()
        os.utime(file.fileno(), ns=(mtime_ns, mtime_ns))
