"""What `status` says to a monitor: 0 healthy, 1 something is wrong, 2 cannot say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.operating import Project, project
from support.rollouts import beat, change
from switchover.rollout import CircuitState
from switchover.rollout.record import Change, Edit
from switchover.rollout.reporting import OperationReport
from switchover.rollout.windows import LatencySketch, WindowSnapshot


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return project(tmp_path, monkeypatch, capsys)


def window(ok: int = 0, failed: int = 0, seconds: float = 0.003) -> WindowSnapshot:
    return WindowSnapshot(seconds=10, ok=ok, failed=failed, latency=LatencySketch.of([seconds] * (ok + failed)))


def report(
    *,
    direct: WindowSnapshot | None = None,
    http: WindowSnapshot | None = None,
    circuit: CircuitState = CircuitState.CLOSED,
) -> dict[str, Any]:
    made = OperationReport(direct=direct or window(), http=http or window(), circuit=circuit, last_http_at=None)
    return {"format": 1, "at": 1.0, "operations": {"getBook": made.to_json()}, "leftOut": 0}


def on_side(side: str, calls: WindowSnapshot) -> dict[str, Any]:
    return report(direct=calls) if side == "direct" else report(http=calls)


def judged(here: Project) -> tuple[int, list[str]]:
    """The exit code and the reasons, which are the same for people and for programs."""
    code, out, err = here.run("status", "--json")
    verdict = json.loads(out)["verdict"]
    assert (verdict["exitCode"], err) == (code, "")
    assert verdict["state"] == ("healthy", "wrong", "unknown")[code]
    shown, out, err = here.run("status")
    assert (shown, err) == (code, "")
    word = ("healthy", "WRONG: ", "CANNOT SAY: ")[code]
    lines = [line.removeprefix(word) for line in out.splitlines() if line.startswith(word)]
    assert len(lines) == max(1, len(verdict["reasons"]))
    return code, verdict["reasons"]


def test_workers_that_follow_and_calls_that_go_well_are_healthy(here: Project) -> None:
    here.obeys("web-1", **report(direct=window(ok=500), http=window(ok=500, failed=4)))
    here.obeys("web-2", **report(direct=window(ok=500), http=window(ok=500)))
    assert judged(here) == (0, [])


def test_kill_switch_and_hold_are_decisions_and_no_fault(here: Project) -> None:
    edit = Edit(held={"addBook": True}, pinned={"lendBook": True}, is_pinned=True)
    here.store.change(Change(edit=edit, action="hold", who="kokoro"), expected=0)
    here.obeys()
    assert judged(here) == (0, [])


def test_without_a_worker_it_cannot_say(here: Project) -> None:
    here.store.change(change(getBook=100), expected=0)
    assert judged(here) == (2, ["no worker follows this rollout"])


def test_a_worker_that_has_not_converged_is_wrong(here: Project) -> None:
    here.store.change(change(getBook=100), expected=0)
    here.obeys("web-1")
    here.store.heartbeat(beat("web-2", 0))
    code, (reason,) = judged(here)
    assert code == 1
    assert reason.startswith("worker web-2 (pid 1 on machine, version 0, ")
    assert reason.endswith(") has not converged: it has not applied version 1")


def test_a_worker_that_reports_a_problem_is_wrong(here: Project) -> None:
    here.store.heartbeat(beat("web-1", 0, problem="no disk"))
    code, (reason,) = judged(here)
    assert (code, reason.endswith("no disk) has not converged: it reports a problem")) == (1, True), reason


@pytest.mark.parametrize("state", [CircuitState.OPEN, CircuitState.HALF_OPEN])
def test_a_circuit_that_is_not_closed_is_wrong(here: Project, state: CircuitState) -> None:
    here.obeys("web-1", **report(circuit=state))
    here.obeys("web-2", **report())
    word = state.value.replace("_", " ")
    assert judged(here) == (1, [f"getBook: the circuit is {word} in 1 of 2 workers"])


@pytest.mark.parametrize(("side", "where"), [("direct", "in-process"), ("http", "over HTTP")])
def test_a_side_that_fails_calls_is_wrong(here: Project, side: str, where: str) -> None:
    here.obeys("web-1", **on_side(side, window(ok=99)))
    here.obeys("web-2", **on_side(side, window(ok=100, failed=1)))
    assert judged(here) == (0, [])  # 0.5 %
    here.obeys("web-2", **on_side(side, window(ok=99, failed=2)))
    assert judged(here) == (1, [f"getBook {where}: 1 % of 200 calls failed; the objective is less than 1 %"])


@pytest.mark.parametrize(("side", "where"), [("direct", "in-process"), ("http", "over HTTP")])
def test_a_side_that_is_slow_is_wrong(here: Project, side: str, where: str) -> None:
    here.obeys("web-1", **on_side(side, window(ok=10, seconds=0.9)))
    code, (reason,) = judged(here)
    assert code == 1
    assert reason == f"getBook {where}: the p95 is 898ms; the objective is 300ms"


def test_few_calls_are_not_judged(here: Project) -> None:
    here.obeys("web-1", **report(http=window(ok=6, failed=3, seconds=9)))
    assert judged(here) == (0, [])


def test_the_objectives_are_those_of_the_project(here: Project) -> None:
    objectives = 'error_rate = "5%"\nminimum_calls = 20\n[operations.getBook]\np95 = "2s"\n'
    (here.folder / "slo.toml").write_text(objectives)
    here.obeys("web-1", **report(http=window(ok=96, failed=4, seconds=1.5)))
    assert judged(here) == (0, [])
    here.obeys("web-1", **report(http=window(ok=15, failed=4, seconds=9)))
    assert judged(here) == (0, [])
    here.obeys("web-1", **report(http=window(ok=16, failed=4)))
    assert judged(here) == (1, ["getBook over HTTP: 20 % of 20 calls failed; the objective is less than 5 %"])


def test_unusable_objectives_hide_neither_the_table_nor_what_is_wrong_without_them(here: Project) -> None:
    (here.folder / "slo.toml").write_text("p95 = 3")
    here.obeys()
    code, out, err = here.run("status")
    assert (code, err, "getBook" in out) == (2, "", True)
    said = 'CANNOT SAY: slo.toml cannot be used: p95: 3 has no unit; write a text in quotes, such as "300ms" or "5m"'
    assert out.splitlines()[1] == said
    here.obeys("web-1", **report(circuit=CircuitState.OPEN))
    assert judged(here) == (1, ["getBook: the circuit is open in 1 of 1 workers"])


@pytest.mark.parametrize("broken", ["rollout.toml", "pyproject.toml"])
def test_unusable_settings_are_no_verdict(here: Project, broken: str) -> None:
    here.obeys()
    (here.folder / broken).write_text("[: broken")
    code, out, err = here.run("status")
    assert (code, out, broken in err) == (2, "", True), err
    code, out, err = here.run("status", "--json")
    verdict = json.loads(out)["verdict"]
    assert (code, verdict["state"], verdict["exitCode"], broken in verdict["reasons"][0]) == (2, "unknown", 2, True)


def test_a_store_that_does_not_answer_is_no_verdict(here: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHOVER_ROLLOUT_STORE", "postgresql://diary:hunter2@127.0.0.1:1/diary")
    code, out, err = here.run("status", "--json")
    assert (code, json.loads(out)["verdict"]["state"]) == (2, "unknown")
    assert "hunter2" not in out + err
    assert here.run("status")[:2] == (2, "")


def test_the_exit_codes_are_in_the_help(here: Project) -> None:
    out = here.run("status", "--help")[1]
    for said in ("0 healthy", "1 something is wrong", "2 cannot\nsay"):
        assert said in out
