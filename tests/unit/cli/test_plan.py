"""`switchover plan`: a plan is written once, held against the contract, and shown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support.processes import ROOT
from switchover.cli import main
from switchover.cli.plan import EPILOG
from switchover.rollout.plan import parse, schema_text

Captured = pytest.CaptureFixture[str]

PLAN = """\
[[waves]]
name = "reads"
operations = ["listBooks", "getBook"]
stages = ["0.5%", "100%"]
bake = ["5m", "1h"]

[[waves]]
name = "writes"
operations = ["addBook", "lendBook"]
stages = ["100%"]

[cohorts.books]
operations = ["listBooks", "getBook", "addBook", "lendBook"]

[users]
staff = "in"
slow = "out"
beta = "25%"

[overrides]
users = ["staff", "beta"]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a contract and no plan."""
    shutil.copy(ROOT / "tests" / "library" / "openapi.yaml", tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.switchover]\ncontract = "openapi.yaml"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_plan_is_written_that_passes_and_is_never_overwritten(project: Path, capsys: Captured) -> None:
    assert main(["plan", "init"]) == 0
    assert capsys.readouterr().out == "wrote rollout.toml; `switchover plan show` prints it as a table\n"
    text = (project / "rollout.toml").read_text("utf-8")
    assert main(["plan", "check"]) == 0
    first, note = capsys.readouterr().out.splitlines()
    assert first.startswith("rollout.toml plans all 4 operations in 2 waves, sha256:")
    assert note.startswith("note: cohorts.books: reads go over HTTP before writes do")
    (project / "rollout.toml").write_text("# mine\n" + text)
    assert main(["plan", "init"]) == 2
    assert capsys.readouterr().err == "switchover: rollout.toml is there already; --force overwrites it\n"
    assert (project / "rollout.toml").read_text("utf-8").startswith("# mine\n")
    assert main(["plan", "init", "--force"]) == 0
    assert (project / "rollout.toml").read_text("utf-8") == text


def test_a_plan_may_be_elsewhere(project: Path, capsys: Captured) -> None:
    (project / "pyproject.toml").write_text(
        '[tool.switchover]\ncontract = "openapi.yaml"\nrollout = "deploy/moving.toml"\n'
    )
    assert main(["check"]) == 1
    assert "rollout     FAILED   moving.toml cannot be read" in capsys.readouterr().out
    assert main(["plan", "init"]) == 0
    assert (project / "deploy" / "moving.toml").is_file()
    assert main(["plan", "check"]) == 0
    assert main(["plan", "init", "--plan", "mine.toml"]) == 0
    assert main(["plan", "check", "--plan", "mine.toml"]) == 0
    assert "mine.toml plans all 4 operations" in capsys.readouterr().out


def test_what_cannot_start_is_told_with_exit_code_2(project: Path, capsys: Captured) -> None:
    assert main(["plan", "check"]) == main(["plan", "show"]) == 2
    said = "switchover: there is no rollout.toml; `switchover plan init` writes one from the contract\n"
    assert capsys.readouterr().err == said * 2
    assert main(["plan", "init", "--plan", "openapi.yaml/rollout.toml"]) == 2
    assert "openapi.yaml/rollout.toml cannot be written: " in capsys.readouterr().err


def test_what_is_wrong_is_told_with_its_place(project: Path, capsys: Captured) -> None:
    main(["plan", "init"])
    path = project / "rollout.toml"
    path.write_text(path.read_text("utf-8").replace('"getBook"', '"getBok"'))
    capsys.readouterr()
    assert main(["plan", "check"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("switchover: rollout.toml cannot be used\n")
    assert "waves.reads.operations: getBok is not an operation of the contract; did you mean getBook?" in error
    assert main(["plan", "check", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert told["plan"] == "rollout.toml"
    assert {
        "line": 13,
        "key": "waves.reads.operations",
        "message": "getBok is not an operation of the contract; did you mean getBook?",
    } in told["findings"]


def test_a_check_is_told_as_json(project: Path, capsys: Captured) -> None:
    main(["plan", "init"])
    capsys.readouterr()
    assert main(["plan", "check", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert told["findings"] == []
    assert len(told["notes"]) == 1
    assert told["digest"] == parse((project / "rollout.toml").read_bytes()).digest


def test_a_plan_is_shown_as_a_table(project: Path, capsys: Captured) -> None:
    (project / "rollout.toml").write_text(PLAN)
    assert main(["plan", "show"]) == 0
    digest = parse((project / "rollout.toml").read_bytes()).digest
    assert capsys.readouterr().out == (
        "wave    operation                          cohort  stages         bake\n"
        "reads   listBooks  GET /books              books   0.5 % > 100 %  5m > 1h\n"
        "        getBook    GET /books/{isbn}       books\n"
        "writes  addBook    POST /books             books   100 %          10m\n"
        "        lendBook   PUT /books/{isbn}/loan  books\n"
        "\n"
        "users in staff: always over HTTP\n"
        "users in slow: always in-process\n"
        "users in beta: 25 % of them over HTTP\n"
        "may choose a side by header or cookie: users in beta, staff\n"
        f"digest: {digest}\n"
    )


def test_a_plan_is_shown_as_json(project: Path, capsys: Captured) -> None:
    (project / "rollout.toml").write_text(PLAN)
    assert main(["plan", "show", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["digest"] == parse(PLAN.encode()).digest
    assert told["waves"][0] == {
        "name": "reads",
        "operations": [{"id": "listBooks", "cohort": "books"}, {"id": "getBook", "cohort": "books"}],
        "stages": [{"share": "0.5 %", "bake": "5m"}, {"share": "100 %", "bake": "1h"}],
    }
    assert told["cohorts"][0]["salt"] == "books"
    assert told["users"] == {"staff": "100 %", "slow": "0 %", "beta": "25 %"}
    assert told["overrides"] == ["beta", "staff"]


def test_nobody_chooses_unless_the_plan_says_so(project: Path, capsys: Captured) -> None:
    main(["plan", "init"])
    assert main(["plan", "show"]) == 0
    assert "may choose a side by header or cookie: nobody\n" in capsys.readouterr().out


def test_the_schema_is_printed(project: Path, capsys: Captured) -> None:
    assert main(["plan", "schema"]) == 0
    assert capsys.readouterr().out == schema_text()


def test_the_check_has_a_line_for_the_rollout(project: Path, capsys: Captured) -> None:
    def line() -> str:
        capsys.readouterr()
        main(["check"])
        output = capsys.readouterr().out
        return output[output.index("\nrollout ") + 1 : output.index("boundaries")]

    assert line() == "rollout     skipped  there is no rollout.toml beside pyproject.toml\n"
    main(["plan", "init"])
    assert line().startswith("rollout     ok       rollout.toml plans all 4 operations: reads (2), writes (2); sha256:")
    (project / "rollout.toml").write_text("waves = 1")
    assert line() == (
        "rollout     FAILED   rollout.toml cannot be used\n"
        "                      line 1: waves: there is no list of tables, but what there is; write [[waves]] and below it, say,"
        ' name = "reads"\n'
    )


def test_the_help_teaches_with_a_plan(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["plan", "--help"])
    assert ended.value.code == 0
    output = capsys.readouterr().out
    example = EPILOG[EPILOG.index("  stages") : EPILOG.index("`switchover plan init`")]
    assert example in output
    assert parse(example.encode()).operations == ("getTrip", "listTrips")
