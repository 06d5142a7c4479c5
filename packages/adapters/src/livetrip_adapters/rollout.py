"""How this process follows a rollout: its plan, its store, and what became of the calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from livetrip_adapters.folders import make_folder
from livetrip_adapters.rollout_store import is_shared, rollout_store
from livetrip_adapters.settings import Settings, SettingsError
from livetrip_contract import LiveTrip
from switchover import Port, Recorder, Rollout
from switchover.errors import PlanError
from switchover.rollout.follower import Follower
from switchover.rollout.plan import RolloutPlan, load, parse
from switchover.rollout.reporting import Reporter

START_SECONDS: Final = 2.0
"""How long a process waits for the store before it begins with what it knows: nothing, and then all is answered here."""


def live_trip_plan(port: Port[LiveTrip], path: Path | None = None) -> RolloutPlan:
    """The plan of a file, or the one that this package carries.

    Raises:
        SettingsError: it cannot be used.
    """
    operations = [plan.operation for plan in port.plans.values()]
    try:
        if path is not None:
            return load(path, operations)
        return parse(resources.files("livetrip_adapters").joinpath("rollout.toml").read_bytes(), operations=operations)
    except PlanError as error:
        raise SettingsError(f"LIVETRIP_ROLLOUT_PLAN: {error}") from error


@asynccontextmanager
async def open_rollout(port: Port[LiveTrip], settings: Settings, recorder: Recorder) -> AsyncIterator[Rollout]:
    """Who goes where, as the store has it from one moment to the next. A store that does not answer changes nothing.

    Raises:
        SettingsError: plan or store cannot be used.
    """
    assert settings.rollout is not None
    address = settings.rollout.get_secret_value()
    rollout = Rollout(live_trip_plan(port, settings.rollout_plan).rules())
    try:
        store = rollout_store(address)
    except ValueError as error:
        raise SettingsError(f"LIVETRIP_ROLLOUT: {error}") from None
    cache = settings.rollout_cache if is_shared(address) else None
    if cache is not None:
        make_folder(cache.parent, "LIVETRIP_ROLLOUT_CACHE")
    follower = Follower(
        store,
        rollout.apply,
        name="livetrip",
        cache=cache,
        report=Reporter.watching(recorder, rollout).report,
        lease_seconds=settings.rollout_lease_seconds,
        suspend=rollout.suspend,
    )
    follower.start()
    try:
        await asyncio.to_thread(follower.wait_in_force, START_SECONDS)
        yield rollout
    finally:
        await asyncio.to_thread(follower.stop)
        await asyncio.to_thread(store.close)
