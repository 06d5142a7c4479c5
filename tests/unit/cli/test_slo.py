"""`switchover slo`: files that follow from slo.toml, written once and held to it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.processes import ROOT
from switchover.cli import main
from switchover.cli.slo import EPILOG
from switchover.telemetry.objectives import Objective, Objectives, Percentage, parse

RULES = Path("deploy/prometheus/switchover.rules.yml")
DASHBOARD = Path("deploy/prometheus/switchover.dashboard.json")

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a contract and objectives."""
    shutil.copy(ROOT / "tests" / "library" / "openapi.yaml", tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.switchover]\ncontract = "openapi.yaml"\n')
    (tmp_path / "slo.toml").write_text('p95 = "200ms"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_files_are_written_once(project: Path, capsys: Captured) -> None:
    assert main(["slo", "rules"]) == main(["slo", "dashboard"]) == 0
    assert capsys.readouterr().out == f"wrote {RULES}\nwrote {DASHBOARD}\n"
    assert "> 0.2\n" in (project / RULES).read_text("utf-8")
    assert main(["slo", "rules"]) == 0
    assert capsys.readouterr().out == f"{RULES} was current\n"


@pytest.mark.parametrize(("name", "path"), [("rules", RULES), ("dashboard", DASHBOARD)])
def test_a_file_that_differs_from_the_objectives_is_told(
    name: str, path: Path, project: Path, capsys: Captured
) -> None:
    assert main(["slo", name, "--check"]) == 1
    assert capsys.readouterr().out == f"{path} has not been written\n"
    assert not (project / path).exists()
    assert main(["slo", name]) == main(["slo", name, "--check"]) == 0
    assert capsys.readouterr().out == f"wrote {path}\n{path} is current\n"
    (project / "slo.toml").write_text('p95 = "201ms"\n')
    before = (project / path).read_bytes()
    assert main(["slo", name, "--check"]) == 1
    assert capsys.readouterr().out == f"{path} differs from the objectives\n"
    assert (project / path).read_bytes() == before


def test_both_ends_may_be_named(project: Path, capsys: Captured, tmp_path: Path) -> None:
    (project / "other.toml").write_text('p95 = "77ms"\n')
    elsewhere = tmp_path / "deep" / "down.yml"
    assert main(["slo", "rules", "--objectives", "other.toml", "--output", str(elsewhere)]) == 0
    assert "> 0.077\n" in elsewhere.read_text("utf-8")
    capsys.readouterr()
    assert main(["slo", "rules", "--objectives", "other.toml", "--output", "-"]) == 0
    assert capsys.readouterr().out == elsewhere.read_text("utf-8")
    assert not (project / RULES).exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--objectives", "nowhere.toml"], "there is no nowhere.toml; an empty one means these defaults:\n\n  window"),
        (["--check", "--output", "-"], "--check compares a file, and standard output is none"),
        (["--output", "slo.toml/rules.yml"], "slo.toml/rules.yml cannot be written: "),
    ],
)
def test_what_cannot_start_is_told_with_exit_code_2(
    arguments: list[str], said: str, project: Path, capsys: Captured
) -> None:
    assert main(["slo", "rules", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_an_operation_that_the_contract_does_not_have_is_told(project: Path, capsys: Captured) -> None:
    (project / "slo.toml").write_text('[operations.getBok]\np95 = "1s"\n')
    assert main(["slo", "rules"]) == 1
    assert "operations.getBok: is not an operation of the contract; did you mean getBook?" in capsys.readouterr().err


def test_the_check_has_a_line_for_objectives(project: Path, capsys: Captured) -> None:
    def line() -> str:
        capsys.readouterr()
        main(["check"])
        output = capsys.readouterr().out
        return output[output.index("objectives") : output.index("rollout ")]

    assert "FAILED   files differ from slo.toml" in line()
    assert f"{RULES}; run `switchover slo rules`" in line()
    main(["slo", "rules"])
    assert str(RULES) not in line()
    assert f"{DASHBOARD}; run `switchover slo dashboard`" in line()
    main(["slo", "dashboard"])
    assert line().split(maxsplit=2) == [
        "objectives",
        "ok",
        "rules and dashboard are current: errors < 1%, p95 < 200ms within 5m, availability 99.9%, own objectives of 0 operations\n",
    ]
    (project / "slo.toml").write_text("p95 = 200\n")
    assert "FAILED   slo.toml cannot be used" in line()
    assert "p95: 200 has no unit" in line()
    (project / "slo.toml").unlink()
    assert "skipped  there is no slo.toml beside pyproject.toml" in line()


def test_the_help_teaches_with_the_defaults(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["slo", "--help"])
    assert ended.value.code == 0
    output = capsys.readouterr().out
    assert "rules" in output
    example = EPILOG[EPILOG.index("  window") : EPILOG.index("The same")]
    assert example in output
    taught = parse(example.encode())
    assert taught.default == Objective()
    assert Objectives(operations=taught.operations) == taught
    assert taught.default.error_rate == Percentage.parse("1%")
