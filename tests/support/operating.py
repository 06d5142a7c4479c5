"""A project with a rollout, and the command line in it."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest

from support.processes import ROOT
from support.rollouts import beat_at
from switchover.cli import main
from switchover.rollout.stores import FileRolloutStore

PLAN = """\
[[waves]]
name = "reads"
operations = ["listBooks", "getBook"]
stages = ["1%", "50%", "100%"]
bake = "10m"

[[waves]]
name = "writes"
operations = ["addBook", "lendBook"]
stages = ["100%"]

[cohorts.books]
operations = ["listBooks", "getBook", "addBook", "lendBook"]

[users]
staff = "in"

[overrides]
users = ["staff"]
"""


class Project:
    """A folder with a contract, a plan and a store."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.store = FileRolloutStore(folder / ".switchover" / "rollout")

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, output and complaints of a command."""
        try:
            code = main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = self._capsys.readouterr()
        return code, told.out, told.err

    def obeys(self, worker: str = "web-1", **report: Any) -> None:
        """A worker has applied what is in force."""
        self.store.heartbeat(beat_at(self.store.load(), worker, report=report))


def project(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    """Made in a folder, which is the working directory then."""
    written(folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("SWITCHOVER_ROLLOUT_STORE", raising=False)
    return Project(folder, capsys)


def written(folder: Path) -> None:
    """Contract, lock, plan and settings."""
    shutil.copy(ROOT / "tests" / "library" / "openapi.yaml", folder)
    digest = hashlib.sha256((folder / "openapi.yaml").read_bytes()).hexdigest()
    (folder / "contract.lock").write_text(f'[files]\n"openapi.yaml" = "sha256:{digest}"\n')
    (folder / "rollout.toml").write_text(PLAN)
    settings = '[tool.switchover]\ncontract = "openapi.yaml"\nstore = "file:.switchover/rollout"\n'
    (folder / "pyproject.toml").write_text(settings)
