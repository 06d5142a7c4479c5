"""`livetrip up` in service mode: the rollout of its pages, in the hands of whoever types what it prints; and the environment of both sides."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from journeys.conftest import MODES
from support.pages import Browser
from support.processes import ROOT, clean_environment
from support.shown import Up, up
from support.waiting import eventually

PLAN = ROOT / "packages/adapters/src/livetrip_adapters/rollout.toml"


def typed(started: Up, *orders: str) -> str:
    """What the lines that were printed say, pasted into a shell."""
    lines = started.to_type()
    script = "\n".join(lines[order] for order in ("export", *orders))
    done = subprocess.run(
        ["/bin/sh", "-ec", script], capture_output=True, text=True, timeout=120, check=False,
        cwd=started.log.parent, env=clean_environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def wirings(started: Up) -> Counter[str]:
    """How many calls of the pages went where."""
    return Counter(call["wiring"] for call in started.calls())


async def test_what_it_says_to_type_moves_the_calls_of_the_pages_and_takes_them_back(tmp_path: Path) -> None:
    with up(tmp_path, "--sample-data", BACKEND_MODE="service", LIVETRIP_LOG_FORMAT="json", UV="") as started:
        assert any(line.startswith("no call goes to it yet") for line in started.said)
        browser = Browser(None, origin=started.pages)
        async with browser.client:
            await browser.sign_in("aiko")
            eventually(lambda: wirings(started)["direct"], what="a call here")
            assert wirings(started)["http"] == 0
            said = typed(started, "set", "status")
            assert "1 of 1 workers obey" in said
            assert (await browser.open("/trips")).status == 200
            eventually(lambda: wirings(started)["http"] == 1, what="a call at the service")
            typed(started, "rollback")
            before = wirings(started)["direct"]
            assert (await browser.open("/trips")).status == 200
            eventually(lambda: wirings(started)["direct"] > before, what="a call here again")
            assert wirings(started)["http"] == 1


def test_a_rollout_goes_on_where_it_was(tmp_path: Path) -> None:
    with up(tmp_path, BACKEND_MODE="service", UV="") as started:
        typed(started, "set")
    with up(tmp_path, BACKEND_MODE="service", UV="") as started:
        assert any(line.startswith("7 operations have a share") for line in started.said)
        assert "set" not in started.to_type()
        typed(started, "rollback")
    with up(tmp_path, BACKEND_MODE="service", UV="") as started:
        assert any(line.startswith("no call goes to it yet") for line in started.said)
        typed(started, "resume", "set", "status", "rollback")


@pytest.mark.parametrize("mode", MODES)
async def test_the_environment_counts_on_both_sides(mode: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "plan.toml").write_text(PLAN.read_text("utf-8").replace('name = "reads"', 'name = "all-reads"'))
    environment = {
        "BACKEND_MODE": mode,
        "LIVETRIP_DATABASE_URL": f"sqlite:///{tmp_path}/data/diary.sqlite3",
        "LIVETRIP_PHOTOS_FOLDER": str(tmp_path / "pictures"),
        "LIVETRIP_METRICS_PORT": "0",
        "LIVETRIP_LOG_FORMAT": "text",
        "LIVETRIP_ROLLOUT_PLAN": str(tmp_path / "plan.toml"),
    }
    with up(tmp_path, "--sample-data", UV="", **environment) as started:
        browser = Browser(None, origin=started.pages)
        async with browser.client:
            assert "Kyoto in autumn" in (await browser.sign_in("aiko")).text
            metrics = await browser.client.get(started.said[0].removeprefix("metrics are at "))
        assert 'operation="listTrips"' in metrics.text
        if mode == "service":
            typed(started, "set", "status")
        assert started.stop() == 0
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir())
    expected = {"diary.sqlite3", "sessions.sqlite3"} | ({"rollout"} if mode == "service" else set())
    assert {path.name for path in (tmp_path / "data").iterdir()} == expected
    assert not (tmp_path / ".livetrip").exists()
    assert "INFO livetrip.calls listTrips" in started.log.read_text("utf-8")
