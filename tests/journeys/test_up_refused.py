"""`livetrip up` where it cannot start: one precise message, exit code 2, and nothing left behind."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.conftest import MODES
from support.processes import clean_environment

KEY_FILE = "LIVETRIP_PSEUDONYM_KEYS_FILE"


def refused(folder: Path, *arguments: str, **environment: str) -> str:
    """What it says."""
    command = [sys.executable, "-m", "livetrip_cli", "up", *(arguments or ("--port", "0"))]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=folder,
        env=clean_environment(**environment),
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("mode", MODES)
def test_a_port_that_is_taken_is_told_before_anything_is_made(mode: str, taken: int, tmp_path: Path) -> None:
    said = refused(tmp_path, "--port", str(taken), BACKEND_MODE=mode)
    assert said == (
        f"livetrip: cannot listen at 127.0.0.1:{taken}: Address already in use; `--port 0` takes a free port\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_the_port_of_the_service_is_told_as_well(taken: int, tmp_path: Path) -> None:
    said = refused(tmp_path, BACKEND_MODE="service", LIVETRIP_API_PORT=str(taken))
    assert said == f"livetrip-api: cannot listen at 127.0.0.1:{taken}: Address already in use\n"


@pytest.mark.parametrize("mode", MODES)
def test_a_place_where_nothing_can_be_kept_is_told(mode: str, tmp_path: Path) -> None:
    (tmp_path / ".livetrip").touch()
    said = refused(tmp_path, BACKEND_MODE=mode)
    assert said == (f"livetrip: LIVETRIP_DATABASE_URL: the folder {tmp_path}/.livetrip cannot be made: File exists\n")


@pytest.mark.parametrize("mode", MODES)
def test_a_database_that_cannot_be_used_is_told(mode: str, tmp_path: Path) -> None:
    for address, reason in (
        (f"sqlite:///{tmp_path}/missing/diary.sqlite3", "unable to open database file"),
        ("sqlite:////etc/passwd", "file is not a database"),
    ):
        [said] = refused(tmp_path, BACKEND_MODE=mode, LIVETRIP_DATABASE_URL=address).splitlines()
        assert said.endswith(f"LIVETRIP_DATABASE_URL: the file {address[10:]} cannot be used: {reason}")
    [said] = refused(
        tmp_path, BACKEND_MODE=mode, LIVETRIP_DATABASE_URL="postgresql://a:s3cret@127.0.0.1:9/d"
    ).splitlines()
    assert said.endswith(": service_unavailable: The database does not answer.")


@pytest.mark.parametrize("mode", MODES)
def test_all_that_is_wrong_with_the_environment_is_told_at_once(mode: str, tmp_path: Path) -> None:
    wrong = {"LIVETRIP_METRICS_PORT": "many", "LIVETRIP_PHOTOS_COLLECT_SECONDS": "-1", KEY_FILE: "/nowhere"}
    said = refused(tmp_path, BACKEND_MODE=mode, **wrong)
    assert said.startswith("livetrip: The environment cannot be used:\n")
    assert len(said.splitlines()) == 1 + len(wrong)
    assert all(name in said for name in wrong)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LIVETRIP_SERVICE_URL", "http://127.0.0.1:8000", "and `livetrip up` starts one of its own"),
        ("LIVETRIP_ROLLOUT", "redis://here", "LIVETRIP_ROLLOUT has to be file:PATH or postgresql://"),
        ("LIVETRIP_ROLLOUT_PLAN", "nowhere.toml", "LIVETRIP_ROLLOUT_PLAN: "),
        ("LIVETRIP_TRUST", "magic", "LIVETRIP_TRUST: "),
        ("LIVETRIP_WEB_HOST", "0.0.0.0", "LIVETRIP_WEB_HOST has to be 127.0.0.1"),
        ("LIVETRIP_WEB_DEV_SIGN_IN", "0", "nobody could sign in"),
        ("LIVETRIP_API_GRACE_SECONDS", "0", "LIVETRIP_API_GRACE_SECONDS: "),
    ],
)
def test_what_cannot_be_meant_is_named(name: str, value: str, said: str, tmp_path: Path) -> None:
    assert said in refused(tmp_path, BACKEND_MODE="service", **{name: value})
