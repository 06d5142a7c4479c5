"""What `livetrip up` adds to the environment, and what it leaves to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from livetrip_adapters import Settings, SettingsError
from livetrip_adapters.photos import PhotoSettings
from livetrip_cli.up.environment import pages_settings, photo_origins, service_environment, settings_of_up, taken_port
from livetrip_cli.up.rollout import next_steps
from livetrip_web import WebSettings

KEY = "k" * 32
BUCKET = PhotoSettings(
    s3_bucket="photos",
    s3_endpoint="https://S3.example:443/below",
    s3_access_key_id="id",
    s3_secret_access_key=SecretStr("secret"),
)


@pytest.fixture(autouse=True)
def _service_mode(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BACKEND_MODE", "service")
    monkeypatch.setenv("UV", "uv")


def web(**given: object) -> WebSettings:
    return WebSettings(dev_sign_in=True, **given)  # type: ignore[arg-type]


def test_pages_may_send_photos_to_the_service_and_to_a_bucket() -> None:
    settings = Settings(service_url="http://127.0.0.1:4321", photos=BUCKET)
    assert photo_origins(web(storage_origins="https://cdn.example"), settings) == (
        "https://cdn.example",
        "http://127.0.0.1:4321",
        "https://s3.example",
    )
    assert photo_origins(web(), Settings()) == ()


def test_both_sides_have_a_key_of_this_start_unless_the_environment_says_how_calls_are_proved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = {service_environment(settings_of_up(), web())["LIVETRIP_SERVICE_KEY"] for _ in range(2)}
    assert len(keys) == 2
    assert min(map(len, keys)) >= 32
    monkeypatch.setenv("LIVETRIP_SERVICE_KEY", KEY)
    settings = settings_of_up()
    assert service_environment(settings, web())["LIVETRIP_SERVICE_KEY"] == KEY
    assert settings.credential_source() is not None
    monkeypatch.delenv("LIVETRIP_SERVICE_KEY")
    monkeypatch.setenv("LIVETRIP_TRUST", "open")
    settings = settings_of_up()
    assert settings.credential_source() is None
    assert "LIVETRIP_SERVICE_KEY" not in service_environment(settings, web())


def test_the_service_is_not_told_what_is_the_pages_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKEND_MODE", "service")
    shown = web()
    for name in ("SESSION_KEY", "OIDC_CLIENT_SECRET", "SESSIONS"):
        monkeypatch.setenv(f"LIVETRIP_WEB_{name}", KEY)
    told = service_environment(settings_of_up(), shown)
    assert "LIVETRIP_SERVICE_KEY" in told
    assert KEY not in told.values()


def test_the_service_knows_the_pages_and_leaves_them_their_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("METRICS_PORT", "9100"),
        ("METRICS_DIRECTORY", "m"),
        ("API_SOCKET", "s"),
        ("API_PORT", "8001"),
    ):
        monkeypatch.setenv(f"LIVETRIP_{name}", value)
    monkeypatch.setenv("LIVETRIP_PHOTOS_ORIGINS", "https://diary.example")
    environment = service_environment(settings_of_up(), web(host="::1", port=8080))
    assert environment["LIVETRIP_PHOTOS_ORIGINS"] == (
        "https://diary.example,http://[::1]:8080,http://127.0.0.1:8080,http://localhost:8080"
    )
    assert {name for name in environment if "METRICS" in name or "_API_" in name} == {"LIVETRIP_API_PORT"}
    told = service_environment(settings_of_up(), web(url="http://localhost:9000"))
    assert told["LIVETRIP_PHOTOS_ORIGINS"] == "https://diary.example,http://localhost:9000"


def test_browsers_need_not_reach_the_service_for_photos_of_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = web(port=8081)
    assert service_environment(settings_of_up(), shown)["LIVETRIP_PHOTOS_URL"] == "http://127.0.0.1:8081/photo-files"
    with_bucket = settings_of_up().model_copy(update={"photos": BUCKET})
    assert "LIVETRIP_PHOTOS_URL" not in service_environment(with_bucket, shown)
    monkeypatch.setenv("LIVETRIP_PHOTOS_URL", "https://photos.example/files")
    assert service_environment(settings_of_up(), shown)["LIVETRIP_PHOTOS_URL"] == "https://photos.example/files"


def test_the_rollout_lies_beside_the_database_unless_it_is_said_where(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def kept() -> str:
        rollout = settings_of_up().rollout
        assert rollout is not None
        return rollout.get_secret_value()

    assert kept() == "file:.livetrip/rollout"
    monkeypatch.setenv("LIVETRIP_DATABASE_URL", f"sqlite:///{tmp_path}/diary.sqlite3")
    assert kept() == f"file:{tmp_path}/rollout"
    monkeypatch.setenv("LIVETRIP_ROLLOUT", "file:elsewhere")
    assert kept() == "file:elsewhere"


def test_a_store_that_does_not_answer_is_told_without_its_password() -> None:
    address = "postgresql://diary:hunter2@127.0.0.1:9/diary"
    [said] = next_steps(Settings(rollout=SecretStr(address)))
    assert said.startswith("the rollout does not answer")
    assert "hunter2" not in said


def test_the_sign_in_is_what_the_environment_says_and_otherwise_asks_for_a_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert pages_settings(0).dev_sign_in
    monkeypatch.setenv("LIVETRIP_WEB_DEV_SIGN_IN", "0")
    with pytest.raises(SettingsError, match="nobody could sign in"):
        pages_settings(0)


def test_a_port_is_kept_until_the_pages_are_there() -> None:
    with taken_port(web(port=0)) as (_, first):
        assert first.port
        with pytest.raises(SettingsError, match=f"cannot listen at 127.0.0.1:{first.port}"), taken_port(first):
            raise AssertionError("it was taken twice")
    with taken_port(first) as (_, again):
        assert again.port == first.port
