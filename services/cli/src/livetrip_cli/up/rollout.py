"""What can be done with the rollout that the pages follow: lines to type in another terminal."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Final

from livetrip_adapters import Settings, live_trip_port
from livetrip_adapters.rollout import live_trip_plan
from livetrip_adapters.rollout_store import is_shared, rollout_store
from switchover.cli import settings as project
from switchover.errors import StoreUnavailable
from switchover.rollout import RolloutState, Share

_SEEN: Final = "listTrips"
"""What the first page calls: its wave is the one to see something of."""


def next_steps(settings: Settings) -> Iterator[str]:
    """How far the rollout has come, and what to type to see calls move, and come back.

    Raises:
        SettingsError: the plan cannot be used.
    """
    assert settings.rollout is not None
    address = settings.rollout.get_secret_value()
    try:
        state = _state(address)
    except StoreUnavailable as error:
        yield f"the rollout does not answer, so every call is answered by the pages' process: {error}"
        return
    moved = sum(share > Share(0) for share in state.shares.values())
    if moved:
        yield f"{moved} operations have a share of their calls there; in another terminal, in this folder, look, and take them back:"
    else:
        yield "no call goes to it yet; in another terminal, in this folder, move calls there, open a page, look, and take them back:"
    yield f"  export SWITCHOVER_ROLLOUT_STORE={_address(address)}"
    for order in _orders(settings, state, is_moving=moved > 0):
        yield f"  {order}"


def _orders(settings: Settings, state: RolloutState, *, is_moving: bool) -> Iterator[str]:
    command, named = _command(), _named(settings.rollout_plan)
    if state.is_pinned or state.pinned or state.held:
        yield f"{command} resume{named}"
    if not is_moving:
        plan = live_trip_plan(live_trip_port(), settings.rollout_plan)
        waves = [shlex.quote(wave.name) for wave in plan.waves if _SEEN in wave.operations]
        yield f"{command} set {waves[0] if waves else '--all'} 100 --why 'to see it'{named}"
    yield f"{command} status{named}"
    yield f"{command} rollback --why 'seen it'{named}"


def _command() -> str:
    """How the kit's command is called, by whoever called this one."""
    if os.environ.get("UV"):  # `uv run` sets it; what it runs need not be on the path elsewhere
        return "uv run switchover"
    return (
        "switchover" if shutil.which("switchover") else shlex.quote(str(Path(sys.executable).with_name("switchover")))
    )


def _state(address: str) -> RolloutState:
    store = rollout_store(address)
    try:
        return store.load()
    finally:
        store.close()


def _address(address: str) -> str:
    """As a shell takes it, from any folder. What may hold a password is not repeated: it is in the environment that it came from."""
    if is_shared(address):
        return '"$LIVETRIP_ROLLOUT"'
    return shlex.quote(f"file:{Path(address.removeprefix('file:')).absolute()}")


def _named(plan: Path | None) -> str:
    """Contract and plan as options, unless the commands find this plan by themselves from here."""
    plan = plan or Path(str(resources.files("livetrip_adapters").joinpath("rollout.toml")))
    try:
        found = project.if_any(None)
    except project.UsageError:
        found = None
    if found is not None and found.plan.resolve() == plan.resolve():
        return ""
    contract = resources.files("livetrip_contract").joinpath("openapi", "openapi.yaml")
    return f" --contract {shlex.quote(str(contract))} --plan {shlex.quote(str(plan.absolute()))}"
