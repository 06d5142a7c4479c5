"""`switchover doctor`: seven steps, judged from what is there."""

from __future__ import annotations

import json
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from support.operating import PLAN
from support.processes import ROOT
from switchover.cli import main
from switchover.cli.doctor import switching, tracing
from switchover.cli.doctor.pipelines import both_modes
from switchover.cli.doctor.sources import modules
from switchover.cli.doctor.switching import switch_point
from switchover.cli.doctor.tracing import traced
from switchover.contract import Document, OperationReader
from switchover.rehearsal import RehearsalReport
from switchover.rollout.plan import load
from unit.rehearsal.made import GOOD, report

Captured = pytest.CaptureFixture[str]

STEPS = (
    "contract frozen", "one switch point", "CI over both modes", "trust chosen", "trace end to end", "staged plan", "rollback rehearsed",
)  # fmt: skip
SWITCH = """\
import os


def diary(port, backend, rollout):
    direct = port.direct(backend)
    if os.environ.get("BACKEND_MODE") == "monolith":
        return direct
    return port.route(direct=direct, http=port.http("http://diary"), rollout=rollout)
"""
WORKFLOW = """\
jobs:
  test:
    strategy:
      matrix:
        mode: [monolith, service]
    env:
      BACKEND_MODE: ${{ matrix.mode }}
    steps:
      - run: pytest
"""


def judged(capsys: Captured, *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    code = main(["doctor", "--json", *arguments])
    told = json.loads(capsys.readouterr().out)
    assert [step["step"] for step in told["steps"]] == list(STEPS)
    assert told["ok"] is (code == 0) is all(step["state"] == "done" for step in told["steps"])
    assert all(("command" in step) is (step["state"] != "done") for step in told["steps"])
    return code, {step["step"]: step for step in told["steps"]}


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.fixture
def ready(bare: Path, capsys: Captured, request: pytest.FixtureRequest) -> Path:
    """A repository in which everything is done."""
    shutil.copy(ROOT / "tests" / "library" / "openapi.yaml", bare)
    name = f"said_{abs(hash(request.node.name))}"
    write(
        bare / "pyproject.toml",
        f'[tool.switchover]\ncontract = "openapi.yaml"\nconfiguration = ["{name}:trust"]\n',
    )
    write(bare / f"{name}.py", 'def trust():\n    yield "trust", "warning", ["open"]\n')
    write(bare / "shop" / "wiring.py", SWITCH + "\n\nrecorder = Recorder(spans=True)\n")
    write(bare / ".github" / "workflows" / "ci.yml", WORKFLOW)
    write(bare / "rollout.toml", PLAN)
    assert main(["freeze"]) == 0
    keep(bare, fresh(bare))
    capsys.readouterr()
    return bare


def fresh(folder: Path) -> RehearsalReport:
    """A report of this contract and this plan, from an hour ago."""
    document = Document.load(folder / "openapi.yaml")
    plan = load(folder / "rollout.toml", [operation for operation, _ in OperationReader(document).read()])
    found = report(GOOD)
    began = time.time() - 3600
    subject = replace(found.subject, began=began, contract_digest=document.digest, plan_digest=plan.digest)
    return replace(found, subject=subject)


def keep(folder: Path, found: RehearsalReport) -> None:
    write(folder / "rehearsal.json", json.dumps(found.to_json()))


def test_a_repository_with_nothing_is_helped(bare: Path, capsys: Captured) -> None:
    code, steps = judged(capsys)
    assert code == 1
    assert {step["state"] for step in steps.values()} == {"missing"}
    assert steps["contract frozen"]["message"] == "there is no contract openapi/openapi.yaml"
    assert "switchover freeze" in steps["contract frozen"]["command"]
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "1 contract frozen    MISSING  there is no contract openapi/openapi.yaml\n" in out
    assert "do: switchover rehearse\n" in out
    assert out.endswith("0 of 7 steps are done\n")


def test_a_repository_with_everything_is_well(ready: Path, capsys: Captured) -> None:
    code, steps = judged(capsys)
    assert code == 0, steps
    assert steps["one switch point"]["message"] == "shop/wiring.py:6 alone chooses by BACKEND_MODE"
    assert steps["trace end to end"]["places"] == ["shop/wiring.py:11"]
    assert steps["trust chosen"]["places"] == ["warning: open"]
    assert "4 operations in 2 waves, 4 stages" in steps["staged plan"]["message"]
    assert main(["doctor"]) == 0
    assert "do:" not in capsys.readouterr().out


def test_a_contract_that_is_another_than_was_agreed_is_wrong(ready: Path, capsys: Captured) -> None:
    path = ready / "openapi.yaml"
    path.write_text(path.read_text("utf-8") + "\n# changed\n")
    _, steps = judged(capsys)
    assert steps["contract frozen"]["state"] == "wrong"
    assert "contract.lock:1" in steps["contract frozen"]["places"][0]
    assert any("the contract has changed since" in place for place in steps["rollback rehearsed"]["places"])
    (ready / "contract.lock").unlink()
    assert judged(capsys)[1]["contract frozen"]["state"] == "missing"


def test_a_plan_that_cannot_be_used_is_wrong_with_its_place(ready: Path, capsys: Captured) -> None:
    write(ready / "rollout.toml", PLAN.replace('"getBook"]\nstages', '"getBok"]\nstages'))
    _, steps = judged(capsys)
    assert steps["staged plan"]["state"] == "wrong"
    assert any("did you mean getBook?" in place for place in steps["staged plan"]["places"])
    assert any("the plan has changed since" in place for place in steps["rollback rehearsed"]["places"])


def test_a_plan_that_has_changed_wants_another_rehearsal(ready: Path, capsys: Captured) -> None:
    write(ready / "rollout.toml", PLAN.replace("10m", "20m"))
    _, steps = judged(capsys)
    assert steps["staged plan"]["state"] == "done"
    (against,) = steps["rollback rehearsed"]["places"]
    assert against.startswith("the plan has changed since: sha256:")


def test_a_report_counts_while_it_is_young_and_passed(ready: Path, capsys: Captured) -> None:
    found = fresh(ready)
    for seconds, state in ((29 * 86_400, "done"), (31 * 86_400, "wrong"), (-3600, "wrong")):
        keep(ready, replace(found, subject=replace(found.subject, began=time.time() - seconds)))
        assert judged(capsys)[1]["rollback rehearsed"]["state"] == state
    keep(ready, replace(found, subject=replace(found.subject, began=time.time() - 31 * 86_400)))
    assert judged(capsys, "--days", "40")[0] == 0
    keep(ready, replace(found, measures=replace(GOOD, broken_off="interrupted")))
    assert judged(capsys)[1]["rollback rehearsed"]["places"] == ["it was missed: it was broken off: interrupted"]


def test_a_report_that_was_edited_is_wrong(ready: Path, capsys: Captured) -> None:
    path = ready / "rehearsal.json"
    path.write_text(path.read_text().replace("drill", "real"))
    step = judged(capsys)[1]["rollback rehearsed"]
    assert step["state"] == "wrong"
    assert step["places"] == ["#/digest does not fit the rest: it was edited, or cut off"]


@pytest.mark.parametrize(
    ("body", "trust", "trace"),
    [
        ('    yield "trust", "failed", ["no key"]', "wrong", "missing"),
        ('    yield "trust", "not set", ["no key"]', "not set", "missing"),
        ('    yield "trust", "ok", ["a key"]\n    yield "trust", "not set", ["no key"]', "not set", "missing"),
        ('    yield "trust", "ok", ["a key"]\n    yield "telemetry", "ok", ["traced"]', "done", "done"),
        ('    yield "telemetry", "failed", ["no collector"]', "missing", "wrong"),
        ('    yield "telemetry", "not set", ["nothing"]', "missing", "missing"),
    ],
)
def test_trust_and_trace_are_as_the_functions_of_the_team_say(
    ready: Path, capsys: Captured, request: pytest.FixtureRequest, body: str, trust: str, trace: str
) -> None:
    write(ready / "shop" / "wiring.py", SWITCH)
    name = next(ready.glob("said_*.py"))
    name.write_text(f"def trust():\n{body}\n")
    _, steps = judged(capsys)
    assert (steps["trust chosen"]["state"], steps["trace end to end"]["state"]) == (trust, trace)


def test_an_environment_that_lacks_a_key_is_told_apart_from_a_trust_that_nobody_chose(
    ready: Path, capsys: Captured
) -> None:
    next(ready.glob("said_*.py")).write_text(
        'def trust():\n    yield "trust", "not set", ["`shop key new` makes one"]\n'
    )
    step = judged(capsys)[1]["trust chosen"]
    assert (step["state"], step["places"]) == ("not set", ["not set: `shop key new` makes one"])
    assert step["command"].startswith("set what is not set, as its line says")
    assert main(["doctor"]) == 1
    assert "4 trust chosen       NOT SET  the code knows how trust is chosen" in capsys.readouterr().out


def test_whoever_watches_a_terminal_sees_what_is_looked_at_and_programs_do_not(
    ready: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["doctor"]) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(["doctor"]) == 0
    seen = capsys.readouterr().err
    assert [seen.count(f"looking at {number} of 7: {step} ") for number, step in enumerate(STEPS, 1)] == [1] * 7
    assert seen.endswith("\r\x1b[K")
    assert main(["doctor", "--json"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("days", ["0", "-1", "many"])
def test_days_are_a_number(bare: Path, capsys: Captured, days: str) -> None:
    with pytest.raises(SystemExit):
        main(["doctor", "--days", days])
    assert "is no number of days; it is 1 or more" in capsys.readouterr().err


def test_two_switch_points_are_named_and_readers_are_none(tmp_path: Path) -> None:
    write(tmp_path / "a" / "wiring.py", SWITCH)
    write(tmp_path / "settings.py", 'MODE = "BACKEND_MODE"\n"""BACKEND_MODE direct http"""\n')
    assert switch_point(modules(tmp_path, switching.MENTION)).state == "done"
    write(
        tmp_path / "b.py",
        "from app import open_http, open_direct\ndef make(*, backend_mode): ...\nmake(backend_mode=1)\n",
    )
    found = switch_point(modules(tmp_path, switching.MENTION))
    assert (found.state, found.places) == ("wrong", ("a/wiring.py:6", "b.py:2"))


def test_what_reads_the_mode_and_does_not_choose_is_told(tmp_path: Path) -> None:
    write(tmp_path / "settings.py", "import x\n\nMODE = x.BackendMode\n")
    found = switch_point(modules(tmp_path, switching.MENTION))
    assert (found.state, found.places) == (
        "missing",
        ("settings.py:3 reads it, and does not choose between direct and http",),
    )


@pytest.mark.parametrize(
    "name",
    [
        "tests/a.py",
        "test_a.py",
        "a_test.py",
        "conftest.py",
        ".venv/a.py",
        "node_modules/a.py",
        "benchmarks/a.py",
        "own/a.txt",
    ],
)
def test_tests_and_foreign_code_choose_nothing(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, SWITCH)
    write(tmp_path / "broken.py", "def (:\n")
    write(tmp_path / "made" / "pyvenv.cfg", "")
    write(tmp_path / "made" / "a.py", SWITCH)
    assert list(modules(tmp_path, switching.MENTION)) == []


@pytest.mark.parametrize(
    ("code", "is_traced"),
    [
        ("Recorder(spans=True)", True),
        ("switchover.Recorder(tracing=OpenTelemetryTracing())", True),
        ("providers.Singleton(Recorder, spans=True)", True),
        ("Recorder()", False),
        ("Recorder(spans=False)", False),
        ("Recorder(tracing=None)", False),
        ("Recorder(capacity=5)", False),
        ("Other(spans=True)", False),
        ("makers[0](spans=True)", False),
    ],
)
def test_a_recorder_traces_where_it_is_told_to(tmp_path: Path, code: str, is_traced: bool) -> None:
    write(tmp_path / "wiring.py", f"\nrecorder = {code}\n")
    assert list(traced(modules(tmp_path, tracing.MENTION))) == (["wiring.py:2"] if is_traced else [])


@pytest.mark.parametrize(
    ("name", "text", "state"),
    [
        (".github/workflows/ci.yml", WORKFLOW, "done"),
        (".github/workflows/ci.yml", WORKFLOW.replace("[monolith, service]", "[monolith]"), "wrong"),
        (".github/workflows/ci.yml", WORKFLOW.replace("      BACKEND_MODE", "      OTHER_MODE"), "missing"),
        (".github/workflows/ci.yml", WORKFLOW.replace("pytest", "ruff check"), "missing"),
        (".github/workflows/ci.yml", "{", "missing"),
        (".gitlab-ci.yml", "t:\n  script:\n    - BACKEND_MODE=monolith pytest\n    - BACKEND_MODE=service pytest\n", "done"),
        (".gitlab-ci.yml", "a:\n  variables: {BACKEND_MODE: service}\n  script: pytest\n  when:\n", "wrong"),
        (".ci/run", "for mode in monolith service; do\n  BACKEND_MODE=$mode pytest\ndone\n", "done"),
        (".ci/run", "BACKEND_MODE=${mode} pytest\n", "missing"),
        (".ci/run", "BACKEND_MODE=monolith make demo\nBACKEND_MODE=service pytest\n", "wrong"),
        (".ci/run", "pytest\n# BACKEND_MODE=monolith pytest\n# BACKEND_MODE=service pytest\n", "missing"),
        ("Makefile", "test:\n\tBACKEND_MODE=monolith uv run pytest\n\tBACKEND_MODE=service uv run pytest\n", "done"),
        ("tox.ini", "[testenv:a]\nsetenv = BACKEND_MODE=monolith\ncommands = pytest\n[testenv:b]\nsetenv = BACKEND_MODE = service\n", "done"),
        (
            "noxfile.py",
            dedent("""
                def a(session):
                    session.run("pytest", env={"BACKEND_MODE": "monolith"})
                    session.env["BACKEND_MODE"] = "service"
            """),
            "done",
        ),
        ("Jenkinsfile", "BACKEND_MODE=monolith make lint\n", "missing"),
    ],
)  # fmt: skip
def test_pipelines_run_tests_in_modes(tmp_path: Path, name: str, text: str, state: str) -> None:
    write(tmp_path / name, text)
    found = both_modes(tmp_path)
    assert found.state == state, found


def test_modes_add_up_over_files_and_each_is_told(tmp_path: Path) -> None:
    write(tmp_path / "Makefile", "test:\n\tpytest\n")
    write(tmp_path / ".ci" / "one", "BACKEND_MODE=monolith pytest\n")
    found = both_modes(tmp_path)
    assert found.message == "no tests run with BACKEND_MODE=service"
    assert found.places == (".ci/one runs tests in monolith", "Makefile runs tests in no mode in particular")
    write(tmp_path / ".ci" / "two", "BACKEND_MODE=service pytest\n")
    assert both_modes(tmp_path).places == (".ci/one runs tests in monolith", ".ci/two runs tests in service")


def test_livetrip_lacks_what_it_lacks_and_nothing_else(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.chdir(ROOT)
    for name in ("BACKEND_MODE", "LIVETRIP_TRUST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LIVETRIP_SERVICE_KEY", "a-key-for-tests-alone-0123456789abcdef")
    _, steps = judged(capsys)
    for name in ("contract frozen", "one switch point", "CI over both modes", "trust chosen", "staged plan"):
        assert steps[name]["state"] == "done", steps[name]
    assert steps["one switch point"]["message"].startswith("packages/adapters/src/livetrip_adapters/container.py:")
