"""What the environment decides."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from livetrip_adapters import BackendMode, SettingsError, load_settings
from livetrip_api import load_api_settings
from switchover import Fidelity

KEY = "k" * 32


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("LIVETRIP_") or name == "BACKEND_MODE":
            monkeypatch.delenv(name)


def test_nothing_set_is_a_monolith_on_sqlite() -> None:
    settings = load_settings()
    assert settings.backend_mode is BackendMode.MONOLITH
    assert settings.database_url.get_secret_value() == "sqlite:///.livetrip/livetrip.sqlite3"
    assert settings.fidelity is Fidelity.OFF


@pytest.mark.parametrize(
    ("said", "fidelity", "expected"),
    [
        (None, "off", "tolerant"),
        (None, "strict", "strict"),
        ("tolerant", "strict", "tolerant"),
        ("strict", "off", "strict"),
    ],
)
def test_answers_are_read_tolerantly_unless_the_environment_is_strict(
    monkeypatch: pytest.MonkeyPatch, said: str | None, fidelity: str, expected: str
) -> None:
    monkeypatch.setenv("LIVETRIP_FIDELITY", fidelity)
    if said is not None:
        monkeypatch.setenv("LIVETRIP_ANSWERS", said)
    assert load_settings().answer_reading == expected


def test_a_word_that_is_no_way_of_reading_answers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVETRIP_ANSWERS", "lenient")
    with pytest.raises(SettingsError, match=r"LIVETRIP_ANSWERS: .*'tolerant' or 'strict'"):
        load_settings()


def test_service_mode_reads_where_and_with_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKEND_MODE", "service")
    monkeypatch.setenv("LIVETRIP_SERVICE_URL", "http://diary.internal:8000/")
    monkeypatch.setenv("LIVETRIP_SERVICE_KEY", KEY)
    settings = load_settings()
    assert settings.backend_mode is BackendMode.SERVICE
    assert settings.service_url == "http://diary.internal:8000"


def test_a_socket_may_be_trusted_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKEND_MODE", "service")
    monkeypatch.setenv("LIVETRIP_SERVICE_SOCKET", "/run/livetrip")
    monkeypatch.setenv("LIVETRIP_TRUST", "open")
    assert load_settings().service_socket == Path("/run/livetrip")
    monkeypatch.setenv("LIVETRIP_SERVICE_KEY", KEY)
    with pytest.raises(SettingsError, match="only one can be meant"):
        load_settings()


def test_everything_that_is_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVETRIP_FIDELITY", "sometimes")
    monkeypatch.setenv("LIVETRIP_FIDELITY_SHARE", "2")
    monkeypatch.setenv("LIVETRIP_SERVICE_KEY", "short-secret")
    monkeypatch.setenv("LIVETRIP_SERVICE_URL", "diary.internal")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    text = str(caught.value)
    for name in ("FIDELITY", "FIDELITY_SHARE", "SERVICE_KEY", "SERVICE_URL"):
        assert f"LIVETRIP_{name}:" in text
    assert "short-secret" not in text


def test_service_mode_says_all_that_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKEND_MODE", "service")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "LIVETRIP_SERVICE_URL or LIVETRIP_SERVICE_SOCKET" in str(caught.value)
    assert "LIVETRIP_SERVICE_KEY, or LIVETRIP_TRUST=open" in str(caught.value)


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVETRIP_SERVICE_KEY", "a-secret-that-must-not-show-anywhere")
    monkeypatch.setenv("LIVETRIP_DATABASE_URL", "postgresql://u:hunter2@h/d")
    shown = f"{load_settings()!r} {load_settings()} {load_api_settings()!r}"
    assert "must-not-show" not in shown
    assert "hunter2" not in shown


def test_the_service_is_closed_until_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="LIVETRIP_SERVICE_KEY is missing"):
        load_api_settings()
    monkeypatch.setenv("LIVETRIP_TRUST", "yes")
    with pytest.raises(SettingsError, match="LIVETRIP_TRUST"):
        load_api_settings()
    monkeypatch.setenv("LIVETRIP_TRUST", "open")
    assert load_api_settings().acceptance.verifier is None
    monkeypatch.setenv("LIVETRIP_SERVICE_KEY", KEY)
    with pytest.raises(SettingsError, match="only one can be meant"):
        load_api_settings()


def test_options_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVETRIP_SERVICE_KEY", KEY)
    monkeypatch.setenv("LIVETRIP_API_PORT", "9000")
    assert load_api_settings().port == 9000
    assert load_api_settings(port=0, host=None).port == 0
