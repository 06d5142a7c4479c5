"""`switchover rehearse`: what it takes, and what it says where it cannot begin. The drill itself: tests/unit/rehearsal and the journeys."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.operating import Project, project
from support.rollouts import beat
from switchover.cli.interrupts import Interrupts
from switchover.rehearsal import report_of
from switchover.rollout.stores import FileRolloutStore

LOAD = '''\
"""Calls that need no system."""

from contextlib import asynccontextmanager

from switchover import SafeCall


async def answer():
    return {"title": "Kokoro"}


@asynccontextmanager
async def calls():
    yield [SafeCall("getBook", answer), SafeCall("listBooks", answer)]


@asynccontextmanager
async def unsafe():
    yield [SafeCall("addBook", answer)]
'''


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Project]:
    made = project(tmp_path, monkeypatch, capsys)
    (tmp_path / "shop_load.py").write_text(LOAD)
    said = (tmp_path / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(f'{said}rehearsal = "shop_load:calls"\n')
    yield made
    sys.modules.pop("shop_load", None)


class Obedient(FileRolloutStore):
    """A store whose one worker obeys at once; it tells nothing of its calls."""

    def workers(self, *, reports: bool = True):  # type: ignore[no-untyped-def]
        self.heartbeat(beat("web-1", self.load().version))
        return super().workers(reports=reports)


@pytest.fixture
def obedient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switchover.rollout.stores.opening.FileRolloutStore", Obedient)


FAST = ("--hold", "1ms", "--rate", "1000", "--most", "5", "--stages", "50,100")


@pytest.mark.usefixtures("obedient")
def test_it_moves_up_and_back_and_keeps_the_report(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switchover.rehearsal.drill._TELLING_SECONDS", 0.2)
    code, out, err = shop.run("rehearse", *FAST, "--why", "drill", "--as", "kokoro")
    assert (code, err) == (1, "")
    assert out.startswith(
        "asking every call of the load for its answer\nmoving listBooks, getBook under 1000 calls/s\nset 50 %"
    )
    assert "no worker told of a call over HTTP of listBooks, getBook" in out
    assert out.endswith("kept in rehearsal.json and rehearsal.md\n")
    report = report_of((shop.folder / "rehearsal.json").read_bytes())
    assert report.subject.operations == ("listBooks", "getBook")
    assert (report.subject.who, report.subject.why, report.subject.load) == ("kokoro", "drill", "shop_load:calls")
    assert report.subject.workers[0].startswith("web-1 (pid 1 on ")
    assert report.measures.calls > 0
    assert report.measures.failed == report.measures.wrong == 0
    state = shop.store.load()
    assert (state.shares, state.pinned) == ({}, frozenset())
    assert all(event.contract_digest == report.subject.contract_digest for event in shop.store.history())
    assert {event.who for event in shop.store.history()} == {"kokoro"}
    code, out, err = shop.run("rehearse", *FAST, "--json", "--report", "evidence.json", "getBook")
    assert code == 1
    assert json.loads(out) == json.loads((shop.folder / "evidence.json").read_text("utf-8"))
    assert "\nmoving getBook under 1000 calls/s\n" in err
    assert (shop.folder / "evidence.md").is_file()


@pytest.mark.usefixtures("obedient")
def test_a_load_that_is_not_safe_moves_nothing(shop: Project) -> None:
    path = shop.folder / "pyproject.toml"
    path.write_text(path.read_text().replace("shop_load:calls", "shop_load:unsafe"))
    code, _, err = shop.run("rehearse")
    assert code == 1
    assert "the load calls addBook, which the contract does not have as safe operations" in err
    assert shop.store.load().version == 0


def test_nobody_to_obey_is_told(shop: Project) -> None:
    code, _, err = shop.run("rehearse")
    assert code == 1
    assert err == "switchover: no worker follows this rollout, so there is nobody to obey\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["addBook"], 1, "addBook changes something"),
        (["--report", "report.txt"], 2, "report.txt: a report is kept as FILE.json, and beside it as FILE.md"),
        (["--report", "gone/report.json"], 2, "gone/report.json cannot be written: gone is no folder"),
        (["--why", "x" * 2001], 2, "--why has 2001 characters; 2000 are the most"),
        (["--as", " "], 2, "--as takes a name"),
        (["--plan", "gone.toml"], 2, "there is no gone.toml; `switchover plan init` writes one"),
        (["--store", "redis://x"], 2, "this is no address of a store"),
        (["--rate", "0"], 2, "'0' is no rate: more than 0 and at most 10000 calls per second"),
        (["--rate", "fast"], 2, "'fast' is no rate"),
        (["--rate", "nan"], 2, "'nan' is no rate"),
        (["--most", "0"], 2, "'0' is no number of calls: 1 to 1000"),
        (["--most", "many"], 2, "'many' is no number of calls"),
        (["--hold", "3"], 2, "'3' has no unit; write 3s"),
        (["--stages", "1,101"], 2, "'101' is no share"),
        (["--stages", "0,10"], 2, "stages rise, and begin above 0"),
        (["--stages", "10,10"], 2, "stages rise, and begin above 0"),
    ],
)
def test_what_cannot_be_meant_is_refused(shop: Project, arguments: list[str], code: int, said: str) -> None:
    found, _, err = shop.run("rehearse", *arguments)
    assert found == code
    assert said in err
    assert not (shop.folder / "rehearsal.json").exists()


def test_without_a_load_it_says_how_to_name_one(shop: Project) -> None:
    path = shop.folder / "pyproject.toml"
    path.write_text(path.read_text().replace('rehearsal = "shop_load:calls"\n', ""))
    assert shop.run("rehearse") == (
        2, "", 'switchover: which calls? Name a function in [tool.switchover]: rehearsal = "module:function"\n',
    )  # fmt: skip
    path.write_text(path.read_text() + 'rehearsal = "shop load"\n')
    code, _, err = shop.run("rehearse")
    assert code == 2
    assert "'rehearsal' has to be module:Name, not 'shop load'" in err


@pytest.mark.parametrize(
    ("number", "what"),
    [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "terminated"), (signal.SIGHUP, "the terminal is gone")],
)
def test_signals_are_noted_and_nothing_else(number: signal.Signals, what: str) -> None:
    before = signal.getsignal(number)
    with Interrupts() as interrupts:
        assert (interrupts.what(), interrupts.code) == ("", 0)
        os.kill(os.getpid(), number)
        assert (interrupts.what(), interrupts.code) == (what, 128 + number)
    assert signal.getsignal(number) is before
