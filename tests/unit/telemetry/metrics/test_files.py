"""What is read of a file, and whether the process that wrote it still runs."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from switchover import disk
from switchover.telemetry.metrics import files

MOST = 1000


def test_a_file_is_held_until_its_writer_lets_go_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    descriptor = disk.replace_held(path, b"1")
    assert files.read(path, MOST) == files.Found(b"1", True)
    assert path.stat().st_mode & 0o777 == 0o600
    following = disk.replace_held(path, b"2")
    os.close(descriptor)
    assert files.read(path, MOST) == files.Found(b"2", True)
    os.close(following)
    assert files.read(path, MOST) == files.Found(b"2", False)
    assert os.listdir(tmp_path) == ["numbers"]


def test_a_writer_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        disk.replace_held(path, b"1")
        os.write(told, b".")
        signal.pause()
    assert os.read(ready, 1) == b"."
    try:
        assert files.read(path, MOST).is_held
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready)
        os.close(told)
    assert not files.read(path, MOST).is_held


def test_a_file_that_has_just_been_replaced_has_a_writer_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "numbers"
    first = disk.replace_held(path, b"1")
    is_free = files._is_free

    def meanwhile(descriptor: int) -> bool:
        held.append(disk.replace_held(path, b"2"))
        os.close(first)
        return is_free(descriptor)

    held: list[int] = []
    monkeypatch.setattr(files, "_is_free", meanwhile)
    assert files.read(path, MOST) == files.Found(b"1", True)
    os.close(held[0])


def test_a_file_that_has_just_been_removed_is_nobodys_to_remove_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "numbers"
    os.close(disk.replace_held(path, b"1"))

    def meanwhile(descriptor: int) -> bool:
        path.unlink()
        return True

    monkeypatch.setattr(files, "_is_free", meanwhile)
    assert files.read(path, MOST) == files.Found(b"1", True)


@pytest.mark.parametrize("kind", ["folder", "pipe", "long"])
def test_what_is_no_file_of_ours_is_not_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "numbers"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.write_bytes(b" " * (MOST + 1))
    with pytest.raises(ValueError, match="no file of at most 1000 bytes"):
        files.read(path, MOST)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"1")
    (tmp_path / "numbers").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="symbolic links"):
        files.read(tmp_path / "numbers", MOST)
