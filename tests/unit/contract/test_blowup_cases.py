"""The contracts of `shared/cases/blowup`, where that folder lies beside the repository or above it, under a limit of memory and time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MEMORY_KB = 4_000_000
SECONDS = 60
BIND = """
import sys
from switchover import BindError, Contract

class Interface:
    def x(self) -> int: ...

try:
    Contract.load(sys.argv[1]).bind(Interface)
except BindError as error:
    print(error)
"""


def case(name: str) -> str:
    for folder in Path(__file__).resolve().parents:
        path = folder / "shared" / "cases" / "blowup" / name
        if path.is_file():
            return str(path)
    pytest.skip("there is no shared/cases/blowup above this repository")


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("kind", ["props", "one"])
def test_forty_schemas_that_refer_to_one_another_are_compiled(tmp_path: Path, kind: str) -> None:
    # The script limits its own memory.
    assert f"40 {kind}" in run(tmp_path, case("blowup.py"), "40", kind)
    if kind == "props":
        run(tmp_path, case("blowup_bind.py"), "40")


@pytest.mark.parametrize("name", ["direct.yaml", "nested2.yaml"])
def test_schemas_whose_members_are_all_of_one_another_are_read_and_bound(tmp_path: Path, name: str) -> None:
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({MEMORY_KB * 1024},) * 2)\n{BIND}"
    assert "may be object, and integer is wanted" in run(tmp_path, "-c", limited, case(name))
