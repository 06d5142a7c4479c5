"""An optional package that is missing is named with the command that installs it, in Python and in the command line."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from switchover.extras import MissingExtra, extra

_BLOCK = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == sys.argv[1]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocked())
"""

_IMPORT_ALL = (
    _BLOCK
    + """
import importlib, pkgutil
import switchover
from switchover.extras import MissingExtra

missing = set()
for module in pkgutil.walk_packages(switchover.__path__, "switchover.", onerror=lambda name: None):
    try:
        importlib.import_module(module.name)
    except MissingExtra as error:
        missing.add(str(error))
for name in switchover.__all__:
    try:
        getattr(switchover, name)
    except MissingExtra as error:
        missing.add(str(error))
print("\\n".join(sorted(missing)))
"""
)


def printed(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    ("package", "extras"),
    [
        ("litestar", {"serve"}),
        ("uvicorn", {"serve"}),
        ("aiohttp", {"aiohttp"}),
        ("structlog", {"logs"}),
        ("prometheus_client", {"metrics"}),
        ("opentelemetry", {"opentelemetry"}),
        ("cryptography", {"oidc", "signatures"}),
        ("psycopg", {"postgresql"}),
    ],
)
def test_every_module_that_needs_a_missing_package_names_the_extra(package: str, extras: set[str]) -> None:
    done = printed(_IMPORT_ALL, package)
    assert done.returncode == 0, done.stderr
    expected = {f"{package} is not installed (pip install 'switchover[{name}]')" for name in extras}
    found = set(done.stdout.splitlines())
    assert found
    assert found <= expected


_SERVE = (
    _BLOCK
    + """
from switchover import Contract
from switchover.contract.draft import draft

class Desk:
    def get_note(self, key: int) -> int:
        return key

port = Contract.read("draft.yaml", lambda _: draft(Desk).text.encode()).bind(Desk)
port.serve(Desk(), trust="open")
"""
)


def test_serving_without_the_extra_ends_with_the_command_that_installs_it() -> None:
    done = printed(_SERVE, "litestar")
    assert done.stderr.splitlines()[-1].endswith("litestar is not installed (pip install 'switchover[serve]')")


_STATUS = _BLOCK + "from switchover.cli import main\nsys.exit(main(['status']))\n"


def test_the_command_line_says_it_without_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SWITCHOVER_ROLLOUT_STORE", "postgresql://127.0.0.1:1/x")
    done = printed(_STATUS, "psycopg")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.rstrip().endswith("psycopg is not installed (pip install 'switchover[postgresql]')")


def test_extras_that_are_named_exist() -> None:
    root = Path(__file__).resolve().parents[2]
    project = tomllib.loads((root / "packages" / "switchover" / "pyproject.toml").read_text("utf-8"))["project"]
    sources = (root / "packages" / "switchover" / "src").rglob("*.py")
    named = {
        line.split('"')[1] for path in sources for line in path.read_text("utf-8").splitlines() if "with extra(" in line
    }
    assert named
    assert named <= set(project["optional-dependencies"])


def test_a_module_of_the_kit_that_is_missing_is_no_missing_extra() -> None:
    with pytest.raises(ModuleNotFoundError) as caught, extra("serve"):
        raise ModuleNotFoundError("No module named 'switchover.nowhere'", name="switchover.nowhere")
    assert not isinstance(caught.value, MissingExtra)
