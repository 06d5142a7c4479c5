"""A backend, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from livetrip_bff.backend import LiveTripBackend
from livetrip_bff.clock import SystemClock
from livetrip_bff.darkroom import LocalPhotos, S3Photos, open_darkroom
from livetrip_bff.database import (
    SqlComments,
    barred,
    migrate,
    open_units_of_work,
    pending,
    require_writable,
    sqlite_file,
)
from livetrip_bff.errors import MigrationsPending, UnusableDatabaseUrl
from livetrip_bff.identifiers import UuidV7Identifiers
from livetrip_bff.writing import Duplicates
from livetrip_core import Clock, IdentifierSource
from switchover.errors import ServiceUnavailable


@asynccontextmanager
async def open_backend(
    database_url: str,
    *,
    version: str,
    photos: LocalPhotos | S3Photos,
    clock: Clock | None = None,
    identifiers: IdentifierSource | None = None,
    sql_comments: SqlComments = SqlComments.SAMPLED,
    duplicates: Duplicates = Duplicates.REFUSE,
) -> AsyncIterator[LiveTripBackend]:
    """A backend over a database; its connections are closed at the end.

    A SQLite file is made and brought up to date first. Any other database may serve other releases at the same time,
    so it is brought up to date by command only: `livetrip migrate`.

    Arguments:
        database_url: `sqlite:///path/to/file` or `postgresql://user:password@host/name`.
        photos: where they are kept.
        version: of the contract that is served, for `get_health`.
        clock: the machine's, if none is given.
        identifiers: UUIDv7 by that clock, if none are given.
        sql_comments: which statements tell their trace to the database.
        duplicates: what becomes of a write while the first one with its idempotency key is being carried out.

    Raises:
        UnusableDatabaseUrl: the URL names no database that can be used.
        UnusablePhotos: photos cannot be kept there.
        MigrationsPending: the database is behind this release.
        ServiceUnavailable: the database does not answer.
    """
    if (file := sqlite_file(database_url)) is not None:
        await _migrate_file(database_url, file.absolute())
    elif missing := await pending(database_url):
        raise MigrationsPending(missing)
    clock = clock or SystemClock()
    identifiers = identifiers or UuidV7Identifiers(clock)
    async with (
        open_units_of_work(database_url, sql_comments=sql_comments) as units_of_work,
        open_darkroom(photos, clock) as opened,
    ):
        parts = units_of_work, clock, identifiers, opened.darkroom
        backend = LiveTripBackend(*parts, version=version, files=opened.files, duplicates=duplicates)
        try:
            yield backend
        finally:
            await backend.photos.aclose()


async def _migrate_file(database_url: str, file: Path) -> None:
    try:
        await migrate(database_url)
        await require_writable(database_url)
    except ServiceUnavailable as error:
        if (reason := barred(error)) is None:
            raise
        raise UnusableDatabaseUrl(f"the file {file} cannot be used: {reason}") from error
