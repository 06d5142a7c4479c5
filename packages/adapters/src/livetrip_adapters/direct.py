"""LiveTrip in this process. The only module that knows the backend."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import livetrip_bff
from livetrip_adapters.collecting import collecting
from livetrip_adapters.folders import make_folder
from livetrip_adapters.opened import Opened, PhotoFiles
from livetrip_adapters.photos import PhotoSettings
from livetrip_adapters.port import live_trip_port
from livetrip_adapters.settings import DEFAULT_DATABASE_URL, Duplicated, Settings, SettingsError
from livetrip_bff import Duplicates, SqlComments
from livetrip_contract import LiveTrip
from switchover import Fidelity, Inspector, Port

__all__ = ["SqlComments", "beside", "collect", "migrate", "open_backend", "open_direct", "pending"]

_OWN_FOLDER: Final = Path(DEFAULT_DATABASE_URL.partition(":///")[2]).parent


@asynccontextmanager
async def open_backend(
    port: Port[LiveTrip],
    database_url: str,
    photos: PhotoSettings | None = None,
    *,
    sql_comments: SqlComments = SqlComments.SAMPLED,
    duplicates: Duplicated = "refuse",
) -> AsyncIterator[livetrip_bff.LiveTripBackend]:
    """The backend itself, with nothing around it: what a service hosts.

    Arguments:
        port: of the contract.
        database_url: see `livetrip_bff.open_backend`.
        photos: where they are kept; if nothing is said, in a folder beside a SQLite file, or below the working directory.
        sql_comments: which statements tell their trace to the database.
        duplicates: what becomes of a write while the first one with its idempotency key is being carried out.

    Raises:
        SettingsError: the database or the place of photos cannot be used, or the database has to be migrated first.
        ServiceUnavailable: the database does not answer.
    """
    version = str(port.document.root.value["info"]["version"])
    with _settled(database_url):
        place = _place(photos or PhotoSettings(), database_url)
        opening = livetrip_bff.open_backend(
            database_url,
            version=version,
            photos=place,
            sql_comments=sql_comments,
            duplicates=Duplicates(duplicates),
        )
        async with opening as backend:
            yield backend


async def collect(settings: Settings) -> int:
    """Remove everything of photos that nobody needs any more; how many objects that were.

    Raises:
        SettingsError: the database or the place of photos cannot be used, or the database has to be migrated first.
        ServiceUnavailable: the database or the storage does not answer.
    """
    count = 0
    url = settings.database_url.get_secret_value()
    async with open_backend(live_trip_port(), url, settings.photos) as backend:
        while removed := await backend.photos.collect():
            count += removed
    return count


@asynccontextmanager
async def open_direct(port: Port[LiveTrip], settings: Settings) -> AsyncIterator[Opened]:
    """The backend in this process, as LiveTrip, and the files of its photos; held to what HTTP would do as far as the settings want it."""
    inspector = Inspector(settings.fidelity_share) if settings.fidelity is Fidelity.SAMPLE else None
    url = settings.database_url.get_secret_value()
    try:
        comments = SqlComments(settings.telemetry.sql_comments)
        opening = open_backend(
            port, url, settings.photos, sql_comments=comments, duplicates=settings.concurrent_duplicates
        )
        async with opening as backend, collecting(backend, settings.photos):
            files = PhotoFiles(backend.files, settings.photos)
            yield Opened(port.direct(backend, fidelity=inspector or settings.fidelity), files)
    finally:
        if inspector is not None:
            inspector.close()


def pending(settings: Settings) -> list[str]:
    """The migrations that the database still needs, in order.

    Raises:
        SettingsError: the database cannot be used.
        ServiceUnavailable: the database does not answer.
    """
    url = settings.database_url.get_secret_value()
    with _settled(url):
        return list(asyncio.run(livetrip_bff.pending(url)))


def migrate(settings: Settings) -> None:
    """Bring the database to the shape that this version needs.

    Raises:
        SettingsError: the database cannot be used.
        ServiceUnavailable: the database does not answer.
    """
    url = settings.database_url.get_secret_value()
    with _settled(url):
        asyncio.run(livetrip_bff.migrate(url))


def beside(database_url: str) -> Path:
    """The folder for what is kept beside the database: that of a SQLite file, or `.livetrip`.

    Raises:
        SettingsError: the URL names no database that can be used.
    """
    with _settled(database_url):
        path = livetrip_bff.sqlite_file(database_url)
    return path.parent if path is not None else _OWN_FOLDER


def _place(settings: PhotoSettings, database_url: str) -> livetrip_bff.LocalPhotos | livetrip_bff.S3Photos:
    s3 = settings.s3
    if s3 is None:
        folder = settings.folder or beside(database_url) / "photos"
        return livetrip_bff.LocalPhotos(folder, settings.base_url, frozenset(settings.origins))
    key = s3.secret_access_key.get_secret_value()
    return livetrip_bff.S3Photos(s3.endpoint, s3.bucket, s3.region, s3.access_key_id, key)


@contextmanager
def _settled(database_url: str) -> Iterator[None]:
    """Nobody who has configured nothing should have to make a folder; what was configured has to be right."""
    if database_url == DEFAULT_DATABASE_URL:
        make_folder(_OWN_FOLDER, "LIVETRIP_DATABASE_URL")
    try:
        yield
    except livetrip_bff.UnusablePhotos as error:
        raise SettingsError(f"LIVETRIP_PHOTOS_…: {error}") from error
    except livetrip_bff.BackendError as error:
        raise SettingsError(f"LIVETRIP_DATABASE_URL: {error}") from error
