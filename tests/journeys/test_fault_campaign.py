"""One fault after another, under load: no write is lost or doubled, no read fails, and no word of `rollback` is false.

`SWITCHOVER_PROOF=1` (`make campaign`) draws 200 faults for each store; otherwise each fault that is not slow is made once, on one of the stores.
`SWITCHOVER_FAULT=TEXT` makes those whose names contain the text, to look at one.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from journeys.test_moving_traffic import entries, planned
from livetrip_bff import migrate
from support.campaign.claims import find_falsehoods
from support.campaign.faults import FAULTS, Fault, outcome, raise_shares
from support.campaign.loop import LoopThread, loop_thread
from support.campaign.stores import CampaignStore, FileCampaignStore, PostgresqlCampaignStore
from support.campaign.world import Worker, World
from support.postgresql import postgresql_server
from support.traffic import AT_ONCE
from support.waiting import eventually
from switchover.rollout.record import verify

IS_FULL = os.environ.get("SWITCHOVER_PROOF") == "1"
FULL_FAULTS = int(os.environ.get("SWITCHOVER_CAMPAIGN", "200"))
ONLY = os.environ.get("SWITCHOVER_FAULT", "")
SEED = int(os.environ.get("SWITCHOVER_SEED", "9"))


def drawn(kind: str) -> list[Fault]:
    """The faults of a campaign, in order: every one in turn, in an order of chance each round."""
    chance = random.Random(SEED)
    able = [fault for fault in FAULTS if kind in fault.kinds and ONLY in fault.name]
    if not IS_FULL:
        turn = sorted(("file", "postgresql")).index(kind)
        return [
            fault
            for number, fault in enumerate(able)
            if ONLY or not (fault.is_slow or (len(fault.kinds) > 1 and number % 2 != turn))
        ]
    chosen: list[Fault] = []
    slow = [fault for fault in able if fault.is_slow]
    quick = [fault for fault in able if not fault.is_slow]
    while len(chosen) < FULL_FAULTS:
        round_ = [*quick, *(slow if not chosen or len(chosen) > FULL_FAULTS // 2 else ())]
        chance.shuffle(round_)
        chosen += round_
    return chosen[:FULL_FAULTS]


@contextmanager
def world(kind: str, folder: Path) -> Iterator[World]:
    """LiveTrip under load, with a store of one kind."""
    with ExitStack() as stack:
        loop = stack.enter_context(loop_thread())
        database, store = _places(kind, folder, loop, stack)
        trips = asyncio.run(_planned(database))
        it = World(folder, database, store, trips, loop)
        stack.callback(it.close)
        yield it


async def _planned(database: str) -> dict[str, str]:
    await migrate(database)
    return await planned(database)


def _places(kind: str, folder: Path, loop: LoopThread, stack: ExitStack) -> tuple[str, CampaignStore]:
    if kind == "file":
        return f"sqlite:///{folder / 'livetrip.sqlite3'}", FileCampaignStore(folder)
    (folder / "a").mkdir()
    (folder / "b").mkdir()
    diary = stack.enter_context(postgresql_server(folder / "a"))
    server = stack.enter_context(postgresql_server(folder / "b"))
    store = PostgresqlCampaignStore(folder, server, loop)
    stack.callback(store.close)
    return diary.dsn, store


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder with a short name: sockets are in it."""
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        yield Path(folder)


@pytest.mark.parametrize("kind", ["file", "postgresql"])
def test_every_fault_leaves_calls_writes_and_claims_intact(kind: str, short_folder: Path) -> None:
    falsehoods: list[str] = []
    with world(kind, short_folder) as it:
        for number, fault in enumerate(drawn(kind), 1):
            falsehoods += _trial(it, number, fault)
            assert len(falsehoods) < 10, "\n".join(falsehoods)
        it.wait_for_calls(200)
        it.stop()
        _require_nothing_lost(it)
        store = it.store.open()
        assert verify(store.history(), state=store.load()) == ()
        store.close()
    assert not falsehoods, "\n".join(falsehoods)


def _trial(it: World, number: int, fault: Fault) -> list[str]:
    started = time.monotonic()
    try:
        raise_shares(it, (10_000,))
        it.wait_for_arrivals(5)
    except AssertionError as error:
        return [f"{number} before {fault.name}: {error}"]
    worker = it.workers[number % len(it.workers)]
    pids = {each.number: each.pid for each in it.workers}
    claim = fault.act(it, worker)
    found = find_falsehoods(it, claim, pids)
    if claim.ended.code not in fault.codes:
        found.append(f"exit code {claim.ended.code} instead of {sorted(fault.codes)}")
    found += _recovered(it)
    print(
        f"{number:3} {fault.name}, worker {worker.number}: {outcome(claim.ended)}"
        f" ({time.monotonic() - started:.1f} s){' FALSE: ' + '; '.join(found) if found else ''}",
        flush=True,
    )
    return [f"{number} {fault.name}: {what}\n{claim.ended.text}" for what in found]


def _recovered(it: World) -> list[str]:
    """After every fault, all processes run, and a rollback reaches all of them."""
    dead = [worker.number for worker in it.workers if not it.is_running(worker)]
    if dead:
        return [f"workers {dead} have ended"]
    try:
        eventually(lambda: it.switchover("rollback", "--why", "recovered").ended().code == 0, 40)
    except AssertionError:
        return ["no rollback succeeds after the fault"]
    return []


def _failed(worker: Worker) -> list[str]:
    """The calls that failed, without those whose time was over while their own process stood still."""
    found = [what for report in worker.read() for what in report["failed"]]
    is_late = ["CallTimeout" in what for what in found]
    late = sum(is_late)
    print(f"worker {worker.number}: {late} calls over in {worker.long_freezes} long freezes")
    if late > AT_ONCE[worker.kind] * worker.long_freezes:
        return found
    return [what for what, over in zip(found, is_late, strict=True) if not over]


def _require_nothing_lost(it: World) -> None:
    reports = [report for worker in it.workers for report in worker.read()]
    failed = [what for worker in it.workers for what in _failed(worker)]
    assert not failed, Counter(failed).most_common(10)
    assert sum(report["wrong"] for report in reports) == 0
    found = asyncio.run(entries(it.database, it.trips))
    assert max(Counter(text for text, _ in found).values()) == 1, "a write was doubled"
    there = dict(found)
    acknowledged = {key: entry for report in reports for key, entry in report["written"].items() if entry}
    assert acknowledged
    assert {key: there.get(key) for key in acknowledged} == acknowledged
    calls = sum(report["calls"] for report in reports)
    print(f"{calls} calls, 0 failed, 0 wrong; {len(acknowledged)} writes, each there once")
