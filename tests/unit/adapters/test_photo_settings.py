"""Where photos are kept, as the environment says it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from livetrip_adapters import BackendMode, PhotoFiles, Settings, SettingsError, load_settings, open_all
from livetrip_adapters.photos import PhotoSettings
from livetrip_api import load_api_settings

SECRET = "s3cr3t-0123456789"
BUCKET = {
    "S3_BUCKET": "photos",
    "S3_ENDPOINT": "https://s3.example/",
    "S3_ACCESS_KEY_ID": "AK",
    "S3_SECRET_ACCESS_KEY": SECRET,
}


Load = Callable[..., PhotoSettings]


@pytest.fixture(params=[load_settings, load_api_settings])
def load(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Reads the environment with variables of photos, as the process that has the backend and as the service does."""
    for name in [name for name in os.environ if name.startswith("LIVETRIP_") or name == "BACKEND_MODE"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LIVETRIP_TRUST", "open")

    def loaded(**values: str) -> PhotoSettings:
        for name, value in values.items():
            monkeypatch.setenv(f"LIVETRIP_PHOTOS_{name}", value)
        found: PhotoSettings = request.param().photos
        return found

    return loaded


def test_by_default_they_lie_in_a_folder_and_are_reached_where_the_service_is(load: Load) -> None:
    found = load()
    assert (found.folder, found.url, found.s3, found.origins) == (None, None, None, ())
    assert found.base_url == "http://127.0.0.1:8000/photo-files"


def test_a_folder_and_origins(load: Load) -> None:
    found = load(FOLDER="/srv/photos", ORIGINS="https://a.example, https://b.example:8443", URL="https://p.example/f/")
    assert found.folder == Path("/srv/photos")
    assert found.origins == ("https://a.example", "https://b.example:8443")
    assert found.base_url == "https://p.example/f"


def test_a_bucket(load: Load) -> None:
    found = load(**BUCKET, S3_REGION="eu-central-1")
    s3 = found.s3
    assert s3 is not None
    assert (s3.bucket, s3.endpoint, s3.region) == ("photos", "https://s3.example", "eu-central-1")
    assert (s3.access_key_id, s3.secret_access_key.get_secret_value()) == ("AK", SECRET)
    assert SECRET not in f"{found!r} {s3!r} {found} {found.model_dump_json()}"


def test_a_secret_in_a_file(load: Load, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{SECRET}\n")
    given = {name: value for name, value in BUCKET.items() if name != "S3_SECRET_ACCESS_KEY"}
    found = load(**given, S3_SECRET_ACCESS_KEY_FILE=str(tmp_path / "key"))
    assert found.s3 is not None
    assert found.s3.secret_access_key.get_secret_value() == SECRET


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"S3_BUCKET": "photos"}, "…S3_BUCKET needs …S3_ENDPOINT, …S3_ACCESS_KEY_ID, …S3_SECRET_ACCESS_KEY"),
        ({"S3_ACCESS_KEY_ID": "AK"}, "…S3_BUCKET is missing"),
        (BUCKET | {"FOLDER": "/srv"}, "…FOLDER and …S3_BUCKET are both set"),
        (BUCKET | {"S3_SECRET_ACCESS_KEY_FILE": "/nowhere"}, "are both set"),
        ({"S3_BUCKET": "photos", "S3_SECRET_ACCESS_KEY_FILE": "/nowhere"}, "names no file that can be read"),
        (BUCKET | {"S3_BUCKET": "Photos/.."}, "LIVETRIP_PHOTOS_S3_BUCKET: "),
        (BUCKET | {"S3_ENDPOINT": "s3.example"}, "LIVETRIP_PHOTOS_S3_ENDPOINT: "),
        ({"URL": "https://p.example"}, "LIVETRIP_PHOTOS_URL: has to have a path of its own"),
        ({"ORIGINS": "https://a.example/page"}, "LIVETRIP_PHOTOS_ORIGINS: has to be origins"),
        ({"COLLECT_SECONDS": "-1"}, "LIVETRIP_PHOTOS_COLLECT_SECONDS: "),
    ],
)
def test_what_cannot_be_meant_is_told_without_secrets(load: Load, values: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(**values)
    assert said in str(caught.value)
    assert SECRET not in str(caught.value)
    assert "LIVETRIP_API_PHOTOS" not in str(caught.value)


def test_a_variable_that_goes_on_is_told(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVETRIP_PHOTOS", "/srv/photos")
    with pytest.raises(SettingsError, match="LIVETRIP_PHOTOS: is read from variables that go on where it ends"):
        load()


async def test_they_lie_beside_a_sqlite_file_and_their_files_can_be_served(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/diary.sqlite3")
    async with open_all(settings) as opened:
        assert list(opened.files.mounts) == ["/photo-files"]
        opened.files.listens_at("http://127.0.0.1:8765")
    assert (tmp_path / "photos" / ".key").stat().st_mode & 0o777 == 0o600


async def test_without_a_backend_there_are_no_files_to_be_served() -> None:
    settings = Settings(backend_mode=BackendMode.SERVICE, service_url="http://127.0.0.1:9", trust="open")
    async with open_all(settings) as opened:
        assert dict(opened.files.mounts) == {}
        opened.files.listens_at("http://127.0.0.1:8765")


def test_addresses_follow_the_process_unless_the_settings_know_better() -> None:
    class Files:
        reached: str | None = None

        async def __call__(self, scope: object, receive: object, send: object) -> None:
            raise AssertionError("nobody asks")

        def reached_at(self, base_url: str) -> None:
            self.reached = base_url

    follows, stays = Files(), Files()
    PhotoFiles(follows, PhotoSettings()).listens_at("http://127.0.0.1:8765")
    PhotoFiles(stays, PhotoSettings(url="https://p.example/f")).listens_at("http://127.0.0.1:8765")
    assert (follows.reached, stays.reached) == ("http://127.0.0.1:8765/photo-files", None)
    assert list(PhotoFiles(stays, PhotoSettings(url="https://p.example/f")).mounts) == ["/f"]


@pytest.mark.parametrize(
    ("url", "address", "visible"),
    [
        (None, "http://127.0.0.1:8765/photo-files/a/b?c=d", "/photo-files/a/b?c=d"),
        ("http://localhost:9/f", "http://localhost:9/f/a/b?c=d", "/f/a/b?c=d"),
        ("https://p.example/f", "https://p.example/f/a/b?c=d", "https://p.example/f/a/b?c=d"),
        (None, "http://127.0.0.1:4321/photo-files/a/b?c=d", "http://127.0.0.1:4321/photo-files/a/b?c=d"),
        (None, "http://127.0.0.1:8765/photo-filesystem", "http://127.0.0.1:8765/photo-filesystem"),
    ],
    ids=["own", "this-machine", "named", "service", "other-path"],
)
async def test_browsers_get_a_path_for_files_that_this_process_serves(
    tmp_path: Path, url: str | None, address: str, visible: str
) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/diary.sqlite3", photos=PhotoSettings(url=url))
    async with open_all(settings) as opened:
        opened.files.listens_at("http://127.0.0.1:8765")
        assert opened.files.visible_address(address) == visible
    assert PhotoFiles().visible_address(address) == address


@pytest.mark.parametrize("damage", ["folder", "key"])
async def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "photos"
    if damage == "folder":
        folder.write_text("no folder")
    else:
        folder.mkdir()
        (folder / ".key").write_bytes(b"short")
    settings = Settings(database_url=f"sqlite:///{tmp_path}/diary.sqlite3")
    with pytest.raises(SettingsError, match=r"LIVETRIP_PHOTOS_…: "):
        async with open_all(settings):
            raise AssertionError("it opened")
