"""A file store whose disk fails, or whose process is killed, in the middle of a change."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from support.disk_faults import Fault, run
from support.rollouts import change
from switchover.errors import ChangeUnknown, StoreUnavailable
from switchover.rollout import RolloutState, Share
from switchover.rollout.record import Change, Edit, Event, Unreadable, held_to, verify
from switchover.rollout.stores import FileRolloutStore

UP = change("set", why="to all", getTrip=10_000)
HOLD = Change(edit=Edit(held={"getTrip": True}), action="hold", who="aiko")


def with_one_percent(folder: Path) -> RolloutState:
    return FileRolloutStore(folder).change(change(getTrip=100), expected=0)


def empty(folder: Path) -> RolloutState:
    return FileRolloutStore(folder).load()


def faults(
    tmp_path: Path, begin: Callable[[Path], RolloutState], fault: Fault
) -> Iterator[tuple[Path, RolloutState, str]]:
    """Yield, for each call that can fail: folder, state from before, how the command ended."""
    number = 0
    while True:
        number += 1
        folder = tmp_path / str(number)
        before = begin(folder)
        ended = run(partial(FileRolloutStore(folder).change, UP, expected=before.version), fault, number)
        if not ended.has_failed:
            assert ended.how == "done"
            assert number > 8, "there are more calls than that in which a disk can fail"
            return
        yield folder, before, ended.how


@pytest.mark.parametrize("begin", [with_one_percent, empty])
@pytest.mark.parametrize("fault", list(Fault))
def test_what_became_of_a_change_is_what_its_answer_said_and_the_next_command_does_not_alter_it(
    tmp_path: Path, fault: Fault, begin: Callable[[Path], RolloutState]
) -> None:
    for folder, before, how in faults(tmp_path, begin, fault):
        store = FileRolloutStore(folder)
        state = store.load()
        if how == "refused":
            assert state.version == before.version, folder
        if how == "done":
            assert state.version == before.version + 1, folder
        assert [event.version for event in store.history()] == list(range(1, state.version + 1))
        after = FileRolloutStore(folder).change(HOLD, expected=state.version)
        assert (after.shares, after.is_pinned) == (state.shares, state.is_pinned), (folder, how)
        assert verify(store.record(), state=store.load()) == ()
        assert [event.action for event in store.history()][-1] == "hold"
        assert sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) == [
            "history.jsonl",
            "lock",
            "state.json",
        ]


def test_a_command_that_was_killed_is_shown_as_one_that_never_came_into_force(tmp_path: Path) -> None:
    shown = set()
    for folder, _, _ in faults(tmp_path, with_one_percent, Fault.KILLED):
        store = FileRolloutStore(folder)
        record = store.record()
        if isinstance(record[-1], Unreadable):
            (finding,), head = held_to(store, record)
            assert "version 2 (set, by kokoro) never came into force" in str(finding)
            assert head == store.load().head
            shown.add(folder)
        else:
            assert held_to(store, record)[0] == ()
    assert shown


def test_a_log_that_cannot_be_shortened_lets_no_command_go_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The failed line would be carried out with the next command, or would break the chain."""
    refused = [it for it, _, how in faults(tmp_path, with_one_percent, Fault.READ_ONLY) if how == "refused"]
    pending = [folder for folder in refused if b'"version":2' in (folder / "history.jsonl").read_bytes()]
    assert pending
    for folder in pending:
        ended = run(partial(FileRolloutStore(folder).change, HOLD, expected=1), Fault.READ_ONLY, 2)
        assert ended.how == "refused"
        assert FileRolloutStore(folder).load().shares == {"getTrip": Share(100)}
        after = FileRolloutStore(folder).change(HOLD, expected=1)
        assert after.shares == {"getTrip": Share(100)}
        assert after.held == {"getTrip"}
    assert "version 2 (set, by kokoro) never came into force, and was taken out" in caplog.text


def test_a_line_that_the_disk_had_room_for_in_part_makes_way(tmp_path: Path) -> None:
    state = with_one_percent(tmp_path)
    size = (tmp_path / "history.jsonl").stat().st_size
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, size + 100))
        try:
            FileRolloutStore(tmp_path).change(UP, expected=1)
        except StoreUnavailable as error:
            os._exit(7 if "File too large" in str(error) and "history.jsonl" in str(error) else 8)
        os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert (tmp_path / "history.jsonl").stat().st_size == size
    store = FileRolloutStore(tmp_path)
    assert store.load() == state
    assert store.change(HOLD, expected=1).shares == {"getTrip": Share(100)}
    assert verify(store.record(), state=store.load()) == ()


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB, in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"only root may mount one: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("left", range(0, 24_576, 4096))
def test_a_disk_that_is_really_full_changes_nothing(full: Path, left: int) -> None:
    state = with_one_percent(full / "rollout")
    with (full / "ballast").open("wb", buffering=0) as ballast:
        try:
            while ballast.write(b"x" * 4096):
                pass
        except OSError:
            pass
        ballast.truncate(max(0, ballast.tell() - left))
    store = FileRolloutStore(full / "rollout")
    try:
        state = store.change(change(why="x" * 3900, windows="y" * 5000, getTrip=10_000), expected=1)
    except StoreUnavailable as error:
        assert "No space left on device" in str(error)
    assert store.load() == state
    (full / "ballast").unlink()
    assert store.change(HOLD, expected=state.version).shares == state.shares
    assert verify(store.record(), state=store.load()) == ()


def test_a_state_that_cannot_be_read_after_a_failure_leaves_the_outcome_open(tmp_path: Path) -> None:
    """Only where the state is replaced, and cannot be read any more then."""
    with_one_percent(tmp_path)

    class Losing(FileRolloutStore):
        """Its disk goes away as soon as the state has been replaced."""

        def _signature(self) -> tuple[int, int, int]:
            if self.load_from_disk_is_version(2):
                (tmp_path / "state.json").unlink()
                (tmp_path / "state.json").mkdir()
                raise OSError(5, "Input/output error")
            return super()._signature()

        def load_from_disk_is_version(self, version: int) -> bool:
            path = tmp_path / "state.json"
            return path.is_file() and f'"version":{version}'.encode() in path.read_bytes()

    with pytest.raises(ChangeUnknown, match=r"version 2 may be in force: .*Input/output error; and the state cannot"):
        Losing(tmp_path).change(UP, expected=1)


def test_events_of_a_log_that_ends_unfinished_are_those_that_came_into_force(tmp_path: Path) -> None:
    with_one_percent(tmp_path)
    before = (tmp_path / "state.json").read_bytes()
    FileRolloutStore(tmp_path).change(UP, expected=1)
    (tmp_path / "state.json").write_bytes(before)
    store = FileRolloutStore(tmp_path)
    assert [event.version for event in store.history()] == [1]
    assert [type(entry) for entry in store.record()] == [Event, Unreadable]
