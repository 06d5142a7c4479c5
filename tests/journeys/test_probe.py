"""The real service asked by the real command, in processes of their own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from prometheus_client.openmetrics import parser

from support.processes import KEY, ROOT, clean_environment, running_api, switchover

READ_METRICS: Any = parser.text_string_to_metric_families
CONTRACT = ("--contract", str(ROOT / "openapi" / "openapi.yaml"))
REGION = ("--region", "here")


def test_a_service_that_is_well_is_told_so_with_the_time_of_each_phase(tmp_path: Path) -> None:
    with running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service:
        done = switchover(
            "probe", service.address, *CONTRACT, *REGION, "--json", "--metrics-file", "probe.prom", cwd=tmp_path
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["ok"], told["status"], told["conforms"]) == (True, 200, True)
    assert (told["operation"], told["url"]) == ("getHealth", f"{service.address}/api/health")
    assert list(told["milliseconds"]) == ["dns", "connect", "first_byte", "total"]
    assert max(told["milliseconds"].values()) == told["milliseconds"]["total"]
    families = {family.name: family for family in READ_METRICS((tmp_path / "probe.prom").read_text())}
    assert set(families) == {
        f"switchover_probe_{name}" for name in ("success", "duration_seconds", "http_status", "conforms")
    }
    assert families["switchover_probe_success"].samples[0].value == 1


def test_a_token_gets_as_far_as_the_service_lets_it_and_is_told_nowhere(tmp_path: Path) -> None:
    with running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service:
        arguments = (
            "probe",
            service.address,
            *CONTRACT,
            *REGION,
            "--operation",
            "getSession",
            "--token-env",
            "PROBE_KEY",
        )
        known = switchover(*arguments, cwd=tmp_path, PROBE_KEY=KEY)
        stranger = switchover(*arguments, "--json", cwd=tmp_path, PROBE_KEY=f"{KEY}x")
    # A probe acts for nobody, and the session is somebody's: the service says so, once the token was good.
    assert (known.returncode, stranger.returncode) == (1, 1)
    assert "answer, malformed_request: The service answered 400." in known.stdout
    assert json.loads(stranger.stdout)["fault"]["code"] == "unauthenticated"
    assert KEY not in known.stdout + known.stderr + stranger.stdout + stranger.stderr


def test_a_service_that_is_gone_is_told(tmp_path: Path) -> None:
    with running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service:
        pass
    done = switchover("probe", service.address, *CONTRACT, *REGION, cwd=tmp_path)
    assert done.returncode == 1
    assert "connect, service_unreachable: No connection: 127.0.0.1: Connection refused." in done.stdout
    assert done.stderr == ""


def test_ctrl_c_ends_it_cleanly_with_what_the_last_round_said(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from switchover.cli import main; raise SystemExit(main())"]
    with running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service:
        for path, code in (("", 0), ("/nowhere", 1)):
            watching = subprocess.Popen(
                [*command, "probe", service.address + path, *CONTRACT, *REGION, "--every", "50ms"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=clean_environment(),
            )  # fmt: skip
            try:
                assert watching.stdout is not None
                lines = [watching.stdout.readline() for _ in range(3)]
                watching.send_signal(signal.SIGINT)
                _, errors = watching.communicate(timeout=20)
            finally:
                watching.kill()
                watching.wait()
            assert all("  here  " in line for line in lines)
            assert (watching.returncode, errors) == (code, "")
