"""`switchover rehearse` with LiveTrip's own load: two processes of pages, the service and a state, as anybody would run them."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.processes import KEY, ROOT, clean_environment, running, running_api, switchover
from support.rehearsing import seeded
from support.waiting import eventually
from switchover import FileRolloutStore
from switchover.rehearsal import report_of

USERS = ["aiko", "bashir", "chidi"]
PLAN = ROOT / "packages/adapters/src/livetrip_adapters/rollout.toml"
READS = ["listTrips", "getTrip", "getTripSummary", "listEntries", "getEntry", "listPhotos"]
"""All that the pages call and the travellers have something for."""

SETTINGS = f"""\
[tool.switchover]
contract = "{ROOT / "openapi" / "openapi.yaml"}"
rollout = "{PLAN}"
rehearsal = "livetrip_web.rehearsing:calls"
"""
WEB = {"LIVETRIP_WEB_DEV_SIGN_IN": "1", "LIVETRIP_WEB_SESSION_KEY": KEY[::-1]}
DRILL = ("rehearse", "--hold", "1500ms", "--stages", "50,100")


@dataclass(frozen=True)
class Diary:
    """What runs. `desk`: the environment of whoever rehearses."""

    folder: Path
    urls: list[str]
    desk: dict[str, str]


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    where = f"file:{tmp_path / 'rollout'}"
    with ExitStack() as stack:
        service = stack.enter_context(running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY))
        asyncio.run(seeded(service.address, USERS))
        web = {**WEB, "LIVETRIP_WEB_SESSIONS": f"sqlite:///{tmp_path / 'sessions.sqlite3'}"}
        environment = clean_environment(
            **web,
            BACKEND_MODE="service",
            LIVETRIP_SERVICE_URL=service.address,
            LIVETRIP_SERVICE_KEY=KEY,
            LIVETRIP_DATABASE_URL=f"sqlite:///{tmp_path / 'livetrip.sqlite3'}",
            LIVETRIP_ROLLOUT=where,
        )
        urls = []
        for number in range(2):
            own = tmp_path / f"web-{number}"
            own.mkdir()
            command = [sys.executable, "-m", "livetrip_web", "--port", "0"]
            urls.append(stack.enter_context(running(command, own, environment)).address)
        store = FileRolloutStore(tmp_path / "rollout")
        eventually(lambda: len(store.workers()) == 2, 30)
        desk = {**web, "SWITCHOVER_ROLLOUT_STORE": where, "LIVETRIP_REHEARSAL_USERS": ",".join(USERS)}
        yield Diary(tmp_path, urls, desk)
        assert not store.load().shares


def test_livetrip_rehearses_a_rollback_with_its_own_pages(diary: Diary) -> None:
    urls = ",".join(diary.urls)
    done = switchover(*DRILL, cwd=diary.folder, LIVETRIP_REHEARSAL_URLS=urls, **diary.desk)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not rehearsed, because the load has no call of them: getHealth, getSession, getPhoto\n" in done.stdout
    report = json.loads((diary.folder / "rehearsal.json").read_text("utf-8"))
    assert report_of(json.dumps(report)).has_passed
    assert report["subject"]["operations"] == READS
    steps = report["measures"]["steps"]
    assert [step["order"] for step in steps] == ["set", "set", "rollback", "resume"]
    assert all(step["obeyed"] == step["of"] == 2 for step in steps)
    assert [worker["has_called"] for worker in report["measures"]["http"]] == [True, True]
    assert sum(step["calls"] for step in steps) > 50
    assert not any(user in json.dumps(report) for user in USERS)
    doctor = json.loads(switchover("doctor", "--json", cwd=diary.folder).stdout)
    assert doctor["steps"][-1]["state"] == "done"


def test_a_web_process_that_no_page_is_asked_of_keeps_a_rehearsal_from_passing(diary: Diary) -> None:
    done = switchover(*DRILL, cwd=diary.folder, LIVETRIP_REHEARSAL_URLS=diary.urls[0], **diary.desk)
    assert done.returncode == 1, done.stdout + done.stderr
    (missed,) = json.loads((diary.folder / "rehearsal.json").read_text("utf-8"))["missed"]
    assert missed.endswith("made no call over HTTP, so nothing was seen of its way back: the load does not reach it")
