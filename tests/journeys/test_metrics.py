"""The metrics of `livetrip-api`: who may read them, and that everybody who was not let in is counted by the reason."""

from __future__ import annotations

from pathlib import Path

import httpx

from support.processes import KEY, livetrip, running_api
from switchover.telemetry.metrics import names
from switchover.telemetry.metrics.rendering import Exposition
from unit.telemetry.metrics.counted import value

PROVED = {"authorization": f"Bearer {KEY}"}


def scraped(url: str, headers: dict[str, str] | None = None) -> Exposition:
    answered = httpx.get(url, headers=headers, timeout=30).raise_for_status()
    return Exposition(answered.headers["content-type"], answered.content)


def refused(found: Exposition, reason: str) -> float:
    return value(found, names.REFUSALS, {"reason": reason})


def test_refusals_are_counted_by_their_reason(tmp_path: Path) -> None:
    with running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service:
        trips, metrics = f"{service.address}/api/trips", f"{service.address}/metrics"
        before = scraped(metrics, PROVED)
        assert {refused(before, reason) for reason in ("missing", "unknown_key")} == {0}
        statuses = [
            httpx.get(trips).status_code,
            httpx.get(trips, headers={"authorization": f"Bearer {KEY}x"}).status_code,
            httpx.get(trips, headers={"authorization": f"Bearer {KEY}y"}).status_code,
            httpx.get(metrics).status_code,
        ]
        assert statuses == [401] * 4
        after = scraped(metrics, PROVED)
    assert refused(after, "missing") == 2
    assert refused(after, "unknown_key") == 2
    listing = {"operation": "listTrips", "wiring": "serve", "outcome": "refused"}
    assert value(after, names.CALLS, listing) == 3


def test_the_numbers_of_a_service_that_has_ended_are_kept_for_the_next(tmp_path: Path) -> None:
    directory = str(tmp_path / "numbers")
    settings = {"LIVETRIP_SERVICE_KEY": KEY, "LIVETRIP_METRICS_PORT": "0", "LIVETRIP_METRICS_DIRECTORY": directory}
    with running_api(tmp_path, "--port", "0", **settings) as service:
        assert httpx.get(f"{service.address}/api/health").status_code == 200
        found = scraped(f"{service.address}/metrics", PROVED)
        assert value(found, names.CALLS, {"operation": "getHealth", "wiring": "serve", "outcome": "ok"}) == 1
        assert service.stop() == 0
    [kept] = [path for path in Path(directory).iterdir() if path.name != "lock"]
    assert '"getHealth"' in kept.read_text("utf-8")


def test_a_command_neither_serves_metrics_nor_logs_unless_it_is_told(tmp_path: Path) -> None:
    with running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY, LIVETRIP_METRICS_PORT="0") as service:
        environment = {
            "BACKEND_MODE": "service",
            "LIVETRIP_SERVICE_URL": service.address,
            "LIVETRIP_SERVICE_KEY": KEY,
            "LIVETRIP_METRICS_PORT": "1",
        }
        quiet = livetrip("call", "listTrips", cwd=tmp_path, **environment)
        told = livetrip("call", "listTrips", cwd=tmp_path, LIVETRIP_LOG_FORMAT="json", **environment)
        text = livetrip("call", "listTrips", cwd=tmp_path, LIVETRIP_LOG_FORMAT="text", **environment)
    assert (quiet.returncode, quiet.stderr) == (0, "")
    assert '"service":"livetrip","operation":"listTrips","wiring":"http"' in told.stderr
    assert "livetrip.calls listTrips http ok " in text.stderr
