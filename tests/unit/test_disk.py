"""Files that are there whole or not at all, and locks that end with their process."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from switchover import disk


def test_a_file_is_replaced_whole_and_is_for_whom_it_was_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    before = os.umask(0o077)
    try:
        disk.replace_file(path, b"1")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with path.open("rb") as old:
            disk.replace_file(path, b"2" * 1_000_000, is_durable=False, mode=0o644)
            assert old.read() == b"1"
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
    finally:
        os.umask(before)
    assert path.read_bytes() == b"2" * 1_000_000
    assert os.listdir(tmp_path) == ["numbers"]


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    path.mkdir()
    for replace in (disk.replace_file, disk.replace_held):
        with pytest.raises(IsADirectoryError, match="numbers"):
            replace(path, b"1")
        assert os.listdir(tmp_path) == ["numbers"]
        with pytest.raises(FileNotFoundError) as caught:
            replace(tmp_path / "nowhere" / "numbers", b"1")
        assert caught.value.filename == str(tmp_path / "nowhere" / "numbers")


def test_one_at_a_time_is_inside(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with disk.locked(path, 0.01):
        with (
            pytest.raises(TimeoutError, match=r"lock has been locked by another process for 0\.01 s"),
            disk.locked(path, 0.01),
        ):
            pass
        waiting, inside = threading.Event(), threading.Event()

        def next_one() -> None:
            waiting.set()
            with disk.locked(path, 20):
                inside.set()

        thread = threading.Thread(target=next_one)
        thread.start()
        assert waiting.wait(20)
        assert not inside.is_set()
    assert inside.wait(20)
    thread.join(20)


def test_a_lock_that_may_not_be_written_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lock"
    path.touch()
    opening = os.open

    def read_only(name: Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_RDWR:
            raise PermissionError(13, "Permission denied", str(name))
        return opening(name, flags, mode)

    monkeypatch.setattr(os, "open", read_only)
    with disk.locked(path, 0.01), pytest.raises(TimeoutError), disk.locked(path, 0.01):
        pass


def test_the_last_line_of_nothing_is_empty(tmp_path: Path) -> None:
    assert disk.last_line(tmp_path / "missing") == b""
    (tmp_path / "empty").write_bytes(b"cut off")
    assert disk.last_line(tmp_path / "empty") == b""
