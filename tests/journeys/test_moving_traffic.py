"""Traffic of LiveTrip moves to the service and is taken back, under load, while the service is killed: nobody notices.

`SWITCHOVER_PROOF=1` (`make proof`) makes the 200 changes that the proof asks for, and kills the service at every stage; otherwise there is less
of each, so that every run has some.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from journeys.test_fleet import OBJECTIVE_SECONDS, WORKERS, obeyed_in, told
from livetrip_adapters import Settings, live_trip_port, open_live_trip
from livetrip_adapters.rollout import live_trip_plan
from livetrip_contract import Caller, TripDraft
from support.fleet import rollout_store
from support.processes import KEY, Running, clean_environment, running, running_api
from support.waiting import eventually
from switchover.rollout.orders import Operator
from switchover.rollout.record import verify
from switchover.rollout.stores import RolloutStore

IS_FULL = os.environ.get("SWITCHOVER_PROOF") == "1"
CHANGES = 200 if IS_FULL else 16
STAGES = (100, 1_000, 5_000, 10_000)
KILLED_AT = STAGES if IS_FULL else (1_000, 10_000)
WRITTEN_AT = (*STAGES, 5_000, 0, 10_000) if IS_FULL else (5_000, 0, 10_000)
USERS = [f"user-{number}" for number in range(20)]


@dataclass
class World:
    """A database, a service on it that can be killed and started again, and workers that call."""

    folder: Path
    store: RolloutStore
    operator: Operator
    trips: dict[str, str]
    service: Running
    workers: list[Running]
    stack: ExitStack

    def reports(self) -> list[dict[str, Any]]:
        return [json.loads((self.folder / f"{number}" / "report").read_text()) for number in range(len(self.workers))]

    def calls(self) -> int:
        return sum(report["calls"] for report in self.reports())

    def wait_for_calls(self, number: int) -> None:
        """Wait until so many more calls have been made."""
        before = self.calls()
        eventually(lambda: self.calls() >= before + number, 60, what=f"{number} calls")

    def kill_service(self) -> None:
        self.service.process.kill()
        self.service.process.wait(20)

    def restart_service(self) -> None:
        """On the port that it had."""
        port = self.service.address.rpartition(":")[2]
        self.service = self.stack.enter_context(running_api(self.folder, "--port", port, LIVETRIP_SERVICE_KEY=KEY))

    def ended(self) -> list[dict[str, Any]]:
        """End the workers; what became of their calls."""
        for worker in self.workers:
            assert worker.stop() == 0, worker.log.read_text()
        found = self.reports()
        print(
            f"{sum(it['calls'] for it in found)} calls, by side and reason: {dict(sum(map(sides, found), Counter()))}"
        )
        return found


def sides(report: dict[str, Any]) -> Counter[str]:
    return Counter(report["sides"])


@contextmanager
def world(kind: str, folder: Path) -> Iterator[World]:
    database = f"sqlite:///{folder / 'livetrip.sqlite3'}"
    where = folder / "rollout"
    store = rollout_store("file", str(where))
    with ExitStack() as stack:
        service = stack.enter_context(running_api(folder, "--port", "0", LIVETRIP_SERVICE_KEY=KEY))
        trips = asyncio.run(planned(database))
        environment = clean_environment(
            BACKEND_MODE="service",
            LIVETRIP_SERVICE_URL=service.address,
            LIVETRIP_SERVICE_KEY=KEY,
            LIVETRIP_DATABASE_URL=database,
            LIVETRIP_ROLLOUT=f"file:{where}",
        )
        workers = []
        for number in range(WORKERS):
            own = folder / f"{number}"
            own.mkdir()
            share = {user: trips[user] for user in USERS[number::WORKERS]} if kind == "writes" else trips
            command = [sys.executable, "-m", "support.traffic", kind, json.dumps(share), str(own / "report")]
            workers.append(stack.enter_context(running(command, own, environment)))
        operator = Operator(store, live_trip_plan(live_trip_port()), who="tests")
        eventually(lambda: len(store.workers()) == WORKERS, 30)
        eventually(lambda: all((folder / f"{number}" / "report").exists() for number in range(WORKERS)), 30)
        yield World(folder, store, operator, trips, service, workers, stack)
    store.close()


async def planned(database: str) -> dict[str, str]:
    """A trip for each user."""
    async with open_live_trip(Settings(database_url=SecretStr(database))) as live_trip:
        return {
            user: str(
                (
                    await live_trip.create_trip(
                        Caller(user), TripDraft(title=f"Trip of {user}", start_date="2026-11-20", end_date="2026-11-24")
                    )
                ).id
            )
            for user in USERS
        }


def require_unnoticed(reports: list[dict[str, Any]]) -> None:
    assert [report["failed"] for report in reports] == [[]] * WORKERS
    assert [report["wrong"] for report in reports] == [0] * WORKERS


def test_changes_under_load_are_obeyed_within_a_second_and_cost_no_call(tmp_path: Path) -> None:
    with world("reads", tmp_path) as it:
        shares = [*STAGES, *STAGES[-2::-1], 0]
        seconds = [obeyed_in(it.operator, shares[number % len(shares)]) for number in range(CHANGES)]
        told("under load", seconds)
        assert max(seconds) <= OBJECTIVE_SECONDS
        frozen = it.workers[1].process
        frozen.send_signal(signal.SIGSTOP)
        obeyed = it.operator.wait_obeyed(it.operator.rollback(why="drill").version, 1.5)
        frozen.send_signal(signal.SIGCONT)
        assert [late.beat.pid for late in obeyed.late] == [frozen.pid]
        assert (obeyed.n, obeyed.of) == (WORKERS - 1, WORKERS)
        assert it.operator.wait_obeyed(it.store.load().version, 20).is_complete()
        assert verify(it.store.history(), state=it.store.load()) == ()
        reports = it.ended()
        require_unnoticed(reports)
        met = sum(map(sides, reports), Counter())
        assert met["http bucket"] > 0
        assert met["direct bucket"] > 0
        assert met["direct pinned"] > 0


def test_a_service_that_is_killed_at_every_stage_costs_no_read(tmp_path: Path) -> None:
    with world("reads", tmp_path) as it:
        for share in KILLED_AT:
            obeyed_in(it.operator, share)
            it.wait_for_calls(100)
            it.kill_service()
            it.wait_for_calls(400)
            it.restart_service()
        it.wait_for_calls(100)
        reports = it.ended()
        require_unnoticed(reports)
        assert sum(map(sides, reports), Counter())["direct fallback"] > 0


def test_every_write_that_was_acknowledged_is_there_once_whichever_side_it_was_on(tmp_path: Path) -> None:
    with world("writes", tmp_path) as it:
        for share in WRITTEN_AT:
            obeyed_in(it.operator, share)
            it.wait_for_calls(16)
            if share == 10_000:
                it.kill_service()
                it.wait_for_calls(12)
                it.restart_service()
        it.wait_for_calls(12)
        reports = it.ended()
        require_unnoticed(reports)
        found = asyncio.run(entries(f"sqlite:///{tmp_path / 'livetrip.sqlite3'}", it.trips))
        assert max(Counter(text for text, _ in found).values()) == 1
        there = dict(found)
        acknowledged = {key: entry for report in reports for key, entry in report["written"].items() if entry}
        print(
            f"{len(acknowledged)} writes acknowledged, {sum(report['repeated'] for report in reports)} attempts repeated"
        )
        assert {key: there.get(key) for key in acknowledged} == acknowledged
        met = sum(map(sides, reports), Counter())
        assert met["http all"] > 0
        assert met["direct none"] > 0


async def entries(database: str, trips: dict[str, str]) -> list[tuple[str, str]]:
    """Text and id of every entry."""
    found: list[tuple[str, str]] = []
    async with open_live_trip(Settings(database_url=SecretStr(database))) as live_trip:
        for user, trip in trips.items():
            cursor, is_first = None, True
            while is_first or cursor is not None:
                page = await live_trip.list_entries(Caller(user), UUID(trip), cursor=cursor, limit=100)
                found.extend((entry.text, str(entry.id)) for entry in page.items)
                cursor, is_first = page.next_cursor, False
    return found
