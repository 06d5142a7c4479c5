"""`switchover rehearse` with LiveTrip's own load: two processes of pages, the service and a state, as anybody would run them."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import ExitStack
from pathlib import Path

from support.processes import KEY, ROOT, clean_environment, running, running_api, switchover
from support.rehearsing import seeded
from support.waiting import eventually
from switchover import FileRolloutStore
from switchover.rehearsal import report_of

USERS = ["aiko", "bashir", "chidi"]
PLAN = ROOT / "packages/adapters/src/livetrip_adapters/rollout.toml"
READS = ("getHealth", "getSession", "listTrips", "getTrip", "getTripSummary", "listEntries", "getEntry", "listPhotos")
SETTINGS = f"""\
[tool.switchover]
contract = "{ROOT / "openapi" / "openapi.yaml"}"
rollout = "{PLAN}"
rehearsal = "livetrip_adapters.rehearsal:calls"
"""


def test_livetrip_rehearses_a_rollback_with_its_own_load(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    where = f"file:{tmp_path / 'rollout'}"
    with ExitStack() as stack:
        service = stack.enter_context(running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY))
        asyncio.run(seeded(service.address, USERS))
        environment = {
            "BACKEND_MODE": "service",
            "LIVETRIP_SERVICE_URL": service.address,
            "LIVETRIP_SERVICE_KEY": KEY,
            "LIVETRIP_DATABASE_URL": f"sqlite:///{tmp_path / 'livetrip.sqlite3'}",
            "LIVETRIP_ROLLOUT": where,
            "SWITCHOVER_ROLLOUT_STORE": where,
        }
        for number in range(2):
            own = tmp_path / f"web-{number}"
            own.mkdir()
            pages = clean_environment(**environment, LIVETRIP_WEB_DEV_SIGN_IN="1")
            stack.enter_context(running([sys.executable, "-m", "livetrip_web", "--port", "0"], own, pages))
        store = FileRolloutStore(tmp_path / "rollout")
        eventually(lambda: len(store.workers()) == 2, 30)

        refused = switchover("rehearse", *READS, cwd=tmp_path, **environment)
        assert refused.returncode == 1
        assert "LIVETRIP_REHEARSAL_USERS has to name travellers of your own" in refused.stdout + refused.stderr

        named = {**environment, "LIVETRIP_REHEARSAL_USERS": ",".join(USERS)}
        done = switchover("rehearse", *READS, "--hold", "1500ms", "--stages", "50,100", cwd=tmp_path, **named)
        assert done.returncode == 0, done.stdout + done.stderr
        report = json.loads((tmp_path / "rehearsal.json").read_text("utf-8"))
        assert report_of(json.dumps(report)).has_passed
        steps = report["measures"]["steps"]
        assert [step["order"] for step in steps] == ["set", "set", "rollback", "resume"]
        assert all(step["obeyed"] == step["of"] == 3 for step in steps)
        assert sum(step["calls"] for step in steps) > 50
        assert not any(user in json.dumps(report) for user in USERS)
        assert not store.load().shares
        doctor = json.loads(switchover("doctor", "--json", cwd=tmp_path, **environment).stdout)
        assert doctor["steps"][-1]["state"] == "done"
