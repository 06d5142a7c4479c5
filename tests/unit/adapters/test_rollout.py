"""A rollout store has calls routed in service mode; without one, and in the monolith, nothing of it is touched."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from livetrip_adapters import (
    BackendMode,
    Settings,
    SettingsError,
    for_request,
    live_trip_port,
    load_settings,
    open_live_trip,
)
from livetrip_adapters.rollout import live_trip_plan
from livetrip_adapters.rollout_store import rollout_store
from livetrip_contract import Caller
from support.processes import KEY, running_api
from support.waiting import eventually
from switchover import Recorder, Share
from switchover.context import current
from switchover.rollout.orders import Operator
from switchover.telemetry import CallEvent

AIKO = Caller("aiko", frozenset({"staff"}))


class Told:
    """The events of the calls, as they are asked for."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.events: list[CallEvent] = []
        self.recorder.subscribe(self.events.extend)

    def last(self) -> tuple[str, str]:
        self.recorder.flush()
        return self.events[-1].wiring, self.events[-1].reason


def settings(folder: Path, address: str, **given: Any) -> Settings:
    return Settings(
        backend_mode=BackendMode.SERVICE,
        service_url=address,
        service_key=SecretStr(KEY),
        database_url=SecretStr(f"sqlite:///{folder / 'livetrip.sqlite3'}"),
        rollout=SecretStr(f"file:{folder / 'rollout'}"),
        **given,
    )


async def test_calls_go_where_the_store_says_from_one_to_the_next(tmp_path: Path) -> None:
    told, store = Told(), rollout_store(f"file:{tmp_path / 'rollout'}")
    operator = Operator(store, live_trip_plan(live_trip_port()), who="tests")

    async def obeyed(order: Any, *given: Any, **named: Any) -> None:
        state = await asyncio.to_thread(lambda: order(*given, **named))
        assert (await asyncio.to_thread(operator.wait_obeyed, state.version, 10)).is_complete()

    with running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service:
        async with open_live_trip(settings(tmp_path, service.address), told.recorder) as live_trip:
            await live_trip.get_session(AIKO)
            assert told.last() == ("direct", "none")
            await asyncio.to_thread(eventually, store.workers)
            await obeyed(operator.set_share, Share(10_000), why="up")
            await live_trip.get_session(AIKO)
            assert told.last() == ("http", "all")
            await obeyed(operator.rollback, why="back")
            await live_trip.get_session(AIKO)
            assert told.last() == ("direct", "pinned")
    told.recorder.close()
    assert store.workers() == []


async def test_a_service_that_is_gone_costs_no_read_and_the_database_is_the_same(tmp_path: Path) -> None:
    told, store = Told(), rollout_store(f"file:{tmp_path / 'rollout'}")
    operator = Operator(store, live_trip_plan(live_trip_port()), who="tests")
    operator.set_share(Share(10_000), why="all", is_forced=True)
    with running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service:
        async with open_live_trip(settings(tmp_path, service.address), told.recorder) as live_trip:
            before = await live_trip.list_trips(AIKO)
            assert told.last() == ("http", "all")
            service.process.kill()
            service.process.wait(20)
            assert await live_trip.list_trips(AIKO) == before
            assert told.last() == ("direct", "fallback")
    told.recorder.close()


async def test_the_monolith_does_not_look_at_the_store(tmp_path: Path) -> None:
    told = Told()
    operator = Operator(rollout_store(f"file:{tmp_path / 'rollout'}"), live_trip_plan(live_trip_port()), who="tests")
    operator.set_share(Share(10_000), why="all", is_forced=True)
    monolith = settings(tmp_path, "http://127.0.0.1:9").model_copy(update={"backend_mode": BackendMode.MONOLITH})
    async with open_live_trip(monolith, told.recorder) as live_trip:
        await live_trip.get_session(AIKO)
        assert told.last() == ("direct", "wired")
        assert operator._store.workers() == []
    told.recorder.close()


def test_a_store_that_is_none_is_told_in_service_mode_alone_and_without_its_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LIVETRIP_ROLLOUT", "mysql://u:hunter2@h/d")
    monkeypatch.setenv("BACKEND_MODE", "monolith")
    assert load_settings().backend_mode is BackendMode.MONOLITH
    monkeypatch.setenv("BACKEND_MODE", "service")
    monkeypatch.setenv("LIVETRIP_SERVICE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("LIVETRIP_SERVICE_KEY", KEY)
    for wrong in ("mysql://u:hunter2@h/d", "file:", "postgresql://u:hunter2@h/d?nonsense=hunter2"):
        monkeypatch.setenv("LIVETRIP_ROLLOUT", wrong)
        with pytest.raises(SettingsError, match="LIVETRIP_ROLLOUT has to be file:PATH or postgresql://") as caught:
            load_settings()
        assert "hunter2" not in str(caught.value)
    monkeypatch.setenv("LIVETRIP_ROLLOUT", "postgresql://u:hunter2@h/d")
    assert "hunter2" not in repr(load_settings())


async def test_the_lease_of_the_environment_is_told_to_the_store(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("BACKEND_MODE", raising=False)
    monkeypatch.setenv("LIVETRIP_ROLLOUT_LEASE_SECONDS", "90")
    assert load_settings().rollout_lease_seconds == 90
    for seconds in (90.0, None):
        given = settings(tmp_path, "http://127.0.0.1:9", rollout_lease_seconds=seconds)
        async with open_live_trip(given):
            store = rollout_store(f"file:{tmp_path / 'rollout'}")
            await asyncio.to_thread(eventually, store.workers)
            assert [worker.beat.lease_seconds for worker in store.workers()] == [seconds]


@pytest.mark.parametrize("wrong", ["soon", "0", "9.9", "nan", "90000"])
def test_a_lease_that_a_short_outage_would_end_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("LIVETRIP_ROLLOUT_LEASE_SECONDS", wrong)
    with pytest.raises(SettingsError, match="LIVETRIP_ROLLOUT_LEASE_SECONDS: Input should be"):
        load_settings()


async def test_a_plan_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    plan = tmp_path / "rollout.toml"
    plan.write_text('[[waves]]\nname = "all"\noperations = ["getTrips"]\n')
    with pytest.raises(SettingsError, match=r"LIVETRIP_ROLLOUT_PLAN: [\s\S]*did you mean getTrip"):
        async with open_live_trip(settings(tmp_path, "http://127.0.0.1:9", rollout_plan=plan)):
            raise AssertionError("it opened")


async def test_a_cache_that_has_no_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    given = settings(tmp_path, "http://127.0.0.1:9", rollout_cache=tmp_path / "taken" / "cache.json")
    down = given.model_copy(update={"rollout": SecretStr("postgresql://u@127.0.0.1:9/d")})
    with pytest.raises(SettingsError, match=r"LIVETRIP_ROLLOUT_CACHE: .*/taken cannot be made: File exists"):
        async with open_live_trip(down):
            raise AssertionError("it opened")


async def test_a_store_that_is_down_is_waited_for_briefly_and_the_cache_file_counts(tmp_path: Path) -> None:
    told, cache = Told(), tmp_path / "deeper" / "cache.json"
    given = settings(tmp_path, "http://127.0.0.1:9", rollout_cache=cache)
    down = given.model_copy(update={"rollout": SecretStr("postgresql://u@127.0.0.1:9/d")})
    async with open_live_trip(down, told.recorder) as live_trip:
        await live_trip.get_session(AIKO)
        assert told.last() == ("direct", "none")
    assert cache.parent.is_dir()
    told.recorder.close()


def test_what_a_request_asks_for_is_beside_its_calls() -> None:
    with for_request({"Cookie": "a=b; backend=http"}, session="s-1"):
        assert (current().side, current().session) == ("http", "s-1")
    with for_request({"X-Backend": "direct", "Cookie": "backend=http"}):
        assert (current().side, current().session) == ("direct", None)
    with for_request({}, session=""):
        assert (current().side, current().session) == (None, None)
