"""The environment of the web process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from livetrip_adapters import SettingsError
from livetrip_web import load_web_settings
from livetrip_web.settings import origin_of

KEY = "k" * 32
ISSUER = {"oidc_issuer": "https://issuer.example", "oidc_client_id": "diary", "url": "https://diary.example"}


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DEV_SIGN_IN", "URL", "HOST", "PORT", "SESSION_KEY", "OIDC_ISSUER", "OIDC_CLIENT_ID"):
        monkeypatch.delenv(f"LIVETRIP_WEB_{name}", raising=False)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "nobody could sign in"),
        ({"dev_sign_in": True, "host": "0.0.0.0", "url": "https://d.example", "session_key": KEY}, "has to be 127.0.0.1"),
        ({"dev_sign_in": True, "url": "https://diary.example", "session_key": KEY}, "has to name this machine"),
        ({**ISSUER}, "LIVETRIP_WEB_SESSION_KEY is missing"),
        ({**ISSUER, "session_key": "short"}, "at least 32 characters"),
        ({**ISSUER, "session_key": KEY, "oidc_client_id": None}, "belong together"),
        ({**ISSUER, "session_key": KEY, "url": None}, "needs LIVETRIP_WEB_URL"),
        ({**ISSUER, "session_key": KEY, "url": "http://diary.example"}, "has to be https"),
        ({**ISSUER, "session_key": KEY, "url": "https://diary.example/path"}, "without a path"),
        ({**ISSUER, "session_key": KEY, "url": "ftp://diary.example"}, "http://host or https://host"),
        ({**ISSUER, "session_key": KEY, "url": "https://a;b"}, "no host name"),
        ({**ISSUER, "session_key": KEY, "url": "https://日記.example"}, "with xn--"),
        ({**ISSUER, "session_key": KEY, "url": "https://diary.example:99999"}, "LIVETRIP_WEB_URL: Port out of range"),
        ({**ISSUER, "session_key": KEY, "oidc_issuer": "http://issuer.example"}, "plain http is for this machine"),
        ({**ISSUER, "session_key": KEY, "host": "::", "url": None}, "LIVETRIP_WEB_HOST is not this machine alone"),
        ({**ISSUER, "session_key": KEY, "session_key_file": "/nowhere"}, "both set"),
        ({**ISSUER, "session_key_file": "/nowhere"}, "LIVETRIP_WEB_SESSION_KEY_FILE cannot be read"),
        ({"dev_sign_in": True, "storage_origins": "https://a.example/path"}, "STORAGE_ORIGINS"),
        ({"dev_sign_in": True, "port": 70000}, "LIVETRIP_WEB_PORT"),
        ({"dev_sign_in": True, "sessions": f"mysql://u:{KEY}@h/d"}, "LIVETRIP_WEB_SESSIONS: has to be sqlite:///FILE"),
        ({"dev_sign_in": True, "session_idle_hours": 0}, "LIVETRIP_WEB_SESSION_IDLE_HOURS"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_its_reason(given: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match="The web cannot start") as caught:
        load_web_settings(**given)
    assert told in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("told", "origin"),
    [
        ("https://Diary.Example:443", "https://diary.example"),
        ("https://diary.example:", "https://diary.example"),
        ("https://diary.example:8443/", "https://diary.example:8443"),
        ("http://[::1]:80", "http://[::1]"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(told: str, origin: str) -> None:
    assert origin_of(told) == origin


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load_web_settings(host="0.0.0.0")
    for told in ("nobody could sign in", "LIVETRIP_WEB_URL has to say", "LIVETRIP_WEB_SESSION_KEY is missing"):
        assert told in str(caught.value)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVETRIP_WEB_DEV_SIGN_IN", "1")
    monkeypatch.setenv("LIVETRIP_WEB_PORT", "1234")
    monkeypatch.setenv("LIVETRIP_WEB_STORAGE_ORIGINS", "https://A.example, http://127.0.0.1:9000,")
    monkeypatch.setenv("LIVETRIP_PHOTOS_URL", "http://127.0.0.1:8000/photo-files")
    found = load_web_settings()
    assert (found.port, found.dev_sign_in, found.is_secure) == (1234, True, False)
    assert found.photo_origins() == ("https://a.example", "http://127.0.0.1:9000", "http://127.0.0.1:8000")


def test_secrets_come_out_of_files_as_well_and_show_themselves_to_nobody(tmp_path: Path) -> None:
    for name, text in (("key", f"{KEY}\n"), ("secret", "client secret\n")):
        (tmp_path / name).write_text(text, "utf-8")
    found = load_web_settings(**ISSUER, session_key_file=tmp_path / "key", oidc_client_secret_file=tmp_path / "secret")
    assert (found.sealing_key(), found.client_secret()) == (KEY, "client secret")
    assert KEY not in repr(found)
    given = load_web_settings(**ISSUER, session_key=KEY, oidc_client_secret="client secret")
    assert (given.sealing_key(), given.client_secret()) == (KEY, "client secret")
    assert KEY not in repr(given)
    assert "client secret" not in repr(given)


def test_an_address_of_a_register_shows_its_password_to_nobody() -> None:
    found = load_web_settings(dev_sign_in=True, sessions=f"postgresql://u:{KEY}@h/d", session_idle_hours=0.5)
    assert KEY not in repr(found)
    assert found.limits().idle_seconds == 1800


def test_on_this_machine_a_key_is_made_for_each_start() -> None:
    found = load_web_settings(dev_sign_in=True)
    assert len(found.sealing_key()) >= 32
    assert found.sealing_key() != found.sealing_key()
    assert found.client_secret() is None
    assert found.photo_origins() == ()
