"""`livetrip-api` and `livetrip migrate` as processes: how they start, refuse to start, and end."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from support.processes import KEY, clean_environment, livetrip, running_api


def api(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "livetrip_api", *arguments],
        capture_output=True, text=True, cwd=folder, env=clean_environment(**environment), timeout=60, check=False,
    )  # fmt: skip


def test_a_service_without_a_key_does_not_start(tmp_path: Path) -> None:
    refused = api(tmp_path)
    assert refused.returncode == 2
    assert "LIVETRIP_SERVICE_KEY is missing" in refused.stderr
    assert "LIVETRIP_TRUST=open" in refused.stderr


def test_all_that_is_wrong_with_the_environment_is_told_at_once(tmp_path: Path) -> None:
    refused = api(
        tmp_path, LIVETRIP_SERVICE_KEY="too-short-a-secret", LIVETRIP_API_PORT="http", LIVETRIP_API_GRACE_SECONDS="0"
    )
    assert refused.returncode == 2
    for name in ("LIVETRIP_SERVICE_KEY", "LIVETRIP_API_PORT", "LIVETRIP_API_GRACE_SECONDS"):
        assert name in refused.stderr
    assert "too-short-a-secret" not in refused.stderr


def test_a_database_that_cannot_be_used_is_told_without_its_password(tmp_path: Path) -> None:
    refused = api(tmp_path, LIVETRIP_SERVICE_KEY=KEY, LIVETRIP_DATABASE_URL="mysql://root:s3cr3t@localhost/diary")
    assert refused.returncode == 2
    assert "LIVETRIP_DATABASE_URL" in refused.stderr
    assert "s3cr3t" not in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_address_that_is_taken_is_told(tmp_path: Path) -> None:
    with running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service:
        number = service.address.rpartition(":")[2]
        refused = api(tmp_path, "--port", number, LIVETRIP_SERVICE_KEY=KEY)
    assert refused.returncode == 1
    assert f"cannot listen at 127.0.0.1:{number}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_stranger_is_refused_and_health_is_open(tmp_path: Path) -> None:
    with running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service:
        assert httpx.get(f"{service.address}/api/health").json() == {"status": "ok", "version": "1.3.0"}
        for headers in ({}, {"authorization": f"Bearer {KEY}x"}, {"authorization": f"Basic {KEY}"}):
            refused = httpx.get(f"{service.address}/api/trips", headers=headers)
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"] == "Bearer"
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.json()["detail"] == "Valid service credentials are required."
            assert refused.json()["traceId"] == refused.headers["x-trace-id"]


def test_every_line_of_its_log_is_json_whatever_it_is_sent(tmp_path: Path) -> None:
    with running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service:
        host, _, port = service.address.removeprefix("http://").rpartition(":")
        with socket.create_connection((host, int(port)), 20) as connection:
            connection.sendall(b"no HTTP\r\n\r\n")
            refused = connection.makefile("rb").read()
        upgrade = {"connection": "upgrade", "upgrade": "websocket"}
        assert httpx.get(f"{service.address}/api/health", headers=upgrade).status_code == 200
        assert service.stop() == 0
    lines = [json.loads(line) for line in service.log.read_text("utf-8").splitlines()]
    [told] = [line for line in lines if "no HTTP" in line["event"]]
    assert f"x-trace-id: {told['trace_id']}".encode() in refused
    assert "uvicorn.error" in {line.get("logger") for line in lines}


def test_a_signal_ends_it_with_exit_code_0(tmp_path: Path) -> None:
    with running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service:
        assert service.stop() == 0
        assert "Traceback" not in service.log.read_text("utf-8")


def test_migrate_says_what_it_does_and_then_that_nothing_is_left(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'livetrip.sqlite3'}"
    assert livetrip("migrate", "--check", cwd=tmp_path, LIVETRIP_DATABASE_URL=url).returncode == 1
    applied = livetrip("migrate", cwd=tmp_path, LIVETRIP_DATABASE_URL=url)
    assert applied.returncode == 0, applied.stderr
    assert applied.stdout.startswith("applying ")
    assert applied.stdout.endswith("the database is current\n")
    again = livetrip("migrate", "--check", cwd=tmp_path, LIVETRIP_DATABASE_URL=url)
    assert (again.returncode, again.stdout) == (0, "the database is current\n")


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"BACKEND_MODE": "microservice"}, "BACKEND_MODE"),
        ({"BACKEND_MODE": "service"}, "LIVETRIP_SERVICE_URL or LIVETRIP_SERVICE_SOCKET"),
        (
            {"BACKEND_MODE": "service", "LIVETRIP_SERVICE_URL": "ftp://x", "LIVETRIP_SERVICE_KEY": KEY},
            "http://host[:port]",
        ),
        ({"BACKEND_MODE": "service", "LIVETRIP_SERVICE_URL": "http://u:hunter2@x"}, "no user and no password"),
    ],
)
def test_a_mode_that_cannot_run_is_told(tmp_path: Path, environment: dict[str, str], told: str) -> None:
    refused = livetrip("call", "getHealth", cwd=tmp_path, **environment)
    assert refused.returncode == 2
    assert told in refused.stderr
    assert "hunter2" not in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_service_that_is_not_there_is_told(tmp_path: Path) -> None:
    refused = livetrip(
        "call", "getHealth", cwd=tmp_path,
        BACKEND_MODE="service", LIVETRIP_SERVICE_URL="http://127.0.0.1:9", LIVETRIP_SERVICE_KEY=KEY,
    )  # fmt: skip
    assert refused.returncode == 1
    assert '"code": "service_unreachable"' in refused.stderr
