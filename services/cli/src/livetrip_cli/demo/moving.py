"""Reads move to the service, stage by stage, in two processes of the web side; then they are taken back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from livetrip_adapters import Settings, live_trip_port, open_live_trip
from livetrip_adapters.rollout import live_trip_plan
from livetrip_adapters.rollout_store import rollout_store
from livetrip_cli.demo.process import RunningService
from livetrip_cli.demo.workers import DemoWorker, running_worker
from livetrip_contract import Caller, TripDraft
from switchover.rollout import RolloutState, Share
from switchover.rollout.orders import Operator

WORKERS: Final = 2
_USERS: Final = 100
_WITH_A_TRIP: Final = 10
_WAVE: Final = "reads"
_OBEYED_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: the share that was planned, what became of the reads, and how long all workers took to obey (None: they did not)."""

    name: str
    planned: Share
    calls: int
    over_http: int
    failed: int
    wrong: int
    seconds: float | None

    @property
    def measured(self) -> float:
        """Percent of the calls that went over HTTP."""
        return 100 * self.over_http / self.calls


async def move_and_take_back(
    folder: Path, service: RunningService, key: str, say: Callable[[str], Any]
) -> Sequence[Stage]:
    """Raises ServiceDidNotStart if a worker does not start, or ends."""
    database, where = f"sqlite:///{folder / 'service.sqlite3'}", f"file:{folder / 'rollout'}"
    titles = await _planned(database)
    environment = {
        "BACKEND_MODE": "service",
        "LIVETRIP_SERVICE_URL": service.url,
        "LIVETRIP_SERVICE_KEY": key,
        "LIVETRIP_DATABASE_URL": database,
        "LIVETRIP_ROLLOUT": where,
    }
    say(f"moving reads of {_USERS} users to the service, in {WORKERS} processes …")
    plan, store = live_trip_plan(live_trip_port()), rollout_store(where)
    operator = Operator(store, plan, who="livetrip demo")
    async with AsyncExitStack() as stack:
        workers = [
            await stack.enter_async_context(running_worker(folder, number, environment)) for number in range(WORKERS)
        ]
        await asyncio.gather(*(worker.begin(titles) for worker in workers))
        stages = [await _stage("stage", Share(0), workers, operator, None)]
        for stage in next(wave for wave in plan.waves if wave.name == _WAVE).stages:
            order = partial(operator.set_share, stage.share, [_WAVE], why="demo")
            stages.append(await _stage("stage", stage.share, workers, operator, order))
        order = partial(operator.rollback, [_WAVE], why="to show that it works")
        stages.append(await _stage("rollback", Share(0), workers, operator, order))
    return stages


async def _stage(
    name: str,
    planned: Share,
    workers: Sequence[DemoWorker],
    operator: Operator,
    order: Callable[[], RolloutState] | None,
) -> Stage:
    """Give the order while the workers read, and count the reads after all have obeyed."""
    during = [asyncio.create_task(worker.read()) for worker in workers]
    seconds = 0.0 if order is None else await _obeyed(operator, order)
    moving = await asyncio.gather(*during)
    settled = await asyncio.gather(*(worker.read() for worker in workers))
    return Stage(
        name,
        planned,
        sum(told["calls"] for told in settled),
        sum(told["http"] for told in settled),
        sum(told["failed"] for told in (*moving, *settled)),
        sum(told["wrong"] for told in (*moving, *settled)),
        seconds,
    )


async def _obeyed(operator: Operator, order: Callable[[], RolloutState]) -> float | None:
    started = time.monotonic()
    state = await asyncio.to_thread(order)
    obeyed = await asyncio.to_thread(operator.wait_obeyed, state.version, _OBEYED_SECONDS)
    return time.monotonic() - started if obeyed.is_complete() and obeyed.of == WORKERS else None


async def _planned(database: str) -> dict[str, list[str]]:
    """The titles of each user's trips: some have one."""
    titles: dict[str, list[str]] = {f"traveller-{number}": [] for number in range(_USERS)}
    async with open_live_trip(Settings(database_url=SecretStr(database))) as live_trip:
        for user in list(titles)[:_WITH_A_TRIP]:
            draft = TripDraft(title=f"A trip of {user}", start_date="2026-01-01", end_date="2026-01-02")
            titles[user].append((await live_trip.create_trip(Caller(user), draft)).title)
    return titles


def is_proven(stages: Sequence[Stage]) -> bool:
    """Did all workers obey every time, did no call fail, was no answer wrong, and is nothing left over HTTP?"""
    is_well = all(stage.seconds is not None and not stage.failed and not stage.wrong for stage in stages)
    return is_well and not stages[-1].over_http


def stages_report(stages: Sequence[Stage]) -> dict[str, Any]:
    """The same as JSON has it; shares in percent."""
    return {
        "workers": WORKERS,
        "stages": [
            {
                "name": stage.name,
                "planned": int(stage.planned) / 100,
                "measured": round(stage.measured, 2),
                "calls": stage.calls,
                "obeyedSeconds": None if stage.seconds is None else round(stage.seconds, 3),
            }
            for stage in stages
        ],
        "failed": sum(stage.failed for stage in stages),
        "wrong": sum(stage.wrong for stage in stages),
    }


def print_stages(stages: Sequence[Stage]) -> None:
    """A line for each stage."""
    print(f"\nreads over HTTP   planned  measured   all {WORKERS} workers obeyed")
    for number, stage in enumerate(stages):
        said = "not all of them" if stage.seconds is None else f"within {stage.seconds:.2f} s" if number else ""
        print(f"{stage.name:<16} {stage.planned!s:>8} {stage.measured:>7.1f} %   {said}".rstrip())
    failed, wrong = sum(stage.failed for stage in stages), sum(stage.wrong for stage in stages)
    print(f"\nWhile traffic moved: {failed} calls failed, {wrong} answers were wrong.")
