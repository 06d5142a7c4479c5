"""The commands that change a rollout: what they do, say and record, and when they refuse."""

from __future__ import annotations

import getpass
import os
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from support.operating import Project, project
from support.processes import ROOT
from support.rollouts import FixedPlan, beat_at
from switchover.cli import settings
from switchover.cli.leaving import Leaving
from switchover.cli.operating import orders
from switchover.contract import Document
from switchover.errors import ChangeUnknown, StoreUnavailable
from switchover.rollout import RolloutState, Share
from switchover.rollout.orders import Operator
from switchover.rollout.plan import load
from switchover.rollout.record import Change
from switchover.rollout.stores import FakeRolloutStore, FileRolloutStore, WorkerSeen

LIBRARY = ROOT / "tests" / "library" / "openapi.yaml"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    made = project(tmp_path, monkeypatch, capsys)
    made.obeys()
    return made


class Obedient(FileRolloutStore):
    """Its only worker applies everything when it is asked after."""

    def workers(self, *, reports: bool = True) -> Sequence[WorkerSeen]:
        self.heartbeat(beat_at(self.load()))
        return super().workers(reports=reports)


@pytest.fixture
def obedient(here: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr("switchover.rollout.stores.opening.FileRolloutStore", Obedient)
    return here


def test_a_rollout_goes_up_and_back(obedient: Project) -> None:
    code, out, err = obedient.run("start")
    assert (code, err) == (0, "")
    assert out.startswith("carried out: version 1 is in force\n1 of 1 workers obeyed, 0.")
    assert out.endswith(" s after the order\n")
    assert obedient.run("promote", "reads", "--force", "--why", "baked elsewhere")[0] == 0
    assert obedient.store.load().shares == {"listBooks": Share(5000), "getBook": Share(5000)}
    assert obedient.run("set", "getBook", "12.5%", "--why", "half")[0] == 0
    assert obedient.run("set", "books", "2", "--why", "all of the cohort")[0] == 0
    assert set(obedient.store.load().shares.values()) == {Share(200)}
    assert obedient.run("set", "--all", "100", "--why", "done")[0] == 0
    assert obedient.run("rollback", "getBook", "--why", "slow")[0] == 0
    assert obedient.store.load().pinned == {"getBook"}
    assert obedient.run("rollback", "--why", "wrong")[0] == 0
    assert obedient.store.load().is_pinned
    assert obedient.run("resume")[0] == 0
    assert obedient.run("hold", "writes", "--why", "freeze")[0] == 0
    assert obedient.store.load().held == {"addBook", "lendBook"}
    code, out, _ = obedient.run("hold", "writes")
    assert (code, out.splitlines()[0]) == (0, "nothing to change: version 9 is in force")
    actions = ["start", "promote (forced)", "set", "set", "set", "rollback", "rollback", "resume", "hold"]
    assert [event.action for event in obedient.store.history()] == actions


def test_the_record_knows_who_why_the_digests_and_the_windows(obedient: Project) -> None:
    obedient.run("rollback", "--why", "wrong answers")
    obedient.run("resume", "--as", "Aiko")
    first, second = obedient.store.history()
    assert (first.who, first.why) == (f"{getpass.getuser()}@{socket.gethostname()}", "wrong answers")
    assert second.who == "Aiko"
    assert first.contract_digest == Document.load(obedient.folder / "openapi.yaml").digest
    assert first.plan_digest == load(obedient.folder / "rollout.toml").digest
    assert first.windows == {}


def test_who_has_no_name_on_this_machine_has_a_number(obedient: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert obedient.run("hold")[0] == 0
    assert obedient.store.history()[0].who == f"uid {os.getuid()}@{socket.gethostname()}"


def test_a_name_of_the_environment_that_is_too_long_keeps_nobody_from_going_back(
    obedient: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "kokoro" * 1000)
    assert obedient.run("rollback")[0] == 0
    assert obedient.store.history()[0].who == ("kokoro" * 1000)[:200]


def test_a_worker_that_does_not_obey_is_named_and_the_exit_code_says_so(here: Project) -> None:
    code, out, err = here.run("rollback", "--why", "wrong", "--wait", "0.05")
    assert (code, err) == (1, "")
    assert "0 of 1 workers obeyed, 0." in out
    assert "NOT OBEYED by web-1 (pid 1 on machine, version 0, 0." in out
    assert "kill -9 PID" in out
    assert here.store.load().is_pinned


def test_a_rollback_that_nobody_follows_is_no_success(here: Project) -> None:
    here.store.leave("web-1")
    code, out, _ = here.run("rollback", "--why", "wrong")
    assert (code, out.splitlines()[1]) == (1, "no worker follows this rollout, so there was nobody to obey")
    assert here.run("resume")[0] == 0


def test_not_waiting_is_told(here: Project) -> None:
    code, out, _ = here.run("rollback", "--why", "wrong", "--wait", "0")
    assert (code, out.splitlines()[1]) == (0, "not waited for workers; `switchover status` tells who obeys")


def test_progress_is_shown_to_whoever_watches_and_ctrl_c_says_what_is_in_force(
    here: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, 0.1, 3.2])
    monkeypatch.setattr(time, "monotonic", lambda: next(times, 9.0))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    def interrupted(_: float) -> None:
        if time.monotonic() > 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupted)
    code, out, err = here.run("rollback", "--why", "wrong")
    assert code == 130
    assert out.endswith("version 1 was put into force; who obeys was not waited for\n")
    assert "\rwaiting for workers to obey version 1: 3.2 s \r\x1b[K" in err
    assert err.endswith("switchover: interrupted\n")


def test_who_is_interrupted_after_a_version_was_passed_is_told_that_everything_was_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, leaving, said = FakeRolloutStore(), Leaving(), list[str]()
    operator = Operator(store, FixedPlan(), who="kokoro")
    state = operator.rollback(["getTrip"], why="slow")
    store.heartbeat(beat_at(RolloutState()))

    def sleep(_: float) -> None:
        said.append(leaving.done)
        store.heartbeat(beat_at(store.load()) if len(said) > 1 else beat_at(state, version=9, head="f" * 64))

    monkeypatch.setattr(time, "sleep", sleep)
    assert orders._waited(operator, state.version, 5, time.monotonic(), leaving).passed == 9
    assert "Version 10 passes it, and takes EVERY operation back" in said[1]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["rollback", "getBok", "--why", "x"], 1, "'getBok' is no operation, "),
        (["set", "getBook", "10"], 2, "the following arguments are required: --why"),
        (["set", "10", "--why", "x"], 2, "set takes names and a percentage"),
        (["set", "--all", "getBook", "10", "--why", "x"], 2, "set takes names and a percentage"),
        (["set", "getBook", "ten", "--why", "x"], 2, "is a percentage: 'ten' is no share: 0 to 100"),
        (["set", "getBook", "10", "--why", "x" * 4001], 2, "--why has 4001 characters; 4000 are the most"),
        (["start", "writes"], 1, "the wave 'reads' is at 0 %, and its last stage is 100 %: complete it first"),
        (["start", "--force"], 2, "--force overrules what protects the rollout; say why"),
        (["promote"], 1, "no wave is under way; start one"),
        (["hold", "--as", " "], 2, "--as takes a name"),
        (["hold", "--as", "x" * 201], 2, "--as takes a name"),
        (["hold", "--wait", "soon"], 2, "'soon' is no time; it is seconds, 0 to 86400"),
        (["hold", "--wait", "nan"], 2, "'nan' is no time"),
        (["watch", "--every", "0"], 2, "0 is no time between; write seconds, such as 2"),
        (["watch", "--count", "0"], 2, "0 is no count; it is 1 or more"),
        (["history", "--limit", "-1"], 2, "'-1' is no count; it is 0 or more"),
        (["start", "--contract", "no.yaml"], 2, "no.yaml:1 No such file or directory"),
        (["hold", "--store", "redis://"], 2, "this is no address of a store; write file:"),
        (["hold", "--plan", "no.toml", "--wait", "0"], 0, "going on without the plan: there is no no.toml"),
        (["start", "--plan", "no.toml"], 2, "there is no no.toml; `switchover plan init` writes one"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_with_what_would_help(
    here: Project, arguments: list[str], code: int, said: str
) -> None:
    found, _, err = here.run(*arguments)
    assert (found, said in err) == (code, True), err
    assert here.store.load().version == 0


def test_without_a_store_it_says_where_to_name_one(here: Project) -> None:
    (here.folder / "pyproject.toml").write_text('[tool.switchover]\ncontract = "openapi.yaml"\n')
    code, _, err = here.run("rollback", "--why", "x")
    assert code == 2
    assert "where is the state of the rollout kept? Say so in the environment, SWITCHOVER_ROLLOUT_STORE=" in err


def test_the_environment_names_another_store_and_the_command_line_a_third(
    here: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCHOVER_ROLLOUT_STORE", "file:elsewhere")
    here.run("hold", "--wait", "0", "--create")
    here.run("hold", "--wait", "0", "--create", "--store", "file:third")
    assert here.store.load().version == 0
    assert (here.folder / "elsewhere" / "state.json").is_file()
    assert (here.folder / "third" / "state.json").is_file()


def test_settings_that_cannot_be_used_are_told_where_nothing_else_names_a_store(here: Project) -> None:
    (here.folder / "pyproject.toml").write_text("[tool.switchover]\nstore = 3\n")
    code, _, err = here.run("history")
    assert (code, "'store' has to be a text" in err) == (2, True)


@pytest.mark.parametrize(
    ("command", "broken", "said"),
    [
        *(
            (name, "rollout.toml", "rollout.toml is no TOML")
            for name in ("status", "watch", "start", "resume", "explain")
        ),
        *((name, "openapi.yaml", "openapi.yaml:1") for name in ("start", "promote", "set")),
    ],
)
def test_a_contract_or_a_plan_that_cannot_be_used_keeps_a_command_that_needs_it_from_starting(
    here: Project, command: str, broken: str, said: str
) -> None:
    needed = {"watch": ["--count", "1"], "explain": ["--operation", "getBook"], "set": ["getBook", "1", "--why", "x"]}
    (here.folder / broken).write_text("[: broken")
    code, out, err = here.run(command, *needed.get(command, []))
    assert (code, out, said in err) == (2, "", True), err


def test_rollback_needs_no_contract_to_be_named(obedient: Project) -> None:
    obedient.run("start")
    (obedient.folder / "pyproject.toml").write_text('[tool.switchover]\nstore = "file:.switchover/rollout"\n')
    code, out, err = obedient.run("rollback", "reads", "--why", "wrong")
    assert (code, "going on without the digest of the contract: nothing names the contract" in err) == (0, True), err
    assert "1 of 1 workers obeyed" in out
    assert obedient.store.load().pinned == {"listBooks", "getBook"}


def broken_text(path: Path) -> None:
    path.write_text("[: broken")


def deeply_nested(path: Path) -> None:
    path.write_text("a = " + "[" * 100_000)


def no_utf8(path: Path) -> None:
    path.write_bytes(b"\xff")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def dangling(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


BREAKING = [broken_text, deeply_nested, no_utf8, folder, dangling, Path.unlink]


@pytest.mark.parametrize("breaking", BREAKING)
@pytest.mark.parametrize("broken", ["openapi.yaml", "contract.lock", "rollout.toml", "pyproject.toml"])
def test_rollback_depends_on_no_file_of_the_project(
    obedient: Project, broken: str, breaking: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert obedient.run("start")[0] == 0
    breaking(obedient.folder / broken)
    monkeypatch.setenv("SWITCHOVER_ROLLOUT_STORE", f"file:{obedient.folder}/.switchover/rollout")
    for arguments in (["getBook"], []):
        code, out, err = obedient.run("rollback", *arguments)
        assert (code, "1 of 1 workers obeyed" in out, "Traceback" in err) == (0, True, False), err
    assert obedient.store.load().pinned == {"getBook"}
    assert obedient.store.load().is_pinned
    event = obedient.store.history()[1]
    assert (event.action, event.why) == ("rollback", "not given")
    without_digest = "going on without the digest of the contract: " in err
    assert without_digest is (broken in ("contract.lock", "pyproject.toml"))
    assert event.contract_digest == ("" if without_digest else Document.load(LIBRARY).digest)
    if broken == "rollout.toml":
        assert "going on without the plan: " in err


def test_rollback_works_from_a_folder_that_was_removed(
    obedient: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SWITCHOVER_ROLLOUT_STORE", f"file:{obedient.folder}/.switchover/rollout")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    code, out, err = obedient.run("rollback")
    assert (code, "1 of 1 workers obeyed" in out, "going on without the plan: " in err) == (0, True, True), err
    assert obedient.store.load().is_pinned


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "not given"),
        (["--why", ""], "not given"),
        (["--why", " \t"], "not given"),
        (["--why", "x" * 5000], "x" * 4000),
        (["--as", " "], "not given"),
        (["--as", "x" * 300], "not given"),
    ],
)
def test_rollback_answers_a_missing_or_overlong_text_with_no_usage_error(
    obedient: Project, arguments: list[str], why: str
) -> None:
    code, out, err = obedient.run("rollback", *arguments)
    assert (code, err) == (0, ""), err
    assert "1 of 1 workers obeyed" in out
    (event,) = obedient.store.history()
    assert event.why == why
    assert event.who in (f"{getpass.getuser()}@{socket.gethostname()}", "x" * 200)


def test_a_store_that_does_not_answer_is_told_without_its_password(
    here: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCHOVER_ROLLOUT_STORE", "postgresql://diary:hunter2@127.0.0.1:1/diary")
    code, out, err = here.run("rollback", "--why", "x")
    assert (code, out) == (1, "")
    assert "PostgreSQL at 127.0.0.1/diary: " in err
    assert "\nnothing was changed, and workers keep to what they have. Bring the store back; " in err
    assert "hunter2" not in err


@pytest.mark.usefixtures("here")
def test_the_settings_do_not_show_the_store() -> None:
    found = settings.load(None)
    assert found.store == "file:.switchover/rollout"
    assert found.store not in repr(found)


class Losing(Obedient):
    """It makes a change, and its answer is lost."""

    def change(self, change: Change, *, expected: int) -> RolloutState:
        super().change(change, expected=expected)
        raise ChangeUnknown("the connection was cut")


class Mute(FileRolloutStore):
    """Nothing is known of its workers once something has changed."""

    def workers(self, *, reports: bool = True) -> Sequence[WorkerSeen]:
        if self.load().version:
            raise StoreUnavailable("the disk is gone")
        return super().workers(reports=reports)


@pytest.mark.parametrize(
    ("kind", "out", "said"),
    [
        (Losing, "", "the connection was cut\nthe change may be in force: `switchover status` shows it"),
        (Mute, "carried out: version 1 is in force\n", "the disk is gone\nversion 1 is in force; whether workers"),
    ],
)
def test_a_store_that_fails_during_a_change_or_after_it_says_what_that_means(
    here: Project, monkeypatch: pytest.MonkeyPatch, kind: type[FileRolloutStore], out: str, said: str
) -> None:
    monkeypatch.setattr("switchover.rollout.stores.opening.FileRolloutStore", kind)
    code, printed, err = here.run("hold", "--why", "x")
    assert (code, printed) == (1, out)
    assert err.startswith(f"switchover: {said}"), err
    assert here.store.load().version == 1


def test_without_a_plan_it_says_what_can_be_named(obedient: Project) -> None:
    obedient.run("start")
    (obedient.folder / "rollout.toml").unlink()
    code, _, err = obedient.run("rollback", "reads")
    assert (code, "cohorts and waves are unknown: name operations, or nothing for all of them" in err) == (1, True)
    assert "'reads' is no operation" in err
    assert obedient.store.load().version == 1
