"""What an operator's command loads and costs. The way back depends on little, and is there at once."""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.operating import written
from support.processes import ROOT, clean_environment
from support.rollouts import beat
from switchover.cli.operating.pinned import pinned_digest
from switchover.contract import Document
from switchover.rollout.orders import Operator
from switchover.rollout.plan import load
from switchover.rollout.stores import FileRolloutStore

RUNS = 7
NEVER = {
    "anyio",
    "asyncio",
    "h11",
    "httpx",
    "jsonschema_rs",
    "litestar",
    "psycopg",
    "pydantic",
    "socket",
    "ssl",
    "structlog",
    "switchover.console",
    "switchover.context",
    "switchover.contract",
    "switchover.port",
    "switchover.probe",
    "switchover.rehearsal",
    "switchover.rollout.follower",
    "switchover.rollout.rollout",
    "switchover.trust",
    "typing_extensions",
    "xxhash",
    "yaml",
}
LOADED = """
import json, sys
before = set(sys.modules)
from switchover.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(json.dumps(sorted(set(sys.modules) - before)), file=sys.stderr)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The contract and the plan of LiveTrip, and a store that a worker follows."""
    written(tmp_path)
    store = FileRolloutStore(tmp_path / ".switchover" / "rollout")
    store.heartbeat(beat())
    settings = f'[tool.switchover]\ncontract = "{ROOT}/openapi/openapi.yaml"\nstore = "file:.switchover/rollout"\n'
    plan = ROOT / "packages" / "adapters" / "src" / "livetrip_adapters" / "rollout.toml"
    (tmp_path / "pyproject.toml").write_text(settings + f'rollout = "{plan}"\n')
    return tmp_path


def environment() -> dict[str, str]:
    return {name: value for name, value in clean_environment().items() if name != "SWITCHOVER_ROLLOUT_STORE"}


@pytest.mark.parametrize(
    ("arguments", "most"),
    [
        (["--help"], 100),
        (["rollback", "--wait", "0.01"], 170),
        (["hold", "--wait", "0"], 170),
        (["resume", "--wait", "0"], 170),
        (["status"], 175),
        (["status", "--json"], 175),
        (["watch", "--count", "1"], 175),
        (["history"], 170),
        (["start", "--help"], 170),
    ],
    ids=str,
)
def test_a_command_of_an_operator_loads_little(project: Path, arguments: list[str], most: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        cwd=project, env=environment(), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    modules = json.loads(done.stderr.splitlines()[-1])
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert NEVER.intersection(modules) == set()
    assert len(modules) <= most, modules
    if arguments == ["--help"]:
        assert [name for name in modules if name.startswith(("switchover.rollout", "switchover.telemetry"))] == []


def cpu_seconds(command: list[str], folder: Path) -> float:
    """User and system time of a process and of nothing else; its modules are compiled, as those of an installed command."""
    compiled = {name: value for name, value in environment().items() if name != "PYTHONDONTWRITEBYTECODE"}
    compiled["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    process = subprocess.Popen(command, cwd=folder, env=compiled, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


@pytest.mark.parametrize(("arguments", "bar"), [(["--help"], 0.15), (["rollback", "--wait", "0"], 0.25)], ids=str)
def test_a_command_of_an_operator_costs_little(project: Path, arguments: list[str], bar: float) -> None:
    command = [sys.executable, "-c", "from switchover.cli import main; raise SystemExit(main())", *arguments]
    cpu_seconds(command, project)  # compiles what was not compiled
    measured = [cpu_seconds(command, project) for _ in range(RUNS)]
    print(f"switchover {' '.join(arguments)}: {sorted(measured)} s of CPU")
    assert statistics.median(measured) <= bar


def test_the_change_of_a_rollback_costs_little(project: Path) -> None:
    store = FileRolloutStore(project / ".switchover" / "rollout")
    plan = load(ROOT / "packages" / "adapters" / "src" / "livetrip_adapters" / "rollout.toml")
    operator = Operator(store, plan, who="kokoro")
    measured = []
    for _ in range(RUNS):
        started = time.process_time()
        assert store.is_known()
        assert operator.rollback(why="measured").is_pinned
        measured.append(time.process_time() - started)
        operator.resume()
    print(f"a rollback in a file store: {sorted(measured)} s of CPU")
    assert statistics.median(measured) <= 0.005


# -- the digest of the contract, without the contract


def test_the_lock_of_this_repository_has_the_digest_of_its_contract() -> None:
    contract = ROOT / "openapi" / "openapi.yaml"
    assert pinned_digest(contract) == Document.load(contract).digest
    assert hashlib.sha256(contract.read_bytes()).hexdigest() in pinned_digest(contract)
