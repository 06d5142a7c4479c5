"""`livetrip demo`: the main job, as a newcomer runs it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.processes import clean_environment, livetrip


def test_every_answer_is_equal_in_both_modes(tmp_path: Path) -> None:
    done = livetrip("demo", "--reads", "20", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "23 calls, all equal in both modes." in done.stdout
    assert "DIFFERS" not in done.stdout
    assert re.search(r"stage +100 % +100.0 %   within [\d.]+ s", done.stdout)
    assert re.search(r"rollback +0 % +0.0 %   within [\d.]+ s", done.stdout)
    assert "While traffic moved: 0 calls failed, 0 answers were wrong." in done.stdout
    assert len(re.findall(r"getTrip p50 +[\d.]+ ms   p95 +[\d.]+ ms", done.stdout)) == 2


def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    done = livetrip("demo", "--reads", "0", cwd=tmp_path, TMPDIR=str(temporary))
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == [temporary]
    assert list(temporary.iterdir()) == []


def test_what_configures_livetrip_does_not_disturb_it(tmp_path: Path) -> None:
    done = livetrip(
        "demo", "--reads", "0", "--json", cwd=tmp_path,
        BACKEND_MODE="service", LIVETRIP_SERVICE_KEY="short", LIVETRIP_DATABASE_URL="nonsense",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["equal"]
    assert all(step["equal"] for step in report["steps"])
    rollout = report["rollout"]
    stages = rollout["stages"]
    assert [stage["planned"] for stage in stages] == [0, 1, 10, 50, 100, 0]
    assert all(abs(stage["measured"] - stage["planned"]) <= 12 for stage in stages)
    assert all(stage["obeyedSeconds"] < 2 for stage in stages)
    assert (rollout["workers"], rollout["failed"], rollout["wrong"]) == (2, 0, 0)


def test_a_service_that_dies_in_the_middle_is_told_and_not_traced(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "livetrip_cli", "demo", "--reads", "3000"]
    demo = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**clean_environment(), "TMPDIR": str(tmp_path)}, cwd=tmp_path
    )  # fmt: skip
    try:
        assert demo.stderr is not None
        said = ""
        while (found := re.search(r"\(process (\d+)\)", said)) is None:
            line = demo.stderr.readline()
            assert line, f"the demo ended before the service ran: {said}"
            said += line
        os.kill(int(found[1]), signal.SIGKILL)
        output, errors = demo.communicate(timeout=60)
    finally:
        demo.kill()
        demo.communicate()
    assert demo.returncode == 1
    assert re.search(r"the story broke off after \d+ calls: (service_unreachable|connection_lost)", errors), errors
    assert "Traceback" not in errors + output


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_signal_ends_it_without_a_trace_and_without_the_service(
    tmp_path: Path, number: signal.Signals, code: int, word: str
) -> None:
    command = [sys.executable, "-m", "livetrip_cli", "demo", "--reads", "3000"]
    demo = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment(), cwd=tmp_path
    )
    try:
        assert demo.stderr is not None
        said = ""
        while (found := re.search(r"\(process (\d+)\)", said)) is None:
            said += demo.stderr.readline()
        demo.send_signal(number)
        _, errors = demo.communicate(timeout=60)
    finally:
        demo.kill()
        demo.communicate()
    assert demo.returncode == code
    assert word in errors
    assert "Traceback" not in errors
    assert not Path(f"/proc/{found[1]}").exists()
    assert list(tmp_path.iterdir()) == []
