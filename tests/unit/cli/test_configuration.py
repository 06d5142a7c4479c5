"""What `switchover check` says of the environment, by functions of the team's own."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.processes import ROOT
from switchover.cli import main
from switchover.cli.configuration import told

FUNCTIONS = '''\
def trust():
    """Everything at once."""
    yield "trust", "ok", ["diary accepts", "API keys of web"]
    yield "trust", "warning", ("diary calls nobody",)


def telemetry():
    return [("telemetry", "not set", ["nothing is recorded"]), ("rollout", "ok", ["all is local"])]


def broken():
    yield "trust", "failed", ["diary does not start", "DIARY_KEY: is missing"]


def leaking():
    yield "trust", "ok", ["diary accepts"]
    int("hunter2")


def leaving():
    raise SystemExit("hunter2")


def none():
    return ()


def nothing():
    return None


def wrong():
    yield from (("trust", "fine", ["x"]), ("trust", "ok", []), ("trust", "ok", "text"), ("Trust!", "ok", ["x"]), ("trust", "ok", [1]), "trust")


constant = 3
'''


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A project with functions, and nothing imported of it before or after."""
    (tmp_path / "diary_settings.py").write_text(FUNCTIONS)
    sys.modules.pop("diary_settings", None)
    yield tmp_path
    sys.modules.pop("diary_settings", None)


def said(folder: Path, *names: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return list(told(tuple(f"diary_settings:{name}" for name in names), folder))


def test_functions_are_asked_in_order_and_topics_are_theirs(folder: Path) -> None:
    assert said(folder, "trust", "telemetry") == [
        ("trust", "ok", ("diary accepts", "API keys of web")),
        ("trust", "warning", ("diary calls nobody",)),
        ("telemetry", "not set", ("nothing is recorded",)),
        ("rollout", "ok", ("all is local",)),
    ]


def test_a_topic_that_nobody_speaks_of_is_told_with_what_to_do(folder: Path) -> None:
    for names in ((), ("none",)):
        found = said(folder, *names)
        assert [(topic, state) for topic, state, _ in found] == [("trust", "skipped"), ("telemetry", "skipped")]
        assert 'configuration = ["module:function"]' in found[0][2][0]


def test_a_function_that_ends_is_told_with_the_place_and_without_its_text(folder: Path) -> None:
    for name, what in (("leaking", "ValueError"), ("leaving", "SystemExit"), ("nothing", "TypeError")):
        failed = [lines for _, state, lines in said(folder, name) if state == "failed"]
        assert len(failed) == 1
        assert f"diary_settings:{name} ended with {what} (" in failed[0][0]
        assert "hunter2" not in failed[0][0]


def test_what_is_given_in_another_shape_is_told(folder: Path) -> None:
    found = [lines[0] for _, state, lines in said(folder, "wrong") if state == "failed"]
    assert len(found) == 6
    assert set(found) == {
        "diary_settings:wrong has to give (topic, state, lines), the state one of 'ok', 'warning', 'not set', 'failed'"
    }


def test_a_function_that_is_not_there_is_told(folder: Path) -> None:
    assert said(folder, "nowhere")[0] == ("settings", "failed", ("diary_settings has no function nowhere",))
    assert said(folder, "constant")[0] == ("settings", "failed", ("diary_settings has no function constant",))
    topic, state, (line,) = next(told(("nowhere_at_all:trust",), folder))
    assert (topic, state) == ("trust", "failed")
    assert line.startswith("nowhere_at_all cannot be imported")


# -- as lines of the command


def project(folder: Path, configuration: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "openapi").mkdir()
    shutil.copy(ROOT / "tests" / "library" / "openapi.yaml", folder / "openapi")
    (folder / "pyproject.toml").write_text(
        f'[tool.switchover]\ncontract = "openapi/openapi.yaml"\nconfiguration = {configuration}\n'
    )
    monkeypatch.chdir(folder)


def test_lines_are_printed_and_a_warning_is_no_failure(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project(folder, '["diary_settings:trust", "diary_settings:telemetry"]', monkeypatch)
    assert main(["freeze"]) == 0
    capsys.readouterr()
    assert main(["check"]) == 0
    output = capsys.readouterr().out
    assert "trust       ok       diary accepts\n                      API keys of web\n" in output
    assert "trust       WARNING  diary calls nobody\n" in output
    assert "telemetry   not set  nothing is recorded\n" in output
    assert main(["check", "--json"]) == 0
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert {"name": "trust", "state": "warning", "message": "diary calls nobody", "details": []} in checks


def test_a_configuration_that_cannot_be_used_fails_the_check(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project(folder, '["diary_settings:broken"]', monkeypatch)
    assert main(["freeze"]) == 0
    capsys.readouterr()
    assert main(["check"]) == 1
    assert "trust       FAILED   diary does not start\n                      DIARY_KEY: is missing\n" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize("given", ['"diary_settings:trust"', '["diary_settings"]', "[3]", "true"])
def test_a_setting_that_is_no_list_of_functions_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    project(folder, given, monkeypatch)
    assert main(["check"]) == 2
    assert "'configuration' has to be a list of module:function" in capsys.readouterr().err
