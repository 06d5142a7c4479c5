"""The way back on the command line throws the switch, whatever else is broken."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support.operating import Project, project
from support.rollouts import change


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    made = project(tmp_path, monkeypatch, capsys)
    made.store.change(change(getBook=5000), expected=0)
    made.obeys()
    return made


def as_garbage(path: Path) -> None:
    path.write_bytes(b"\x00garbage")


def as_another_users(path: Path) -> None:
    path.write_bytes(b"")
    path.chmod(0)


def as_a_circle(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize("command", [["rollback", "--why", "wrong"], ["hold", "getBook"]])
@pytest.mark.parametrize("spoil", [Path.mkdir, as_garbage, as_another_users, as_a_circle, os.mkfifo])
def test_a_heartbeat_that_cannot_be_read_does_not_keep_it_from_working_and_is_named(
    here: Project, spoil: Callable[[Path], None], command: list[str]
) -> None:
    spoil(here.folder / ".switchover" / "rollout" / "workers" / "x.json")
    code, out, _ = here.run(*command, "--wait", "0.05")
    state = here.store.load()
    assert (code, state.is_pinned or bool(state.held)) == (1, True)
    assert out.startswith("carried out: version 2 is in force\n")
    assert " x (heartbeat unreadable: " in out
    assert here.store.history()[-1].windows == {}


def test_without_figures_it_is_carried_out_and_says_so(here: Project, caplog: pytest.LogCaptureFixture) -> None:
    (here.folder / ".switchover" / "rollout" / "evidence").write_bytes(b"no folder")
    assert here.run("rollback", "--why", "wrong", "--wait", "0")[0] == 0
    assert here.store.load().is_pinned
    assert "version 2 is in force, without figures in the audit log: " in caplog.text


def test_figures_that_were_attached_are_shown_where_those_of_other_events_are(here: Project) -> None:
    here.run("rollback", "--why", "wrong", "--wait", "0")
    here.run("resume", "--wait", "0")
    code, out, _ = here.run("history", "--json", "--verify")
    told = json.loads(out)
    assert (code, told["ok"]) == (0, True)
    assert [event["windows"] for event in told["events"]] == [None, {}, {}]
    assert [bool(event["windows_at"]) for event in told["events"]] == [False, True, False]
