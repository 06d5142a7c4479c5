"""The command `livetrip-web`, where it cannot start, and small things that pages rely on."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from livetrip_contract import TripDatesReversed
from livetrip_web.main import main
from livetrip_web.pages.assets import Assets
from support.diary import Unreliable
from support.pages import Browser


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BACKEND_MODE", raising=False)
    monkeypatch.delenv("LIVETRIP_WEB_DEV_SIGN_IN", raising=False)


def test_settings_that_cannot_be_used_are_told_with_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--host", "127.0.0.1"]) == 2
    assert "nobody could sign in" in capsys.readouterr().err


def test_an_address_that_is_taken_is_told_with_exit_code_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVETRIP_WEB_DEV_SIGN_IN", "1")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    assert f"cannot listen at 127.0.0.1:{port}" in capsys.readouterr().err


def test_a_database_that_does_not_answer_is_told_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVETRIP_WEB_DEV_SIGN_IN", "1")
    monkeypatch.setenv("LIVETRIP_LOG_FORMAT", "text")
    monkeypatch.setenv("LIVETRIP_DATABASE_URL", "postgresql://diary:s3cret@127.0.0.1:9/diary")
    assert main(["--port", "0"]) == 1
    assert capsys.readouterr().err == "livetrip-web: service_unavailable: The database does not answer.\n"


def test_a_file_that_is_not_there_has_no_address() -> None:
    with pytest.raises(KeyError, match=r"nothing\.css"):
        Assets().address("nothing.css")


async def test_dates_that_the_diary_refuses_are_named_as_well(aiko: Browser, live_trip: Unreliable) -> None:
    form = await aiko.open("/trips/new")
    live_trip.failure = lambda: TripDatesReversed("reversed")
    refused = await aiko.submit(form, title="Kyoto", start_date="2026-11-20", end_date="2026-11-24")
    assert refused.status == 422
    assert "The last day cannot be before the first." in refused.text
