"""A fault is switched on, and somebody is told: metrics, rules, Prometheus, Alertmanager and a webhook, all real."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.monitoring import EXAMPLES, Monitoring, Notice, Target, monitoring
from support.processes import clean_environment, running
from support.programs import require_program
from support.promtool import promtool
from switchover.telemetry.objectives import Burn, Duration, Percentage, Timing, parse, rules

SECONDS = 90.0
"""How long each step may take on a busy machine; at rest it is a few."""

OBJECTIVES = parse(b'window = "5s"\nminimum_calls = 5')
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
    """A small process with the metrics of the kit. Any service takes its place that can be called and made to fail."""
    with (
        running([sys.executable, "-m", "support.watched"], tmp_path, clean_environment()) as process,
        httpx.Client(base_url=f"http://{process.address}", timeout=10) as client,
    ):
        yield Target(
            "watched",
            process.address,
            lambda: client.post("/call"),
            lambda is_on: client.request("PUT" if is_on else "DELETE", "/fault"),
        )


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
            "job": "watched",
            "operation": "getTrip",
            "wiring": "serve",
            "objective": "1%",
            "severity": "page",
        }
        assert notice.annotations["summary"] == "getTrip (serve, watched): too many calls fail"

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
