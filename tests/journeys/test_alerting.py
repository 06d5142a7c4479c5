"""A fault is switched on, and somebody is told: metrics, rules, Prometheus, Alertmanager and a webhook, all real."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from support.monitoring import EXAMPLES, Monitoring, Notice, Target, monitoring
from support.processes import KEY, running_api
from support.programs import require_program
from support.promtool import promtool
from switchover.telemetry.objectives import Burn, Duration, Percentage, Timing, parse, rules
from switchover.trust import CALLER_HEADER, Identity, encode_identity

SECONDS = 90.0
"""How long each step may take on a busy machine; at rest it is a few."""

PROMISED = b'window = "5s"\nminimum_calls = 5\np95 = "5s"'
"""A busy machine is slow, and that is another alert."""

OBJECTIVES = parse(PROMISED)
TIMING = Timing(
    interval=Duration.parse("500ms"),
    budget_interval=Duration.parse("500ms"),
    hold=Duration.parse("1s"),
    before=Duration.parse("20s"),
    burns=(Burn(Duration.parse("10s"), Duration.parse("5s"), Percentage.parse("2%"), "page", Duration.parse("2h")),),
)
"""The rules of a service, a minute in a second; the error budget is spent at the usual 14.4 times."""


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Target]:
    """`livetrip-api`. Its fault is a migration that went wrong: a table has another name than its statements know."""
    (tmp_path / "slo.toml").write_bytes(PROMISED)
    told = {"LIVETRIP_SERVICE_KEY": KEY, "LIVETRIP_OBJECTIVES_FILE": str(tmp_path / "slo.toml")}
    proof = {"authorization": f"Bearer {KEY}", CALLER_HEADER: encode_identity(Identity("aiko"))}
    with (
        running_api(tmp_path, "--port", "0", **told) as service,
        httpx.Client(base_url=service.address, timeout=10, headers=proof) as client,
    ):
        yield Target(
            "livetrip-api",
            service.address.removeprefix("http://"),
            lambda: client.get("/api/trips"),
            lambda is_on: rename(tmp_path / "livetrip.sqlite3", *(("trips", "away") if is_on else ("away", "trips"))),
            KEY,
        )


def rename(database: Path, name: str, other: str) -> None:
    """Have a table called otherwise."""
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.execute(f"ALTER TABLE {name} RENAME TO {other}")


def test_a_fault_is_told_and_so_is_its_end(target: Target, tmp_path: Path) -> None:
    with monitoring(tmp_path, target, rules(OBJECTIVES, TIMING)) as watching:
        watching.until(lambda: is_judged(watching), SECONDS)
        assert watching.heard == []

        target.fault(True)
        watching.until(lambda: told(watching, "firing", "SwitchoverErrorBudgetBurn"), SECONDS)
        watching.until(lambda: told(watching, "firing", "SwitchoverServerErrorSurge"), SECONDS)
        notice = watching.until(lambda: told(watching, "firing", "SwitchoverErrorRate"), SECONDS)
        assert notice.path == "/pages"
        assert notice.labels == {
            "alertname": "SwitchoverErrorRate",
            "job": "livetrip-api",
            "operation": "listTrips",
            "wiring": "serve",
            "objective": "1%",
            "severity": "page",
        }
        assert notice.annotations["summary"] == "listTrips (serve, livetrip-api): too many calls fail"

        target.fault(False)
        watching.until(lambda: told(watching, "resolved", "SwitchoverErrorRate"), SECONDS)
        assert {heard.labels["alertname"] for heard in watching.heard} == {
            "SwitchoverErrorBudgetBurn",
            "SwitchoverErrorRate",
            "SwitchoverServerErrorSurge",
        }


def is_judged(watching: Monitoring) -> bool | None:
    """Has Prometheus judged enough calls, and found that none failed?"""
    series = "job_wiring_operation:switchover_calls"
    found = watching.query(f'{series}_failed:ratio5s{{job="{watching.target.job}"}} == 0 and {series}:increase5s >= 5')
    return True if found else None


def told(watching: Monitoring, status: str, alert: str) -> Notice | None:
    heard = (notice for notice in watching.heard if (notice.status, notice.labels["alertname"]) == (status, alert))
    return next(heard, None)


def test_prometheus_takes_the_example_with_the_rules() -> None:
    output = promtool("check", "config", EXAMPLES / "prometheus.yml")
    assert "SUCCESS: 1 rule files found" in output


def test_alertmanager_takes_the_example() -> None:
    command = [require_program("amtool"), "check-config", str(EXAMPLES / "alertmanager.yml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "2 receivers" in done.stdout
