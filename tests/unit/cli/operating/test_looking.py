"""`status`, `watch`, `history`, `explain`: what an operator sees is what there is."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from support.operating import Project, project
from support.rollouts import beat, beat_at, change
from switchover.errors import StoreUnavailable
from switchover.rollout import CircuitState
from switchover.rollout.fleet import Fleet, FleetView
from switchover.rollout.record import Change, Edit
from switchover.rollout.reporting import OperationReport
from switchover.rollout.stores import FileRolloutStore
from switchover.rollout.windows import LatencySketch, WindowSnapshot


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return project(tmp_path, monkeypatch, capsys)


def reported(circuit: CircuitState = CircuitState.OPEN) -> dict[str, Any]:
    direct = WindowSnapshot(seconds=10, ok=3, latency=LatencySketch.of([0.003] * 3))
    http = WindowSnapshot(seconds=10, failed=1, latency=LatencySketch.of([2.0]))
    report = OperationReport(direct=direct, http=http, circuit=circuit, last_http_at=1.5)
    return {"format": 1, "at": 1.0, "operations": {"getBook": report.to_json()}, "leftOut": 1}


def line_of(text: str, word: str) -> str:
    return next(line for line in text.splitlines() if word in line)


def row_of(text: str, worker: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"{worker} "))


def test_a_rollout_is_seen_at_a_glance(here: Project) -> None:
    edit = Edit(held={"addBook": True}, pinned={"lendBook": True})
    here.store.change(change(getBook=5000, listBooks=100), expected=0)
    here.store.change(Change(edit=edit, action="hold", who="kokoro"), expected=1)
    here.obeys("web-1", **reported())
    here.obeys("web-2")
    code, out, err = here.run("status")
    assert (code, err) == (1, "")
    assert out.splitlines()[0].endswith("UTC: version 2, 2 of 2 workers obey")
    assert out.splitlines()[1] == "WRONG: getBook: the circuit is open in 1 of 1 workers"
    assert "wave reads bakes for another 10min" in out
    words = "getBook 2/3 50 % 25.0 % 4 3.02ms/3.02ms 0 % 2.03s/2.03s 100.0 % OPEN in 1 of 1"
    assert line_of(out.split("\n\n", 1)[1], "getBook").split() == words.split()
    assert line_of(out, "listBooks").split() == "reads listBooks 1/3 1 % - 0 - - - - -".split()
    assert line_of(out, "addBook").endswith(" held")
    assert line_of(out, "lendBook").endswith(" PINNED")
    assert out.splitlines()[-1].startswith("1 operations were not reported")


def test_who_does_not_obey_is_seen_with_what_keeps_it(here: Project) -> None:
    here.store.change(change(pin_all=True), expected=0)
    here.store.heartbeat(beat("web-2", 0, problem="version 1 cannot be applied\x1b[2J"))
    here.obeys("web-1")
    here.store.heartbeat(beat("web-3", 1, problem="out of breath"))
    code, out, _ = here.run("status")
    assert code == 1
    assert "version 1, 1 of 3 workers obey" in out
    assert "KILL SWITCH: every operation stays in-process" in out
    assert next(line for line in out.splitlines() if line.startswith("WRONG")).endswith(
        "has not converged: it reports a problem"
    )
    late = row_of(out, "web-2")
    assert re.match(
        r"web-2 +1 on machine +0 +[0-9.]+m?s +-  NOT CONVERGED: it reports a problem: version 1 cannot be", late
    )
    assert late.endswith("version 1 cannot be applied\\x1b[2J")
    assert row_of(out, "web-3").endswith("NOT CONVERGED: it reports a problem: out of breath")
    assert row_of(out, "web-1").endswith("-  converged")


def test_status_tells_age_lease_and_another_history(here: Project) -> None:
    state = here.store.change(change(pin_all=True), expected=0)
    here.store.heartbeat(beat_at(state, "web-1", lease_seconds=60.0))
    here.store.heartbeat(beat_at(state, "web-2", head="f" * 64))
    here.store.heartbeat(beat_at(state, "web-3", version=9, head="f" * 64))
    here.store.heartbeat(beat("web-4", 1))
    here.store.heartbeat(beat_at(state, "master", is_parent=True))
    code, out, _ = here.run("status")
    assert (code, "version 1, 2 of 4 workers obey" in out) == (1, True)
    assert re.search(r"^web-1 +1 on machine +1 +[0-9.]+m?s +60s  converged$", out, re.MULTILINE)
    for worker, version in (("web-2", 1), ("web-3", 9)):
        what = f"NOT CONVERGED: it holds version {version} of another history, which this store does not have"
        assert row_of(out, worker).endswith(what)
    assert row_of(out, "web-4").endswith("converged, judged by its version alone")
    assert "(1 more only forked workers, and made no call)" in out
    told = {worker["id"]: worker for worker in json.loads(here.run("status", "--json")[1])["workers"]}
    assert (told["web-1"]["leaseSeconds"], told["web-1"]["standing"]) == (60.0, "converged")
    assert (told["web-2"]["standing"], told["web-2"]["head"]) == ("diverged", "f" * 64)


def test_of_many_workers_all_that_have_not_converged_are_listed(here: Project) -> None:
    state = here.store.change(change(pin_all=True), expected=0)
    for number in range(30):
        here.store.heartbeat(beat_at(state, f"well-{number}"))
        here.store.heartbeat(beat_at(state, f"late-{number}", version=0, head="0" * 64))
    out = here.run("status")[1]
    assert (out.count("NOT CONVERGED"), out.count("  converged")) == (30, 0)
    assert "(30 more that have converged)" in out


def test_programs_are_told_the_same(here: Project) -> None:
    here.obeys("web-1", **reported(CircuitState.HALF_OPEN))
    code, out, _ = here.run("status", "--json")
    told = json.loads(out)
    assert code == 1
    (trip,) = [it for it in told["operations"] if it["operation"] == "getBook"]
    assert (trip["measuredPercent"], trip["http"]["errorRate"], trip["lastHttpAt"]) == (25.0, 1.0, 1.5)
    assert trip["circuits"] == {"closed": 0, "open": 0, "halfOpen": 1}
    assert told["workers"][0]["isObeying"] is True
    assert "half open in 1 of 1" in here.run("status")[1]


def test_a_watch_without_a_terminal_is_a_block_for_each_interval(here: Project) -> None:
    here.obeys()
    code, out, _ = here.run("watch", "--every", "0.01", "--count", "3")
    assert code == 0
    assert out.count("rollout at ") == 3
    assert "\x1b" not in out


def test_a_watch_in_a_terminal_redraws_and_gives_the_cursor_back_at_ctrl_c(
    here: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.obeys()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupted)
    code, out, err = here.run("watch")
    assert (code, err) == (0, "")
    assert out.startswith("\x1b[?25l\x1b[H\x1b[Jrollout at ")
    assert out.endswith("\x1b[?25h")


def test_a_watch_gets_over_a_store_that_does_not_answer(here: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    here.obeys()
    views, seen = Fleet.view, []

    def view(self: Fleet) -> FleetView:
        seen.append(1)
        if len(seen) in (1, 3):
            raise StoreUnavailable("gone\x1b")
        return views(self)

    monkeypatch.setattr(Fleet, "view", view)
    code, out, _ = here.run("watch", "--every", "0.01", "--count", "4")
    assert code == 0
    assert out.count("THE STORE DOES NOT ANSWER: gone\\x1b\nworkers keep to what they have; seen last:") == 2
    assert out.startswith("THE STORE DOES NOT ANSWER: gone\\x1b")
    assert "nothing has been seen yet" in out
    assert out.count("rollout at ") == 3


def test_the_record_is_shown_and_held_to_itself(here: Project) -> None:
    here.obeys()
    assert here.run("history")[1] == "nothing has been changed yet\n"
    for version in range(3):
        here.store.change(change("set", why=f"reason {version}\x1b", getBook=100 * version), expected=version)
    here.store.change(change("rollback", pin_all=True, getBook=0), expected=3)
    edit = Edit(held={"getBook": True, "addBook": False}, pinned={"getBook": False, "addBook": True}, is_pinned=False)
    here.store.change(Change(edit=edit, action="resume", who="kokoro"), expected=4)
    code, out, _ = here.run("history", "--verify", "--limit", "3")
    assert code == 0
    assert line_of(out, "reason 2").split()[2:] == "kokoro set reason 2\\x1b getBook 1 % > 2 %".split()
    assert "kill switch on for all; getBook 2 % > 0 %" in out
    assert "kill switch off; addBook pinned; getBook not pinned; addBook not held; getBook held" in out
    assert "(2 before these; --limit 0 shows all)" in out
    assert "all 5 events hold, and lead to what is in force" in out
    assert f"head: {here.store.load().head}" in out
    assert "before these" not in here.run("history", "--limit", "0")[1]


def test_what_became_of_several_operations_alike_is_said_once_and_last(here: Project) -> None:
    here.run("hold", "--wait", "0", "--create")
    here.run("hold", "reads", "--why", "again", "--wait", "0")
    here.run("rollback", "reads", "--why", "slow", "--wait", "0")
    out = here.run("history")[1]
    assert line_of(out, "hold").endswith("addBook, getBook, lendBook, listBooks held")
    assert line_of(out, "slow").endswith(" slow  getBook, listBooks pinned")


@pytest.mark.parametrize("how", ["edited", "unreadable", "taken out", "state"])
def test_tampering_is_found_with_its_place(here: Project, how: str) -> None:
    for version in range(3):
        here.store.change(change(getBook=100 * version + 1, why="because"), expected=version)
    path = here.folder / ".switchover" / "rollout" / "history.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    if how == "edited":
        lines[1] = lines[1].replace(b"because", b"no idea")
    elif how == "unreadable":
        lines[1] = b"garbage\x00\n"
    elif how == "taken out":
        del lines[1]
    else:
        lines[1] = b"garbage\n"
        (path.parent / "state.json").write_bytes(b"garbage")
    path.write_bytes(b"".join(lines))
    code, out, err = here.run("history", "--verify")
    assert (code, err) == (1, "")
    assert "DOES NOT HOLD: event 2: " in out
    assert ("head: " in out) is (how != "state")
    assert ("what is in force cannot be read" in out) is (how == "state")
    code, out, _ = here.run("history", "--verify", "--json")
    told = json.loads(out)
    assert (code, told["ok"], told["findings"][0]["position"]) == (1, False, 2)
    assert ("unreadable" in told["events"][1]) is (how in ("unreadable", "state"))
    assert here.run("history")[0] == 0


def test_where_a_user_would_go_is_told_with_each_step(here: Project) -> None:
    here.store.change(change(getBook=5000), expected=0)
    here.obeys("web-1", **reported())
    code, out, _ = here.run("explain", "--user", "aiko", "--operation", "getBook", "--group", "staff")
    assert code == 0
    assert out.startswith("getBook goes over HTTP (group), by version 1:\n")
    assert "> groups" in " ".join(line_of(out, "staff, of which").split())
    assert "but the circuit is not closed in 1 of 1 workers: there it stays in-process" in out
    code, out, _ = here.run("explain", "--session", "s1", "--operation", "addBook", "--backend", "http", "--json")
    told = json.loads(out)
    assert (told["side"], told["reason"], told["known_by"], told["circuit"]) == ("direct", "none", "session", "")
    code, _, err = here.run("explain", "--user", "aiko", "--operation", "getBok")
    assert (code, "there is no operation 'getBok'; there are listBooks, getBook" in err) == (2, True)


def test_the_store_is_given_back(here: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(FileRolloutStore, "close", lambda _: closed.append(True))
    here.run("status")
    here.run("start", "nonsense")
    assert closed == [True, True]
