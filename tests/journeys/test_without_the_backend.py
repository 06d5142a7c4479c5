"""In service mode the application is installed without the backend, and runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.pages import Browser
from support.processes import KEY, ROOT, clean_environment, running, running_api

WANTED = ("packages/switchover", "packages/contract", "packages/adapters", "services/cli", "services/web")


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env={**os.environ, **environment}, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the application as wheels, and nothing of core and bff."""
    folder = tmp_path_factory.mktemp("installed")
    uv = [sys.executable, "-m", "uv", "--quiet"]
    for package in WANTED:
        built = run(*uv, "build", "--wheel", "--out-dir", str(folder / "wheels"), str(ROOT / package), cwd=folder)
        assert built.returncode == 0, built.stderr
    made = run(*uv, "venv", "--python", sys.executable, str(folder / "venv"), cwd=folder)
    assert made.returncode == 0, made.stderr
    wheels = [str(path) for path in (folder / "wheels").glob("*.whl")]
    installed = run(
        *uv, "pip", "install", "--python", str(folder / "venv"),
        "--constraints", str(ROOT / "requirements.lock"), *wheels, cwd=folder,
    )  # fmt: skip
    assert installed.returncode == 0, installed.stderr
    return folder / "venv" / "bin"


def test_core_and_bff_are_not_there(installed: Path, tmp_path: Path) -> None:
    for name in ("livetrip_core", "livetrip_bff", "livetrip_api", "sqlalchemy"):
        found = run(str(installed / "python"), "-c", f"import {name}", cwd=tmp_path, PYTHONPATH="")
        assert "ModuleNotFoundError" in found.stderr


def test_it_calls_the_service(installed: Path, tmp_path: Path) -> None:
    with running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service:
        environment = {
            **clean_environment(),
            "PYTHONPATH": "",
            "BACKEND_MODE": "service",
            "LIVETRIP_SERVICE_URL": service.address,
            "LIVETRIP_SERVICE_KEY": KEY,
        }
        draft = {"body": {"title": "Kyoto", "startDate": "2026-11-20", "endDate": "2026-11-24"}}
        done = subprocess.run(
            [str(installed / "livetrip"), "call", "createTrip", "--json", json.dumps(draft)],
            capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["title"] == "Kyoto"


async def test_it_shows_pages_of_the_service_and_says_when_that_is_gone(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    with running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service:
        environment = {
            **clean_environment(),
            "PYTHONPATH": "",
            "BACKEND_MODE": "service",
            "LIVETRIP_SERVICE_URL": service.address,
            "LIVETRIP_SERVICE_KEY": KEY,
            "LIVETRIP_WEB_DEV_SIGN_IN": "1",
        }
        with running([str(installed / "livetrip"), "web", "--port", "0"], tmp_path / "web", environment) as web:
            browser = Browser(None, origin=web.address)
            async with browser.client:
                await browser.sign_in()
                trip = await browser.plan(title="Kyoto without a backend")
                assert "Moss." in (await browser.write(trip)).text
                assert "Kyoto without a backend" in (await browser.open("/trips")).text
                assert service.stop() == 0
                page = await browser.open(trip)
            assert (page.status, page.headers["retry-after"]) == (503, "10")
            assert "The diary cannot be reached" in page.text
            assert web.stop() == 0
            assert "Traceback" not in web.log.read_text("utf-8")


@pytest.mark.parametrize(
    "command",
    [["call", "getHealth"], ["migrate"], ["api"], ["web"], ["up", "--port", "0"]],
    ids=lambda command: command[0],
)
def test_what_needs_the_backend_says_that_it_is_missing(installed: Path, tmp_path: Path, command: list[str]) -> None:
    environment = {**clean_environment(), "PYTHONPATH": "", "BACKEND_MODE": "monolith", "LIVETRIP_WEB_DEV_SIGN_IN": "1"}
    refused = subprocess.run(
        [str(installed / "livetrip"), *command],
        capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60, check=False,
    )  # fmt: skip
    assert refused.returncode == 2
    assert "is not installed here" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("environment", [{}, {"LIVETRIP_ROLLOUT": "file:rollout"}])
def test_so_does_up_where_it_would_start_a_service(
    installed: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    given = {**clean_environment(**environment), "PYTHONPATH": "", "BACKEND_MODE": "service"}
    refused = subprocess.run(
        [str(installed / "livetrip"), "up", "--port", "0"],
        capture_output=True, text=True, cwd=tmp_path, env=given, timeout=60, check=False,
    )  # fmt: skip
    assert refused.returncode == 2
    assert "is not installed here" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("store", "said"),
    [
        (
            "file:rollout",
            "LIVETRIP_ROLLOUT answers calls in this process as well, and livetrip_bff is not installed here",
        ),
        ("postgresql://u:hunter2@h/d", "LIVETRIP_ROLLOUT needs psycopg, which is not installed here"),
    ],
)
def test_a_rollout_says_what_it_needs(installed: Path, tmp_path: Path, store: str, said: str) -> None:
    environment = {
        **clean_environment(),
        "PYTHONPATH": "",
        "BACKEND_MODE": "service",
        "LIVETRIP_SERVICE_URL": "http://127.0.0.1:9",
        "LIVETRIP_SERVICE_KEY": KEY,
        "LIVETRIP_ROLLOUT": store,
    }
    done = subprocess.run(
        [str(installed / "livetrip"), "call", "getHealth"],
        capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_register_of_sessions_says_what_it_needs(installed: Path, tmp_path: Path) -> None:
    environment = {
        **clean_environment(),
        "PYTHONPATH": "",
        "BACKEND_MODE": "service",
        "LIVETRIP_SERVICE_URL": "http://127.0.0.1:9",
        "LIVETRIP_SERVICE_KEY": KEY,
        "LIVETRIP_WEB_DEV_SIGN_IN": "1",
        "LIVETRIP_WEB_SESSIONS": "postgresql://u:hunter2@h/d",
    }
    done = subprocess.run(
        [str(installed / "livetrip"), "web", "--port", "0"],
        capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "LIVETRIP_WEB_SESSIONS needs psycopg, which is not installed here" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr
