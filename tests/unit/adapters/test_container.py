"""BACKEND_MODE chooses, and what was opened is closed."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from livetrip_adapters import BackendMode, Settings, SettingsError, open_live_trip
from livetrip_contract import Caller
from support.processes import KEY, running_api
from switchover import CallError, Fidelity, Recorder
from switchover.telemetry import CallEvent


def monolith(folder: Path, fidelity: Fidelity = Fidelity.OFF) -> Settings:
    return Settings(database_url=SecretStr(f"sqlite:///{folder / 'x.sqlite3'}"), fidelity=fidelity, fidelity_share=1.0)


async def outcomes(settings: Settings) -> list[tuple[str, str, str]]:
    recorder = Recorder()
    events: list[CallEvent] = []
    recorder.subscribe(events.extend)
    async with open_live_trip(settings, recorder) as live_trip:
        await live_trip.get_session(Caller("aiko"))
    recorder.close()
    return [(event.operation, event.wiring, event.outcome.value) for event in events]


@pytest.mark.parametrize("fidelity", Fidelity)
async def test_monolith_calls_the_backend_in_this_process(tmp_path: Path, fidelity: Fidelity) -> None:
    assert await outcomes(monolith(tmp_path, fidelity)) == [("getSession", "direct", "ok")]


async def test_service_calls_over_http(tmp_path: Path) -> None:
    with running_api(tmp_path, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service:
        settings = Settings(backend_mode=BackendMode.SERVICE, service_url=service.address, service_key=SecretStr(KEY))
        assert await outcomes(settings) == [("getSession", "http", "ok")]


async def test_a_service_that_trusts_whoever_reaches_it_is_called_without_a_key(tmp_path: Path) -> None:
    with running_api(tmp_path, "--socket", str(tmp_path / "s"), LIVETRIP_TRUST="open"):
        settings = Settings(backend_mode=BackendMode.SERVICE, service_socket=tmp_path / "s", trust="open")
        assert await outcomes(settings) == [("getSession", "http", "ok")]


async def test_a_database_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    settings = Settings(database_url=SecretStr("mysql://u:hunter2@h/d"))
    with pytest.raises(SettingsError, match="LIVETRIP_DATABASE_URL") as caught:
        async with open_live_trip(settings):
            raise AssertionError("it opened")
    assert "hunter2" not in str(caught.value)


async def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    settings = Settings(database_url=SecretStr("postgresql://u:hunter2@127.0.0.1:9/d"))
    with pytest.raises((CallError, SettingsError)) as caught:
        async with open_live_trip(settings):
            raise AssertionError("it opened")
    assert "hunter2" not in str(caught.value)
