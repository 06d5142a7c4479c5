"""Every boundary of .importlinter is shown to be watched: it holds, and breaking it is found."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.processes import ROOT

SOURCES = [path for folder in ("packages", "services") for path in sorted((ROOT / folder).glob("*/src"))]

BREAKS = {
    "Dependencies point one way: processes, adapters, backend, core": (
        "livetrip_bff/broken.py",
        "import livetrip_adapters",
    ),
    "The kit knows nothing of LiveTrip": ("switchover/broken/__init__.py", "import livetrip_contract"),
    "Core is the standard library, and no I/O of it": ("livetrip_core/broken.py", "import socket"),
    "The contract package is pydantic alone": ("livetrip_contract/broken.py", "import switchover"),
    "Only the direct adapter knows the backend": ("livetrip_adapters/broken.py", "import livetrip_bff"),
    "The pages see the LiveTrip Protocol and nothing behind it": (
        "livetrip_web/broken.py",
        "import livetrip_adapters.direct",
    ),
    "Only the backend knows the core": ("livetrip_api/broken.py", "import livetrip_core"),
    "The direct and the http adapter know nothing of each other": (
        "livetrip_adapters/http.py",
        "import livetrip_adapters.direct",
    ),
    "Inside the kit, capabilities are layers": ("switchover/contract/broken.py", "import switchover.port"),
    "Inside the kit, no two packages need each other": ("switchover/trust/broken.py", "import switchover.port"),
    "Servers and generators are imported where they are used": ("switchover/port/plan.py", "import litestar"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
        capture_output=True, text=True, cwd=folder, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
    )  # fmt: skip


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages and their boundaries, to be broken."""
    for source in SOURCES:
        shutil.copytree(source, tmp_path / "src", dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def contracts() -> list[str]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return [parser[section]["name"] for section in parser.sections() if section.startswith("importlinter:contract:")]


def test_every_contract_has_something_that_breaks_it() -> None:
    assert sorted(BREAKS) == sorted(contracts())


def test_all_boundaries_hold(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout
    assert f"Contracts: {len(BREAKS)} kept, 0 broken." in done.stdout


LAYERS = "Inside the kit, capabilities are layers"


@pytest.mark.parametrize(
    ("name", "file", "line"),
    [
        *((name, *broken) for name, broken in BREAKS.items()),
        (LAYERS, "switchover/port/broken.py", "import switchover.probe"),
        (LAYERS, "switchover/probe/broken.py", "import switchover.cli"),
        (LAYERS, "switchover/console/broken.py", "import switchover.probe"),
        (LAYERS, "switchover/port/broken.py", "import switchover.console"),
        (LAYERS, "switchover/port/broken.py", "import switchover.rehearsal"),
        (LAYERS, "switchover/rehearsal/broken.py", "import switchover.probe"),
    ],
)
def test_a_broken_boundary_is_found(copy: Path, name: str, file: str, line: str) -> None:
    path = copy / "src" / file
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")
    done = lint(copy)
    assert done.returncode == 1
    assert f"{name} BROKEN" in done.stdout
