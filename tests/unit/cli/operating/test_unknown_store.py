"""A mistyped address of a store: no command creates it, and each says which one it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.operating import Project, project

CHANGES = {
    "start": [],
    "promote": [],
    "set": ["getBook", "1", "--why", "x"],
    "hold": [],
    "resume": [],
    "rollback": [],
}
LOOKS = {"status": [], "watch": ["--count", "1"], "history": [], "explain": ["--operation", "getBook"]}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    made = project(tmp_path, monkeypatch, capsys)
    made.obeys()
    return made


@pytest.mark.parametrize("command", [*CHANGES, *LOOKS])
def test_a_mistyped_store_is_an_error_and_is_not_created(
    here: Project, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(here.folder.rglob("*"))
    arguments = [command, *(CHANGES | LOOKS)[command]]
    code, out, err = here.run(*arguments, "--store", "file:.swichover/rollout")
    assert (code, out) == (2, "")
    assert err.startswith(
        "switchover: the store in .swichover/rollout (from --store) was never used by a worker or a command"
    )
    assert ("so nothing was changed" in err) is ("--create says that it is new" in err) is (command in CHANGES)
    monkeypatch.setenv("SWITCHOVER_ROLLOUT_STORE", f"file:{here.folder}/elsewhere")
    code, _, err = here.run(*arguments)
    assert (code, "the store in elsewhere (from SWITCHOVER_ROLLOUT_STORE) was never used" in err) == (2, True), err
    assert sorted(here.folder.rglob("*")) == before


@pytest.mark.parametrize("command", ["hold", "resume", "rollback"])
def test_create_says_that_a_new_store_is_meant(here: Project, command: str) -> None:
    assert here.run(command, "--store", "file:new", "--create", "--wait", "0")[0] == 0
    if command == "resume":  # there was nothing to release, so nothing was written
        assert not (here.folder / "new").exists()
    else:
        assert here.run("history", "--store", "file:new")[0] == 0
        assert here.run(command, "--store", "file:new", "--wait", "0")[0] == 0


@pytest.mark.parametrize("command", CHANGES)
def test_every_command_that_changes_something_says_how_a_new_store_is_meant(here: Project, command: str) -> None:
    code, out, _ = here.run(command, "--help")
    assert (code, "--create" in out) == (0, True)


def test_a_store_that_a_worker_followed_is_known_after_it_left(here: Project) -> None:
    here.store.leave("web-1")
    code, out, _ = here.run("rollback")
    assert (code, out.splitlines()[0]) == (1, "carried out: version 1 is in force")


def test_a_store_that_cannot_be_looked_at_does_not_stop_the_way_back_with_another_error(here: Project) -> None:
    loop = here.folder / "loop"
    loop.symlink_to(loop)
    code, _, err = here.run("rollback", "--store", "file:loop/rollout")
    assert (code, "Too many levels of symbolic links" in err) == (1, True), err
    code, _, err = here.run("status", "--store", "file:loop/rollout")
    assert (code, "Too many levels of symbolic links" in err) == (2, True), err
